#include "parser/rules/conditions.h"

#include <algorithm>

#include "parser/html/json_script.h"
#include "parser/html/text.h"
#include "parser/rules/steps.h"

namespace newsmill::rules {
namespace {

// A null says as little as a key that is not there.
std::optional<JsonValue> Find(const std::optional<JsonValue>& data,
                              const std::string& pointer) {
  auto value = data ? data->pointer(pointer) : std::nullopt;
  if (value && value->is_null()) return std::nullopt;
  return value;
}

bool IsEmpty(const JsonValue& value) {
  if (value.is_array()) return value.items().empty();
  if (value.is_object()) return value.members().empty();
  return IsBlank(value.to_text());
}

bool HoldsJson(const Condition& condition,
               const std::optional<JsonValue>& data) {
  const auto value = Find(data, condition.place);
  switch (condition.test) {
    case Condition::Test::kExists:
      return value.has_value();
    case Condition::Test::kAbsent:
      return !value.has_value();
    case Condition::Test::kIs:
      return value && value->to_text() == condition.text;
    case Condition::Test::kNonEmpty:
      return value && !IsEmpty(*value);
    case Condition::Test::kEmpty:
      return !value || IsEmpty(*value);
    case Condition::Test::kMatches:
      break;
  }
  return false;
}

bool HoldsCss(const Condition& condition, const Document& document) {
  if (condition.test == Condition::Test::kExists ||
      condition.test == Condition::Test::kAbsent) {
    const bool exists =
        condition.selector->First(document, document.root()) != kNoNode;
    return exists == (condition.test == Condition::Test::kExists);
  }
  const auto nodes = condition.selector->All(document, document.root());
  return std::any_of(nodes.begin(), nodes.end(), [&](NodeId node) {
    const std::string text = InlineText(document, node);
    return condition.test == Condition::Test::kIs
               ? text == condition.text
               : RE2::PartialMatch(text, *condition.pattern);
  });
}

}  // namespace

std::optional<JsonValue> ReadData(const DataSource& source,
                                  const RulePage& page) {
  const Document& document = page.document;
  for (const NodeId node : source.selector.All(document, document.root())) {
    std::vector<std::string> texts = {document.TextContent(node)};
    if (!source.steps.empty()) {
      texts = ApplySteps(source.steps, page.base, std::move(texts));
    }
    for (const std::string& text : texts) {
      if (auto value = ParseScriptJson(text)) return *std::move(value);
    }
  }
  return std::nullopt;
}

bool Holds(const Condition& condition, const RulePage& page,
           const std::optional<JsonValue>& data) {
  switch (condition.kind) {
    case Condition::Kind::kCss:
      return HoldsCss(condition, page.document);
    case Condition::Kind::kJson:
      return HoldsJson(condition, data);
    case Condition::Kind::kUrl:
      return RE2::PartialMatch(page.url.text(), *condition.pattern);
  }
  return false;
}

bool HoldAll(const std::vector<Condition>& conditions, const RulePage& page,
             const std::optional<JsonValue>& data) {
  return std::all_of(
      conditions.begin(), conditions.end(),
      [&](const Condition& condition) { return Holds(condition, page, data); });
}

std::string Condition::Describe() const {
  if (kind == Kind::kUrl) return "url_matches " + pattern->pattern();
  const std::string where =
      kind == Kind::kCss ? "css " + selector->text() : "json " + place;
  switch (test) {
    case Test::kExists:
      return where + " exists";
    case Test::kAbsent:
      return where + " does not exist";
    case Test::kIs:
      return where + " is " + text;
    case Test::kMatches:
      return where + " matches " + pattern->pattern();
    case Test::kNonEmpty:
      return where + " is not empty";
    case Test::kEmpty:
      return where + " is empty";
  }
  return where;
}

}  // namespace newsmill::rules
