#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace newsmill {

// A charset of the WHATWG Encoding Standard.
struct Encoding {
  enum class Form : uint8_t {
    kUtf8,
    kUtf16,
    kSingleByte,
    kMultiByte,  // bytes above 0x7F come in groups
    kStateful,   // ISO-2022-JP: seven bits with escapes
  };
  const char* name;       // as the standard spells it
  const char* converter;  // ICU's
  Form form;
};

// The encoding that a label means by the standard's table, in any case, blanks
// around it ignored: "gb2312", "gbk" and "gb18030" are one, and "iso-8859-1" is
// windows-1252. Null for an unknown label.
const Encoding* EncodingOf(std::string_view label);

// The charset parameter of a Content-Type; empty if there is none.
std::string_view CharsetOfContentType(std::string_view content_type);

// What the page's own head says: <meta charset>, <meta http-equiv=Content-Type>
// or an XML declaration, looked for in the first bytes as the HTML standard's
// prescan does. Empty if there is nothing.
std::string PrescanMeta(std::string_view bytes);

struct Converted {
  std::string utf8;
  int64_t replaced = 0;
};
// Every broken or unassigned sequence becomes U+FFFD. Empty where ICU lacks the
// converter.
std::optional<Converted> ConvertToUtf8(std::string_view bytes,
                                       const Encoding& encoding);

// The detector's guess from the bytes alone; null if it has none.
const Encoding* DetectEncoding(std::string_view bytes);

}  // namespace newsmill
