#include "core/flow/plain_text.h"

#include <simdjson.h>

namespace newsmill {
namespace {

// Bytes of the sequence that this byte starts; 0 where none can start.
size_t SequenceLength(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0x80) return 1;
  if (byte >= 0xc2 && byte < 0xe0) return 2;
  if (byte >= 0xe0 && byte < 0xf0) return 3;
  if (byte >= 0xf0 && byte < 0xf5) return 4;
  return 0;
}

}  // namespace

bool IsPlainText(std::string_view bytes) {
  if (!simdjson::validate_utf8(bytes.data(), bytes.size())) return false;
  unsigned char before = 0;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return false;
    if (before == 0xc2 && byte < 0xa0) return false;  // U+0080 to U+009F
    before = byte;
  }
  return true;
}

std::string ToValidUtf8(std::string_view bytes) {
  if (simdjson::validate_utf8(bytes.data(), bytes.size())) {
    return std::string(bytes);
  }
  std::string text;
  while (!bytes.empty()) {
    const size_t length = SequenceLength(bytes.front());
    const bool valid = length != 0 && length <= bytes.size() &&
                       simdjson::validate_utf8(bytes.data(), length);
    text.append(valid ? bytes.substr(0, length) : "\xef\xbf\xbd");
    bytes.remove_prefix(valid ? length : 1);
  }
  return text;
}

}  // namespace newsmill
