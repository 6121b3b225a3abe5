#pragma once

#include <optional>
#include <vector>

#include "parser/html/json_value.h"
#include "parser/rules/apply.h"
#include "parser/rules/rule.h"

namespace newsmill::rules {

// The JSON of the first of these elements that holds any after the steps.
std::optional<JsonValue> ReadData(const DataSource& source,
                                  const RulePage& page);

// `data`: the JSON of the rule or the layout, from its top.
bool Holds(const Condition& condition, const RulePage& page,
           const std::optional<JsonValue>& data);
bool HoldAll(const std::vector<Condition>& conditions, const RulePage& page,
             const std::optional<JsonValue>& data);

}  // namespace newsmill::rules
