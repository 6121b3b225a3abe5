#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/time.h"

namespace newsmill::sql {

// What a column holds. PostgreSQL has a type for each; SQLite keeps times,
// lists and JSON as text.
enum class Type {
  kText,
  kInteger,  // 32 bits
  kBigint,
  kBoolean,
  kTime,
  kTextList,
  kJson,
  kBytes,
};

struct Null {};

// A parameter of a statement; what it becomes is said by its column's type.
struct Value {
  enum class Kind { kNull, kBoolean, kInteger, kText, kTime, kList };

  Value(Null) {}                                              // NOLINT: a value
  Value(bool value) : kind(Kind::kBoolean), number(value) {}  // NOLINT
  Value(int64_t value) : kind(Kind::kInteger), number(value) {}  // NOLINT
  Value(std::string value)                                       // NOLINT
      : kind(Kind::kText), text(std::move(value)) {}
  Value(Timestamp value)  // NOLINT
      : kind(Kind::kTime), number(value.time_since_epoch().count()) {}
  Value(std::vector<std::string> value)  // NOLINT
      : kind(Kind::kList), list(std::move(value)) {}

  Timestamp time() const { return Timestamp(Duration(number)); }

  Kind kind = Kind::kNull;
  int64_t number = 0;  // also a boolean, and a time in milliseconds
  std::string text;    // also JSON and bytes
  std::vector<std::string> list;
};

// A statement and the types of its parameters $1, $2 …
struct Statement {
  std::string name;  // of the prepared statement
  std::string text;
  std::vector<Type> types;
};

// One row of an answer, as text; bytes as they are.
using Row = std::vector<std::optional<std::string>>;

}  // namespace newsmill::sql
