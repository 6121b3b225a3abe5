#include "core/runtime/config_toml.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

#include <toml++/toml.h>

namespace newsmill::config {
namespace {

Value Convert(const toml::node& node);

Table ConvertTable(const toml::table& source) {
  Table table;
  for (const auto& [key, node] : source) {
    table.push_back({std::string(key.str()), Convert(node)});
  }
  // The library sorts by name; people read errors from the top of their file.
  std::stable_sort(
      table.begin(), table.end(),
      [](const auto& a, const auto& b) { return a.value.line < b.value.line; });
  return table;
}

Array ConvertArray(const toml::array& source) {
  Array array;
  for (const toml::node& node : source) array.push_back(Convert(node));
  return array;
}

Value Convert(const toml::node& node) {
  Value value;
  value.line = static_cast<int>(node.source().begin.line);
  if (const auto* text = node.as_string()) {
    value.data = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.data = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.data = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value.data = boolean->get();
  } else if (const auto* array = node.as_array()) {
    value.data = ConvertArray(*array);
  } else if (const auto* table = node.as_table()) {
    value.data = ConvertTable(*table);
  } else {
    value.data = DateOrTime{};
  }
  return value;
}

}  // namespace

Result<Table> ParseToml(std::string_view text, const std::string& source) {
  try {
    return ConvertTable(toml::parse(text));
  } catch (const toml::parse_error& error) {
    std::ostringstream message;
    message << source << ':' << error.source().begin.line << ':'
            << error.source().begin.column
            << ": not TOML: " << error.description();
    return Error{Code::kBadConfiguration, message.str()};
  }
}

std::string QuoteToml(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04X",
                    static_cast<unsigned>(static_cast<unsigned char>(c)));
      quoted += escaped;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace newsmill::config
