#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/rules/finding.h"

namespace newsmill::rules {

struct TomlEntry;

// A TOML document as plain values that remember their lines. The only place
// that knows the TOML library.
struct TomlNode {
  enum class Type {
    kTable,
    kArray,
    kString,
    kInteger,
    kFloat,
    kBoolean,
    kDateTime,
  };

  Type type = Type::kTable;
  int line = 0;
  std::string text;  // kString; kDateTime as written
  int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  std::vector<TomlNode> items;     // kArray
  std::vector<TomlEntry> entries;  // kTable, in the order of the file

  const TomlNode* Find(std::string_view key) const;
};

struct TomlEntry {
  std::string key;
  int line = 0;
  TomlNode value;
};

// "a string", "a table": for messages.
const char* TypeName(TomlNode::Type type);

// What is not TOML is one finding, with its line.
std::optional<TomlNode> ParseToml(std::string_view text,
                                  const std::string& file, Findings* findings);

// One text per content: keys sorted, no comments, no layout of the file, and
// without `leave_out` of the top level. Two files that say the same give the
// same text.
std::string NormalForm(const TomlNode& table,
                       const std::vector<std::string>& leave_out);

}  // namespace newsmill::rules
