#include "parser/rules/table_reader.h"

#include <cstdlib>

#include "core/base/nearest.h"
#include "parser/html/regex_text.h"

namespace newsmill::rules {
std::string DidYouMean(std::string_view word,
                       const std::vector<std::string>& known) {
  const std::string nearest = Nearest(word, known);
  return nearest.empty() ? "" : " (did you mean \"" + nearest + "\"?)";
}

std::optional<Selector> CompileSelector(const TomlNode& text,
                                        Reporter* reporter) {
  Result<Selector> selector = Selector::Compile(text.text);
  if (selector) return *std::move(selector);
  reporter->Report(
      text.line, "selector \"" + text.text + "\": " + selector.error().message);
  return std::nullopt;
}

Pattern CompilePattern(std::string_view text, int line, Reporter* reporter) {
  RE2::Options options(RE2::Quiet);
  auto pattern = std::make_shared<const RE2>(ForRegex(text), options);
  if (pattern->ok()) return pattern;
  reporter->Report(line, "expression '" + std::string(text) +
                             "': " + pattern->error() + " (syntax of RE2)");
  return nullptr;
}

TableReader::TableReader(const TomlNode& table, const RuleTable& schema,
                         std::string what, Reporter* reporter)
    : table_(table),
      schema_(schema),
      what_(std::move(what)),
      reporter_(reporter) {}

void TableReader::Know(std::string_view key) {
  if (schema_.Find(key) == nullptr) std::abort();
  known_.insert(std::string(key));
}

const TomlNode* TableReader::Get(std::string_view key) {
  Know(key);
  return table_.Find(key);
}

const TomlNode* TableReader::Get(std::string_view key, TomlNode::Type type) {
  const TomlNode* node = Get(key);
  if (node == nullptr || node->type == type) return node;
  reporter_->Report(node->line, what_ + ": \"" + std::string(key) +
                                    "\" must be " + TypeName(type) + ", not " +
                                    TypeName(node->type));
  return nullptr;
}

bool TableReader::Has(std::string_view key) const {
  return table_.Find(key) != nullptr;
}

std::string TableReader::String(std::string_view key) {
  const TomlNode* node = Get(key, TomlNode::Type::kString);
  return node == nullptr ? "" : node->text;
}

std::string TableReader::RequiredString(std::string_view key) {
  if (!Has(key)) {
    Get(key);
    reporter_->Report(table_.line,
                      what_ + ": \"" + std::string(key) + "\" is missing");
    return "";
  }
  return String(key);
}

std::optional<bool> TableReader::Bool(std::string_view key) {
  const TomlNode* node = Get(key, TomlNode::Type::kBoolean);
  if (node == nullptr) return std::nullopt;
  return node->boolean;
}

std::optional<int64_t> TableReader::Integer(std::string_view key) {
  const TomlNode* node = Get(key, TomlNode::Type::kInteger);
  if (node == nullptr) return std::nullopt;
  return node->integer;
}

std::vector<const TomlNode*> TableReader::StringNodes(std::string_view key) {
  const TomlNode* node = Get(key);
  if (node == nullptr) return {};
  if (node->type == TomlNode::Type::kString) return {node};
  std::vector<const TomlNode*> result;
  if (node->type == TomlNode::Type::kArray) {
    for (const TomlNode& item : node->items) {
      if (item.type == TomlNode::Type::kString) result.push_back(&item);
    }
    if (result.size() == node->items.size()) return result;
  }
  reporter_->Report(node->line, what_ + ": \"" + std::string(key) +
                                    "\" must be a list of strings");
  return {};
}

std::vector<std::string> TableReader::Strings(std::string_view key) {
  std::vector<std::string> result;
  for (const TomlNode* node : StringNodes(key)) result.push_back(node->text);
  return result;
}

std::optional<Selector> TableReader::Css(std::string_view key) {
  const TomlNode* node = Get(key, TomlNode::Type::kString);
  return node == nullptr ? std::nullopt : CompileSelector(*node, reporter_);
}

std::vector<Selector> TableReader::CssList(std::string_view key) {
  std::vector<Selector> result;
  for (const TomlNode* node : StringNodes(key)) {
    if (auto selector = CompileSelector(*node, reporter_)) {
      result.push_back(*std::move(selector));
    }
  }
  return result;
}

Pattern TableReader::Regex(std::string_view key) {
  const TomlNode* node = Get(key, TomlNode::Type::kString);
  return node == nullptr ? nullptr
                         : CompilePattern(node->text, node->line, reporter_);
}

std::vector<Pattern> TableReader::RegexList(std::string_view key) {
  std::vector<Pattern> result;
  for (const TomlNode* node : StringNodes(key)) {
    Pattern pattern = CompilePattern(node->text, node->line, reporter_);
    if (pattern != nullptr) result.push_back(std::move(pattern));
  }
  return result;
}

void TableReader::Finish() {
  const std::vector<std::string> known(known_.begin(), known_.end());
  for (const TomlEntry& entry : table_.entries) {
    if (known_.count(entry.key) > 0) continue;
    reporter_->Report(entry.line, what_ + ": unknown key \"" + entry.key +
                                      "\"" + DidYouMean(entry.key, known));
  }
}

}  // namespace newsmill::rules
