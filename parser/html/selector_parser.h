#pragma once

#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "parser/html/selector_ast.h"

namespace newsmill {

// Reads a selector list. kInvalidArgument names the character, counted from 1.
Result<std::vector<CssComplex>> ParseSelector(std::string_view css);

}  // namespace newsmill
