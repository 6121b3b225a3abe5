#include "parser/rules/toml_tree.h"

#include <algorithm>
#include <sstream>

#include <toml++/toml.h>

namespace newsmill::rules {
namespace {

int LineOf(const toml::source_region& region) {
  return static_cast<int>(region.begin.line);
}

// The library limits how deeply tables nest, so recursion is bounded.
TomlNode Convert(const toml::node& node);

TomlNode ConvertTable(const toml::table& table) {
  TomlNode result;
  result.type = TomlNode::Type::kTable;
  for (const auto& [key, value] : table) {
    result.entries.push_back(
        {std::string(key.str()), LineOf(key.source()), Convert(value)});
  }
  std::stable_sort(
      result.entries.begin(), result.entries.end(),
      [](const TomlEntry& a, const TomlEntry& b) { return a.line < b.line; });
  return result;
}

TomlNode ConvertArray(const toml::array& array) {
  TomlNode result;
  result.type = TomlNode::Type::kArray;
  for (const toml::node& item : array) result.items.push_back(Convert(item));
  return result;
}

TomlNode ConvertDateTime(const toml::node& node) {
  TomlNode result;
  result.type = TomlNode::Type::kDateTime;
  std::ostringstream text;
  node.visit([&text](const auto& value) {
    if constexpr (toml::is_date<decltype(value)> ||
                  toml::is_time<decltype(value)> ||
                  toml::is_date_time<decltype(value)>) {
      text << value.get();
    }
  });
  result.text = text.str();
  return result;
}

TomlNode ConvertValue(const toml::node& node) {
  TomlNode result;
  if (const auto* text = node.as_string()) {
    result.type = TomlNode::Type::kString;
    result.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    result.type = TomlNode::Type::kInteger;
    result.integer = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    result.type = TomlNode::Type::kFloat;
    result.number = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    result.type = TomlNode::Type::kBoolean;
    result.boolean = boolean->get();
  } else {
    result = ConvertDateTime(node);
  }
  return result;
}

TomlNode Convert(const toml::node& node) {
  TomlNode result = node.is_table()   ? ConvertTable(*node.as_table())
                    : node.is_array() ? ConvertArray(*node.as_array())
                                      : ConvertValue(node);
  result.line = LineOf(node.source());
  return result;
}

void WriteQuoted(const std::string& text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out->push_back('\\');
    if (c == '\n') {
      out->append("\\n");
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

void Write(const TomlNode& node, std::string* out) {
  switch (node.type) {
    case TomlNode::Type::kTable: {
      out->append(NormalForm(node, {}));
      return;
    }
    case TomlNode::Type::kArray:
      out->push_back('[');
      for (const TomlNode& item : node.items) {
        Write(item, out);
        out->push_back(',');
      }
      out->push_back(']');
      return;
    case TomlNode::Type::kString:
      WriteQuoted(node.text, out);
      return;
    case TomlNode::Type::kInteger:
      out->append(std::to_string(node.integer));
      return;
    case TomlNode::Type::kFloat:
      out->append(std::to_string(node.number));
      return;
    case TomlNode::Type::kBoolean:
      out->append(node.boolean ? "true" : "false");
      return;
    case TomlNode::Type::kDateTime:
      out->append(node.text);
      return;
  }
}

}  // namespace

const TomlNode* TomlNode::Find(std::string_view key) const {
  for (const TomlEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

const char* TypeName(TomlNode::Type type) {
  switch (type) {
    case TomlNode::Type::kTable:
      return "a table";
    case TomlNode::Type::kArray:
      return "a list";
    case TomlNode::Type::kString:
      return "a string";
    case TomlNode::Type::kInteger:
      return "an integer";
    case TomlNode::Type::kFloat:
      return "a number with a point";
    case TomlNode::Type::kBoolean:
      return "true or false";
    case TomlNode::Type::kDateTime:
      return "a date";
  }
  return "?";
}

std::optional<TomlNode> ParseToml(std::string_view text,
                                  const std::string& file, Findings* findings) {
  try {
    return ConvertTable(toml::parse(text, file));
  } catch (const toml::parse_error& error) {
    findings->push_back(
        {file, LineOf(error.source()), std::string(error.description())});
    return std::nullopt;
  }
}

std::string NormalForm(const TomlNode& table,
                       const std::vector<std::string>& leave_out) {
  std::vector<const TomlEntry*> entries;
  for (const TomlEntry& entry : table.entries) {
    if (std::find(leave_out.begin(), leave_out.end(), entry.key) ==
        leave_out.end()) {
      entries.push_back(&entry);
    }
  }
  std::sort(
      entries.begin(), entries.end(),
      [](const TomlEntry* a, const TomlEntry* b) { return a->key < b->key; });
  std::string out = "{";
  for (const TomlEntry* entry : entries) {
    WriteQuoted(entry->key, &out);
    out.push_back('=');
    Write(entry->value, &out);
    out.push_back(';');
  }
  out.push_back('}');
  return out;
}

}  // namespace newsmill::rules
