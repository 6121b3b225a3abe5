#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "parser/html/tag_scan.h"

namespace newsmill {

// Tags with nothing in them but what the generic extraction reads.

// No attribute with a longer name is read. Names are in lower case here.
inline constexpr size_t kLongestLeanName = 24;
bool IsLeanAttribute(std::string_view name, std::string_view value);

// What is read of the value of such an attribute. A view into `value`, or into
// what is added to `made`.
std::string_view LeanValue(std::string_view name, std::string_view value,
                           std::deque<std::string>* made);
// Writes the attribute with that value, a blank before it.
void AppendLeanAttribute(std::string_view name,
                         const ScannedAttribute& attribute, std::string* out);

// Writes the start tag at `at` of `html` to `out`. Past its end; npos, and
// nothing written, where the text ends inside of it.
size_t AppendLeanTag(std::string_view html, size_t at, std::string* out);

}  // namespace newsmill
