#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"

// TOML as the configuration sees it; private to core/runtime. The library that
// reads it is known to config_toml.cc alone.

namespace newsmill::config {

struct Value;
struct Entry;
using Array = std::vector<Value>;
// In the order of the text.
using Table = std::vector<Entry>;

// A date or a time, which no key takes.
struct DateOrTime {};

struct Value {
  std::variant<std::string, int64_t, double, bool, Array, Table, DateOrTime>
      data;
  int line = 0;  // counted from 1
};

struct Entry {
  std::string name;
  Value value;
};

// kBadConfiguration with `source`, line and column.
Result<Table> ParseToml(std::string_view text, const std::string& source);

// Spelled so that ParseToml reads it again.
std::string QuoteToml(std::string_view text);

}  // namespace newsmill::config
