#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace newsmill {

// A value as one cell of a table: text as it is, nothing for null, a list of
// texts or of objects with a name joined by "; ", anything else as JSON.
std::string CsvCell(const nlohmann::ordered_json& value);

// A line after RFC 4180, its end included: cells that hold a comma, a quotation
// mark or a line's end are quoted.
std::string CsvLine(const std::vector<std::string>& cells);

}  // namespace newsmill
