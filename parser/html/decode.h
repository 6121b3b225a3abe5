#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace newsmill {

struct DecodedText {
  std::string utf8;         // valid UTF-8, without BOM
  std::string charset;      // what the bytes were: "UTF-8", "GB18030"
  std::string label;        // what header or meta said, empty if nothing
  bool label_lied = false;  // the label names another charset
  int64_t replaced = 0;     // U+FFFD put in for broken sequences
};

// Bytes before labels: a BOM, else valid UTF-8, else the HTTP header's charset,
// else the meta's, else a detector; gb2312 and gbk are read as GB18030 (WHATWG
// Encoding).
DecodedText DecodeText(std::string_view bytes, std::string_view content_type);

}  // namespace newsmill
