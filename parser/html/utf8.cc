#include "parser/html/utf8.h"

#include <simdjson.h>

namespace newsmill {
namespace {

uint8_t At(std::string_view bytes, size_t i) {
  return static_cast<uint8_t>(bytes[i]);
}

// One well-formed sequence or one maximal subpart of it.
struct Sequence {
  size_t size = 1;
  bool valid = false;
};

// Table 3-7 of the Unicode Standard: what the second byte may be depends on the
// first.
Sequence ReadSequence(std::string_view bytes, size_t at) {
  const uint8_t lead = At(bytes, at);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (size_t i = 1; i < size; ++i) {
    if (at + i == bytes.size()) return {i, false};
    const uint8_t byte = At(bytes, at + i);
    const bool fits =
        i == 1 ? byte >= low && byte <= high : byte >= 0x80 && byte <= 0xBF;
    if (!fits) return {i, false};
  }
  return {size, true};
}

}  // namespace

bool IsValidUtf8(std::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

Utf8Census CountUtf8(std::string_view bytes) {
  Utf8Census census;
  for (size_t at = 0; at < bytes.size();) {
    const Sequence sequence = ReadSequence(bytes, at);
    if (!sequence.valid) {
      ++census.broken;
    } else if (sequence.size == 2) {
      ++(At(bytes, at) <= 0xC3 ? census.latin : census.two_byte);
    } else if (sequence.size > 2) {
      ++census.longer;
    }
    at += sequence.size;
  }
  return census;
}

std::string RepairUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + 16);
  for (size_t at = 0; at < bytes.size();) {
    const Sequence sequence = ReadSequence(bytes, at);
    out += sequence.valid ? bytes.substr(at, sequence.size)
                          : kReplacementCharacter;
    at += sequence.size;
  }
  return out;
}

char32_t NextCodePoint(std::string_view text, size_t* at) {
  const uint8_t lead = At(text, (*at)++);
  if (lead < 0x80) return lead;
  const int trailing = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t code_point = lead & (0x3F >> trailing);
  for (int i = 0; i < trailing && *at < text.size(); ++i) {
    code_point = (code_point << 6) | (At(text, (*at)++) & 0x3F);
  }
  return code_point;
}

char32_t PreviousCodePoint(std::string_view text, size_t at) {
  do {
    --at;
  } while (at > 0 && (At(text, at) & 0xC0) == 0x80);
  return NextCodePoint(text, &at);
}

void AppendUtf8(char32_t code_point, std::string* out) {
  const auto put = [out](char32_t byte) {
    out->push_back(static_cast<char>(byte));
  };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | (code_point >> 18));
    put(0x80 | ((code_point >> 12) & 0x3F));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

}  // namespace newsmill
