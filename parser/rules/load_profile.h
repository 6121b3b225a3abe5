#pragma once

#include <string>

#include "parser/rules/rule.h"
#include "parser/rules/table_reader.h"

namespace newsmill::rules {

// [profile.<name>]
Profile LoadProfile(const std::string& name, const TomlNode& table,
                    Reporter* reporter);

// [post]
PostSteps LoadPostSteps(const TomlNode& table, Reporter* reporter);

}  // namespace newsmill::rules
