#pragma once

#include <string>
#include <string_view>

namespace newsmill {

// Writes the start tag at `at` of `html` to `out`, with nothing in it but what
// the generic extraction reads. Past its end; npos, and nothing written, where
// the text ends inside of it.
size_t AppendLeanTag(std::string_view html, size_t at, std::string* out);

}  // namespace newsmill
