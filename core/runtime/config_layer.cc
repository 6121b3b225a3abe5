#include "core/runtime/config_layer.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "core/base/file.h"
#include "core/base/nearest.h"

namespace newsmill::config {
namespace {

constexpr std::string_view kFileSuffix = "_file";

struct Describe {
  std::string operator()(const std::string& text) const {
    return "the string " + QuoteToml(text);
  }
  std::string operator()(int64_t v) const {
    return "the integer " + std::to_string(v);
  }
  std::string operator()(double v) const {
    std::ostringstream text;
    text << "the number " << v;
    return text.str();
  }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(const Array&) const { return "an array"; }
  std::string operator()(const Table&) const { return "a table"; }
  std::string operator()(const DateOrTime&) const { return "a date or time"; }
};

// Nested tables come from dots without quotes: a.b = 1.
void Flatten(const std::string& prefix, const Value& value,
             std::vector<std::pair<std::string, const Value*>>& out) {
  const auto* table = std::get_if<Table>(&value.data);
  if (table == nullptr) {
    out.emplace_back(prefix, &value);
    return;
  }
  for (const auto& [name, inner] : *table) {
    Flatten(prefix.empty() ? name : prefix + "." + name, inner, out);
  }
}

}  // namespace

bool LooksSecret(std::string_view name) {
  return name.find("password") != std::string_view::npos ||
         name.find("secret") != std::string_view::npos ||
         name.ends_with("key.pem") || name == "sasl.oauthbearer.config";
}

Result<void> Layer::Apply(const Table& table, const std::string& prefix) {
  for (const auto& [name, value] : table) {
    const Result<void> applied =
        ApplyOne(prefix.empty() ? name : prefix + "." + name, value);
    if (!applied) return applied;
  }
  return {};
}

Result<void> Layer::ApplyTyped(const std::string& name,
                               const std::string& text) {
  const Result<Table> parsed = ParseToml("value = " + text, source_);
  const bool whole = parsed.has_value() && parsed->size() == 1;
  typed_ = text;
  return ApplyOne(name, whole ? parsed->front().value : Value{text, 0});
}

Result<void> Layer::ApplyOne(const std::string& name, const Value& value) {
  if (const Key* key = Find(name)) {
    const bool open = name.find('.') == std::string::npos;
    return open ? ApplyOpen(*key, "", value) : Assign(*key, value);
  }
  if (const Key* key = FindSecretOf(name)) return AssignSecretFile(*key, value);
  const std::string section = name.substr(0, name.find('.'));
  const Key* open = section == name ? nullptr : Find(section);
  if (open != nullptr) {
    return ApplyOpen(*open, name.substr(section.size() + 1), value);
  }
  if (!IsSection(name)) return Unknown(name, value);
  const auto* table = std::get_if<Table>(&value.data);
  if (table == nullptr)
    return WrongType(name, value, "a section [" + name + "]");
  return Apply(*table, name);
}

Result<void> Layer::ApplyOpen(const Key& section, const std::string& name,
                              const Value& value) {
  if (name.empty() && !std::holds_alternative<Table>(value.data)) {
    return WrongType(section.name, value, "a section [" + section.name + "]");
  }
  std::vector<std::pair<std::string, const Value*>> entries;
  Flatten(name, value, entries);
  for (const auto& [entry, entry_value] : entries) {
    const Result<void> set = SetOpen(section, entry, *entry_value);
    if (!set) return set;
  }
  return {};
}

Result<void> Layer::SetOpen(const Key& section, const std::string& name,
                            const Value& value) {
  auto& target = *std::get<std::map<std::string, std::string>*>(section.target);
  const std::string full = section.name + "." + name;
  const std::string owner =
      name.ends_with(kFileSuffix)
          ? name.substr(0, name.size() - kFileSuffix.size())
          : "";
  if (LooksSecret(owner)) {
    Result<std::string> secret = ReadSecret(full, value);
    if (!secret) return secret.error();
    target[owner] = *std::move(secret);
    return Claim(section.name + "." + owner, value);
  }
  const std::optional<std::string> text = TextOf(value);
  if (!text) return WrongType(full, value, "a string, a number or a boolean");
  target[name] = *text;
  return Claim(full, value);
}

Result<void> Layer::AssignSecretFile(const Key& key, const Value& path) {
  Result<std::string> secret =
      ReadSecret(key.name + std::string(kFileSuffix), path);
  if (!secret) return secret.error();
  *std::get<std::string*>(key.target) = *std::move(secret);
  return Claim(key.name, path);
}

// A key counts once in a layer, also where a file gives its value.
Result<void> Layer::Claim(const std::string& name, const Value& value) {
  if (!given_.insert(name).second) {
    return At(value, "'" + name + "' is given twice, as a value and as a file");
  }
  schema_.origins_[name] = origin_;
  return {};
}

const Key* Layer::Find(const std::string& name) const {
  for (const Key& key : schema_.keys_) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

const Key* Layer::FindSecretOf(const std::string& file_name) const {
  if (!file_name.ends_with(kFileSuffix)) return nullptr;
  const Key* key =
      Find(file_name.substr(0, file_name.size() - kFileSuffix.size()));
  return key != nullptr && key->secret ? key : nullptr;
}

bool Layer::IsSection(const std::string& name) const {
  return std::any_of(
      schema_.keys_.begin(), schema_.keys_.end(),
      [&](const Key& key) { return key.name.starts_with(name + "."); });
}

std::optional<std::string> Layer::TextOf(const Value& value) const {
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  if (std::holds_alternative<Array>(value.data) ||
      std::holds_alternative<Table>(value.data)) {
    return std::nullopt;
  }
  if (typed_) return typed_;
  if (const auto* integer = std::get_if<int64_t>(&value.data)) {
    return std::to_string(*integer);
  }
  if (const auto* boolean = std::get_if<bool>(&value.data)) {
    return *boolean ? "true" : "false";
  }
  if (const auto* number = std::get_if<double>(&value.data)) {
    std::ostringstream text;
    text << *number;
    return text.str();
  }
  return std::nullopt;
}

Result<std::string> Layer::ReadSecret(const std::string& name,
                                      const Value& path) {
  const std::optional<std::string> text = TextOf(path);
  if (!text) return WrongType(name, path, "the path of a file");
  const Result<std::string> content = ReadFile(*text);
  if (!content) return At(path, "'" + name + "': " + content.error().message);
  std::string secret = *content;
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
  return secret;
}

Error Layer::At(const Value& value, const std::string& what) const {
  const std::string line =
      origin_ == Origin::kFile ? ":" + std::to_string(value.line) : "";
  return {Code::kBadConfiguration, source_ + line + ": " + what};
}

Error Layer::WrongType(const std::string& name, const Value& value,
                       const std::string& expected) const {
  const Key* key = Find(name);
  const std::string found = key != nullptr && key->secret
                                ? "of another type"
                                : std::visit(Describe(), value.data);
  return At(value, "'" + name + "' is " + found + "; expected " + expected);
}

Error Layer::Unknown(const std::string& name, const Value& value) const {
  const bool table = std::holds_alternative<Table>(value.data);
  std::vector<std::string> known;
  for (const Key& key : schema_.keys_) {
    known.push_back(table ? key.name.substr(0, key.name.find('.')) : key.name);
  }
  const std::string nearest = Nearest(name, known);
  std::string message =
      std::string("unknown ") + (table ? "section" : "key") + " '" + name + "'";
  if (!nearest.empty()) message += "; did you mean '" + nearest + "'?";
  return At(value, message);
}

}  // namespace newsmill::config
