#include "parser/html/encoding.h"

#include <uchardet/uchardet.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <memory>
#include <string>
#include <type_traits>

#include "parser/html/encoding_labels.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

// The detector is sure, or never will be, long before this.
constexpr size_t kDetectorBytes = 64 << 10;
// ICU counts in 32 bits, with room for three bytes a unit.
constexpr size_t kMaxBytes = 256 << 20;

struct ConverterEnd {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

struct DetectorEnd {
  void operator()(uchardet_t detector) const { uchardet_delete(detector); }
};

// ICU's own substitution is U+001A for some converters.
void Substitute(const void* replaced, UConverterToUnicodeArgs* args,
                const char*, int32_t, UConverterCallbackReason reason,
                UErrorCode* error) {
  if (reason > UCNV_IRREGULAR) return;  // reset, close, clone
  constexpr UChar kReplacement = 0xFFFD;
  ++*const_cast<int64_t*>(static_cast<const int64_t*>(replaced));  // NOLINT
  *error = U_ZERO_ERROR;
  ucnv_cbToUWriteUChars(args, &kReplacement, 1, 0, error);
}

std::string Utf16ToUtf8(const UChar* units, size_t count) {
  std::string out(count * 3, 0);
  int32_t written = 0;
  UErrorCode error = U_ZERO_ERROR;
  u_strToUTF8WithSub(out.data(), static_cast<int32_t>(out.size()), &written,
                     units, static_cast<int32_t>(count), 0xFFFD, nullptr,
                     &error);
  out.resize(static_cast<size_t>(written));
  return out;
}

bool SameLabel(std::string_view a, std::string_view lower) {
  return std::equal(a.begin(), a.end(), lower.begin(), lower.end(),
                    [](char x, char y) {
                      return (x >= 'A' && x <= 'Z' ? (x | 0x20) : x) == y;
                    });
}

}  // namespace

const Encoding* EncodingOf(std::string_view label) {
  constexpr std::string_view kSpaces = " \t\n\f\r\"'";
  const size_t begin = label.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return nullptr;
  label = label.substr(begin, label.find_last_not_of(kSpaces) + 1 - begin);
  for (const EncodingLabel& known : EncodingLabels()) {
    if (SameLabel(label, known.label)) return known.encoding;
  }
  return nullptr;
}

std::optional<Converted> ConvertToUtf8(std::string_view bytes,
                                       const Encoding& encoding) {
  if (bytes.size() > kMaxBytes) return std::nullopt;
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, ConverterEnd> converter(
      ucnv_open(encoding.converter, &error));
  if (U_FAILURE(error)) return std::nullopt;
  Converted result;
  ucnv_setToUCallBack(converter.get(), Substitute, &result.replaced, nullptr,
                      nullptr, &error);
  const char* from = bytes.data();
  const char* const end = from + bytes.size();
  std::u16string units(bytes.size() + 16, 0);
  size_t count = 0;
  do {
    if (count > 0) units.resize(units.size() * 2);
    UChar* to = units.data() + count;
    error = U_ZERO_ERROR;
    ucnv_toUnicode(converter.get(), &to, units.data() + units.size(), &from,
                   end, nullptr, true, &error);
    count = static_cast<size_t>(to - units.data());
  } while (error == U_BUFFER_OVERFLOW_ERROR);
  if (U_FAILURE(error)) return std::nullopt;
  result.utf8 = Utf16ToUtf8(units.data(), count);
  return result;
}

const Encoding* DetectEncoding(std::string_view bytes) {
  const auto high = std::find_if(bytes.begin(), bytes.end(), [](char c) {
    return static_cast<uint8_t>(c) >= 0x80;
  });
  bytes.remove_prefix(static_cast<size_t>(high - bytes.begin()));
  const std::unique_ptr<std::remove_pointer_t<uchardet_t>, DetectorEnd>
      detector(uchardet_new());
  if (!detector) return nullptr;
  uchardet_handle_data(detector.get(), bytes.data(),
                       std::min(bytes.size(), kDetectorBytes));
  uchardet_data_end(detector.get());
  return EncodingOf(uchardet_get_charset(detector.get()));
}

}  // namespace newsmill
