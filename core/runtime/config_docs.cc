// What is generated from the declarations: the configuration as it stands, the
// file of all defaults, the reference.

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "core/runtime/config.h"
#include "core/runtime/config_layer.h"
#include "core/runtime/config_toml.h"

namespace newsmill::config {
namespace {

constexpr size_t kWidth = 80;

bool IsOpen(const Key& key) { return key.name.find('.') == std::string::npos; }

std::string SectionOf(const Key& key) {
  return key.name.substr(0, key.name.find('.'));
}

// A map's entry, of which some may be secret.
std::string EntryName(const std::string& name) { return QuoteToml(name); }

struct ToToml {
  std::string operator()(const bool* v) const { return *v ? "true" : "false"; }
  std::string operator()(const int64_t* v) const { return std::to_string(*v); }
  std::string operator()(const double* v) const {
    std::ostringstream text;
    text.precision(15);
    text << *v;
    const bool whole = std::isfinite(*v) &&
                       text.str().find_first_of(".e") == std::string::npos;
    return whole ? text.str() + ".0" : text.str();
  }
  std::string operator()(const std::string* v) const { return QuoteToml(*v); }
  std::string operator()(const Duration* v) const {
    return QuoteToml(FormatDuration(*v));
  }
  template <typename Element>
  std::string operator()(const std::vector<Element>* v) const {
    std::string text = "[";
    for (const Element& element : *v) {
      text += (text.size() > 1 ? ", " : "") + (*this)(&element);
    }
    return text + "]";
  }
  std::string operator()(const std::map<std::string, std::string>* v) const {
    std::string text = "{";
    for (const auto& [name, value] : *v) {
      text += (text.size() > 1 ? ", " : "") + EntryName(name) + " = " +
              QuoteToml(value);
    }
    return text + "}";
  }
};

struct TypeName {
  std::string operator()(const bool*) const { return "boolean"; }
  std::string operator()(const int64_t*) const { return "integer"; }
  std::string operator()(const double*) const { return "number"; }
  std::string operator()(const std::string*) const { return "string"; }
  std::string operator()(const Duration*) const { return "duration"; }
  std::string operator()(const std::vector<std::string>*) const {
    return "array of strings";
  }
  std::string operator()(const std::vector<Duration>*) const {
    return "array of durations";
  }
  std::string operator()(const std::map<std::string, std::string>*) const {
    return "table of strings";
  }
};

std::string ValueOf(const Key& key) { return std::visit(ToToml(), key.target); }

const std::map<std::string, std::string>& EntriesOf(const Key& key) {
  return *std::get<std::map<std::string, std::string>*>(key.target);
}

// Sections in the order of their first key.
std::vector<std::pair<std::string, std::vector<const Key*>>> BySection(
    const std::vector<Key>& keys) {
  std::vector<std::pair<std::string, std::vector<const Key*>>> sections;
  for (const Key& key : keys) {
    const std::string name = SectionOf(key);
    const auto found = std::find_if(
        sections.begin(), sections.end(),
        [&](const auto& section) { return section.first == name; });
    if (found == sections.end()) {
      sections.push_back({name, {&key}});
    } else {
      found->second.push_back(&key);
    }
  }
  return sections;
}

// Comment lines of at most kWidth columns.
std::string Comment(const std::string& sentence) {
  std::istringstream words(sentence);
  std::string text, line = "#", word;
  while (words >> word) {
    if (line.size() + 1 + word.size() > kWidth && line != "#") {
      text += line + "\n";
      line = "#";
    }
    line += " " + word;
  }
  return text + line + "\n";
}

std::string WithChoices(const Key& key) {
  if (key.choices.empty()) return key.sentence;
  std::string text = key.sentence + " One of";
  for (const std::string& choice : key.choices) {
    text += (&choice == &key.choices.front() ? " " : ", ") + QuoteToml(choice);
  }
  return text + ".";
}

const char* OriginNote(Origin origin) {
  switch (origin) {
    case Origin::kDefault:
      return "";
    case Origin::kFile:
      return "  # from the file";
    case Origin::kEnvironment:
      return "  # from the environment";
    case Origin::kFlag:
      return "  # from --set";
  }
  return "";
}

// A masked value must not be taken for the value when the text is read again.
std::string ShowLine(const std::string& name, const std::string& value,
                     bool masked, Origin origin) {
  if (masked) {
    return "# " + name + " = \"********\"" + OriginNote(origin) + "\n";
  }
  return name + " = " + value + OriginNote(origin) + "\n";
}

std::string Cell(std::string text) {
  for (size_t i = 0; (i = text.find('|', i)) != std::string::npos; i += 2) {
    text.insert(i, "\\");
  }
  return text;
}

}  // namespace

std::string Schema::ShowToml() const {
  std::string text;
  for (const auto& [section, keys] : BySection(keys_)) {
    text += (text.empty() ? "[" : "\n[") + section + "]\n";
    for (const Key* key : keys) {
      if (IsOpen(*key)) {
        for (const auto& [name, value] : EntriesOf(*key)) {
          text += ShowLine(EntryName(name), QuoteToml(value), LooksSecret(name),
                           OriginOf(section + "." + name));
        }
        continue;
      }
      const bool masked =
          key->secret && !std::get<std::string*>(key->target)->empty();
      text += ShowLine(key->name.substr(section.size() + 1), ValueOf(*key),
                       masked, OriginOf(key->name));
    }
  }
  return text;
}

std::string Schema::DefaultToml() const {
  std::string text =
      "# Every key with its default; generated from the declarations.\n";
  for (const auto& [section, keys] : BySection(keys_)) {
    text += "\n";
    for (const Key* key : keys) {
      if (IsOpen(*key)) text += Comment(key->sentence);
    }
    text += "[" + section + "]\n";
    for (const Key* key : keys) {
      if (IsOpen(*key)) {
        for (const auto& [name, value] : EntriesOf(*key)) {
          text += EntryName(name) + " = " + QuoteToml(value) + "\n";
        }
        continue;
      }
      text += Comment(WithChoices(*key)) +
              key->name.substr(section.size() + 1) + " = " + ValueOf(*key) +
              "\n";
    }
  }
  return text;
}

std::string Schema::ReferenceMarkdown() const {
  std::string text;
  for (const auto& [section, keys] : BySection(keys_)) {
    text += (text.empty() ? "## `[" : "\n## `[") + section + "]`\n";
    bool table = false;
    for (const Key* key : keys) {
      if (IsOpen(*key)) {
        text += "\n" + key->sentence + "\n";
        continue;
      }
      if (!table)
        text += "\n| key | type | default | meaning |\n|---|---|---|---|\n";
      table = true;
      std::string meaning = WithChoices(*key);
      if (key->secret) {
        meaning += " Secret: `" + key->name + "_file` may name a file instead.";
      }
      text += "| `" + key->name + "` | " + std::visit(TypeName(), key->target) +
              " | `" + Cell(ValueOf(*key)) + "` | " + Cell(meaning) + " |\n";
    }
  }
  return text;
}

}  // namespace newsmill::config
