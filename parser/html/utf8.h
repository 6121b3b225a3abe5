#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace newsmill {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

// RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF.
bool IsValidUtf8(std::string_view bytes);

// What bytes look like when they are read as UTF-8.
struct Utf8Census {
  int64_t latin = 0;     // U+0080 to U+00FF
  int64_t two_byte = 0;  // U+0100 to U+07FF
  int64_t longer = 0;    // three and four bytes
  int64_t broken = 0;    // ill-formed sequences, each a maximal subpart

  int64_t good() const { return latin + two_byte + longer; }
};
Utf8Census CountUtf8(std::string_view bytes);

// Each ill-formed sequence (the maximal subpart, Unicode 3.9) becomes U+FFFD.
std::string RepairUtf8(std::string_view bytes);

// Reads the code point at `*at` of valid UTF-8 and moves `*at` past it.
char32_t NextCodePoint(std::string_view text, size_t* at);
// The code point that ends before `at`, which is not 0.
char32_t PreviousCodePoint(std::string_view text, size_t at);
// `code_point` is a Unicode scalar value.
void AppendUtf8(char32_t code_point, std::string* out);

}  // namespace newsmill
