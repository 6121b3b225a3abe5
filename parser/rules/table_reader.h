#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>

#include "core/sites/rule_keys.h"
#include "parser/html/selector.h"
#include "parser/rules/finding.h"
#include "parser/rules/toml_tree.h"

namespace newsmill::rules {

// A regular expression and its text; shared, because RE2 cannot be copied.
using Pattern = std::shared_ptr<const RE2>;

// Collects findings of one file.
class Reporter {
 public:
  Reporter(std::string file, Findings* findings)
      : file_(std::move(file)), findings_(findings) {}

  void Report(int line, std::string message) {
    findings_->push_back({file_, line, std::move(message)});
  }
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  Findings* findings_;
};

// Reads a table key by key. What is missing or of another type is reported and
// read as the default; keys that nobody asked for are reported by Finish with
// the nearest known one.
class TableReader {
 public:
  // `schema` declares the keys that may be asked for; to ask for another is a
  // bug and ends the process. `what` names the table in messages: "[[layout]]",
  // "a source of headline".
  TableReader(const TomlNode& table, const RuleTable& schema, std::string what,
              Reporter* reporter);

  // The value, marked as known; nullptr where the key is not there, or (after
  // a report) where it is of another type.
  const TomlNode* Get(std::string_view key);
  const TomlNode* Get(std::string_view key, TomlNode::Type type);

  std::string String(std::string_view key);
  std::string RequiredString(std::string_view key);
  std::optional<bool> Bool(std::string_view key);
  std::optional<int64_t> Integer(std::string_view key);
  // A list of strings; a single string is a list of one.
  std::vector<std::string> Strings(std::string_view key);
  // Compiled; bad ones are reported with the line of their own text.
  std::optional<Selector> Css(std::string_view key);
  std::vector<Selector> CssList(std::string_view key);
  Pattern Regex(std::string_view key);
  std::vector<Pattern> RegexList(std::string_view key);

  // Accepts a key whose value is somebody else's to read.
  void Accept(std::string_view key) { Know(key); }
  bool Has(std::string_view key) const;

  // Reports the keys that were not asked for.
  void Finish();

  int line() const { return table_.line; }
  const std::string& what() const { return what_; }
  Reporter& reporter() { return *reporter_; }

 private:
  void Know(std::string_view key);
  std::vector<const TomlNode*> StringNodes(std::string_view key);

  const TomlNode& table_;
  const RuleTable& schema_;
  std::string what_;
  Reporter* reporter_;
  std::set<std::string, std::less<>> known_;
};

// Compile, or report and give nothing.
std::optional<Selector> CompileSelector(const TomlNode& text,
                                        Reporter* reporter);
Pattern CompilePattern(std::string_view text, int line, Reporter* reporter);

// " (did you mean "x"?)", or empty.
std::string DidYouMean(std::string_view word,
                       const std::vector<std::string>& known);

}  // namespace newsmill::rules
