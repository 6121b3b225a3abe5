#pragma once

#include <optional>
#include <string>
#include <vector>

#include "parser/rules/rule.h"
#include "parser/rules/table_reader.h"

// Parts of the loader: sources, steps and conditions. Each reports what is
// wrong and gives what could be read.

namespace newsmill::rules {

FieldRule LoadField(const FieldInfo& field, const TomlNode& list,
                    Reporter* reporter);
std::vector<Step> LoadSteps(TableReader* reader);
// The list under `key` ("when").
std::vector<Condition> LoadConditions(TableReader* reader);
std::optional<DataSource> LoadData(TableReader* reader);
std::vector<BodySource> LoadBodySources(TableReader* reader);
// Reads a pointer and reports a malformed one.
std::string LoadPointer(TableReader* reader, std::string_view key);

}  // namespace newsmill::rules
