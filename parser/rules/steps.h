#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/url.h"
#include "parser/rules/rule.h"

namespace newsmill::rules {

// Runs the steps over each value in turn; values that a step refuses are gone,
// a split makes several of one. What remains is trimmed and not empty.
std::vector<std::string> ApplySteps(const std::vector<Step>& steps,
                                    const Url& base,
                                    std::vector<std::string> values);

// "1,024", "1.2k", "3.5万" and "1亿" as numbers; nothing for anything else.
std::optional<int64_t> ParseCount(std::string_view text);

}  // namespace newsmill::rules
