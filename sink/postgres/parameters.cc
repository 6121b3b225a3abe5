#include "sink/postgres/parameters.h"

namespace newsmill::postgres {
namespace {

// pg_type.dat; fixed since PostgreSQL has the types.
Oid OidOf(sql::Type type) {
  switch (type) {
    case sql::Type::kText:
      return 25;
    case sql::Type::kInteger:
      return 23;
    case sql::Type::kBigint:
      return 20;
    case sql::Type::kBoolean:
      return 16;
    case sql::Type::kTime:
      return 1184;
    case sql::Type::kTextList:
      return 1009;
    case sql::Type::kJson:
      return 3802;
    case sql::Type::kBytes:
      return 17;
  }
  return 0;
}

// An array literal: {"a","b"}, quotes and backslashes escaped.
std::string ArrayLiteral(const std::vector<std::string>& items) {
  std::string literal = "{";
  for (const std::string& item : items) {
    literal += literal.size() == 1 ? "\"" : ",\"";
    for (const char c : item) {
      if (c == '"' || c == '\\') literal += '\\';
      literal += c;
    }
    literal += '"';
  }
  return literal + "}";
}

std::string ToText(const sql::Value& value) {
  using Kind = sql::Value::Kind;
  switch (value.kind) {
    case Kind::kNull:
      return "";
    case Kind::kBoolean:
      return value.number != 0 ? "t" : "f";
    case Kind::kInteger:
      return std::to_string(value.number);
    case Kind::kText:
      return value.text;
    case Kind::kTime:
      return FormatRfc3339(value.time());
    case Kind::kList:
      return ArrayLiteral(value.list);
  }
  return "";
}

}  // namespace

std::vector<Oid> TypeOids(const std::vector<sql::Type>& types) {
  std::vector<Oid> oids;
  oids.reserve(types.size());
  for (const sql::Type type : types) oids.push_back(OidOf(type));
  return oids;
}

Parameters::Parameters(const std::vector<sql::Value>& values,
                       const std::vector<sql::Type>& types) {
  texts_.reserve(values.size());  // the pointers stay valid
  for (size_t i = 0; i < values.size(); ++i) {
    texts_.push_back(ToText(values[i]));
    const bool is_null = values[i].kind == sql::Value::Kind::kNull;
    const bool is_bytes =
        i < types.size() && types[i] == sql::Type::kBytes && !is_null;
    pointers_.push_back(is_null ? nullptr : texts_.back().c_str());
    lengths_.push_back(static_cast<int>(texts_.back().size()));
    formats_.push_back(is_bytes ? 1 : 0);
  }
}

}  // namespace newsmill::postgres
