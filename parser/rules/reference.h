#pragma once

#include <string>

namespace newsmill::rules {

// docs/rules.md: every key of a rule, from their declarations.
std::string ReferenceMarkdown();

}  // namespace newsmill::rules
