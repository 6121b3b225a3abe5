#include "core/runtime/config.h"

#include <utility>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/runtime/config_layer.h"
#include "core/runtime/config_toml.h"

namespace newsmill::config {
namespace {

constexpr std::string_view kVariablePrefix = "NEWSMILL_";

// The '=' that ends the key; keys may be quoted.
size_t FindAssignment(std::string_view text) {
  char quote = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '=') {
      return i;
    }
  }
  return std::string_view::npos;
}

// `kafka."bootstrap.servers"` -> `kafka.bootstrap.servers`.
Result<std::string> DottedName(std::string_view key,
                               const std::string& source) {
  Result<Table> table = ParseToml(std::string(key) + "=0", source);
  if (!table) return table.error();
  std::string name;
  const Table* level = &*table;
  while (level != nullptr && level->size() == 1) {
    name += (name.empty() ? "" : ".") + level->front().name;
    level = std::get_if<Table>(&level->front().value.data);
  }
  return name;
}

}  // namespace

void Schema::Add(std::string name, Target target, std::string sentence) {
  keys_.push_back(Key{std::move(name), target, std::move(sentence), {}, false});
}

void Schema::AddInteger(std::string name, int64_t* target, int64_t least,
                        std::string sentence) {
  Add(std::move(name), target, std::move(sentence));
  keys_.back().least = least;
}

void Schema::AddChoice(std::string name, std::string* target,
                       std::vector<std::string> choices, std::string sentence) {
  keys_.push_back(Key{std::move(name), target, std::move(sentence),
                      std::move(choices), false});
}

void Schema::AddSecret(std::string name, std::string* target,
                       std::string sentence) {
  keys_.push_back(Key{std::move(name), target, std::move(sentence), {}, true});
}

void Schema::AddOpenSection(std::string name,
                            std::map<std::string, std::string>* target,
                            std::string sentence) {
  keys_.push_back(Key{std::move(name), target, std::move(sentence), {}, false});
}

Result<void> Schema::ApplyFile(const std::string& path) {
  const Result<std::string> text = ReadFile(path);
  if (!text) {
    return Error{Code::kBadConfiguration,
                 "the configuration: " + text.error().message};
  }
  return ApplyToml(*text, path);
}

Result<void> Schema::ApplyToml(std::string_view text,
                               const std::string& source) {
  const Result<Table> table = ParseToml(text, source);
  if (!table) return table.error();
  return Layer(*this, Origin::kFile, source).Apply(*table);
}

Result<void> Schema::ApplyEnvironment(
    const std::map<std::string, std::string>& env) {
  for (const auto& [variable, text] : env) {
    if (!variable.starts_with(kVariablePrefix)) continue;
    const std::string name =
        AsciiLowered(std::string_view(variable).substr(kVariablePrefix.size()));
    const size_t gap = name.find("__");
    if (gap == std::string::npos || gap == 0) continue;
    std::string key = name.substr(gap + 2);
    bool open = false;
    for (const Key& known : keys_) open |= known.name == name.substr(0, gap);
    if (open) {
      const bool file = key.ends_with("_file");
      for (char& c : key) c = c == '_' ? '.' : c;
      if (file) key[key.size() - 5] = '_';
    }
    const Result<void> applied =
        Layer(*this, Origin::kEnvironment, variable)
            .ApplyTyped(name.substr(0, gap) + "." + key, text);
    if (!applied) return applied;
  }
  return {};
}

Result<void> Schema::ApplySet(std::string_view assignment) {
  const size_t equals = FindAssignment(assignment);
  // Without the value, which may be a secret.
  const std::string source =
      "--set " + std::string(assignment.substr(0, equals));
  if (equals == std::string_view::npos) {
    return Error{Code::kBadConfiguration,
                 source + ": expected section.key=value"};
  }
  const Result<std::string> name =
      DottedName(assignment.substr(0, equals), source);
  if (!name) return name.error();
  return Layer(*this, Origin::kFlag, source)
      .ApplyTyped(*name, std::string(assignment.substr(equals + 1)));
}

Origin Schema::OriginOf(const std::string& name) const {
  const auto found = origins_.find(name);
  return found == origins_.end() ? Origin::kDefault : found->second;
}

}  // namespace newsmill::config
