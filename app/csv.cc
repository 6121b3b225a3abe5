#include "app/csv.h"

#include <nlohmann/json.hpp>

#include "app/cli/message_json.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

// The text of a list's item; nothing where it has none.
const std::string* TextOf(const Json& item) {
  if (item.is_string()) return item.get_ptr<const std::string*>();
  if (!item.is_object()) return nullptr;
  const auto name = item.find("name");
  return name == item.end() ? nullptr : name->get_ptr<const std::string*>();
}

}  // namespace

std::string CsvCell(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return JsonLine(value);
  std::string joined;
  for (const Json& item : value) {
    const std::string* const text = TextOf(item);
    if (text == nullptr) return JsonLine(value);
    joined += (joined.empty() ? "" : "; ") + *text;
  }
  return joined;
}

std::string CsvLine(const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    if (cells[i].find_first_of(",\"\r\n") == std::string::npos) {
      line += cells[i];
      continue;
    }
    line += '"';
    for (const char c : cells[i]) {
      if (c == '"') line += '"';
      line += c;
    }
    line += '"';
  }
  return line + "\r\n";
}

}  // namespace newsmill
