#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/runtime/config.h"
#include "core/runtime/config_toml.h"

namespace newsmill::config {

// One source of values on its way into a schema's targets; private to
// core/runtime.
class Layer {
 public:
  // `source`: a file, a variable or a flag, as messages name it.
  Layer(Schema& schema, Origin origin, std::string source)
      : schema_(schema), origin_(origin), source_(std::move(source)) {}

  // A whole table of sections and keys.
  Result<void> Apply(const Table& table, const std::string& prefix = "");
  // One value that was typed without quotes where TOML wants them.
  Result<void> ApplyTyped(const std::string& name, const std::string& text);

 private:
  Result<void> ApplyOne(const std::string& name, const Value& value);
  Result<void> ApplyOpen(const Key& section, const std::string& name,
                         const Value& value);
  Result<void> SetOpen(const Key& section, const std::string& name,
                       const Value& value);
  Result<void> Assign(const Key& key, const Value& value);
  Result<void> AssignSecretFile(const Key& key, const Value& path);
  Result<void> Claim(const std::string& name, const Value& value);

  const Key* Find(const std::string& name) const;
  const Key* FindSecretOf(const std::string& file_name) const;
  bool IsSection(const std::string& name) const;

  // The text of a scalar: of what was typed, as it was typed.
  std::optional<std::string> TextOf(const Value& value) const;
  Result<std::string> ReadSecret(const std::string& name, const Value& path);
  Error At(const Value& value, const std::string& what) const;
  Error WrongType(const std::string& name, const Value& value,
                  const std::string& expected) const;
  Error Unknown(const std::string& name, const Value& value) const;

  // config_assign.cc
  Result<void> Store(const Key& key, const Value& value, bool* target);
  Result<void> Store(const Key& key, const Value& value, int64_t* target);
  Result<void> Store(const Key& key, const Value& value, double* target);
  Result<void> Store(const Key& key, const Value& value, std::string* target);
  Result<void> Store(const Key& key, const Value& value, Duration* target);
  Result<void> Store(const Key& key, const Value& value,
                     std::vector<std::string>* target);
  Result<void> Store(const Key& key, const Value& value,
                     std::vector<Duration>* target);
  Result<void> Store(const Key& key, const Value& value,
                     std::map<std::string, std::string>* target);
  template <typename Element>
  Result<void> StoreArray(const Key& key, const Value& value,
                          const char* expected, std::vector<Element>* target);

  Schema& schema_;
  const Origin origin_;
  const std::string source_;
  std::optional<std::string> typed_;
  std::set<std::string> given_;
};

}  // namespace newsmill::config
