#pragma once

#include <span>
#include <string_view>

namespace newsmill {

// The declaration of one key of sites/<site>/rule.toml. docs/rules.md is
// written from these, and no key is read that is not declared.
struct RuleKey {
  std::string_view name;
  std::string_view type;      // "text", "list of expressions", …
  std::string_view fallback;  // what holds without it; "required"
  std::string_view meaning;   // one sentence
  // TOML as it stands in the key's table; of inline tables the whole table.
  std::string_view example;

  bool required() const { return fallback == "required"; }
};

// A table of a rule, with the keys that may stand in it.
struct RuleTable {
  std::string_view title;    // as in the file: "[layout.body]"
  std::string_view meaning;  // what it is for; Markdown
  std::span<const RuleKey> keys;

  const RuleKey* Find(std::string_view key) const;
};

// What core/sites reads: addresses and politeness.
const RuleTable& UrlTable();    // [url]
const RuleTable& FetchTable();  // [fetch]

}  // namespace newsmill
