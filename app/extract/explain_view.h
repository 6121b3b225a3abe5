#pragma once

#include <nlohmann/json_fwd.hpp>

#include "app/cli/output.h"
#include "parser/extract/explanation.h"

namespace newsmill {

// For each field its value, why it won, and the candidates, the best first.
void PrintExplanation(const Explanation& explanation, Output& out);
nlohmann::ordered_json ExplanationJson(const Explanation& explanation);

}  // namespace newsmill
