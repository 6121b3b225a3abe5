#include "parser/rules/explain.h"

#include <algorithm>

#include "parser/html/text.h"
#include "parser/rules/conditions.h"
#include "parser/rules/sources.h"

namespace newsmill::rules {
namespace {

TriedPart Try(std::string name, const std::vector<Condition>& when,
              const RulePage& page, const std::optional<JsonValue>& data) {
  TriedPart part{std::move(name), {}};
  for (const Condition& condition : when) {
    part.conditions.emplace_back(condition.Describe(),
                                 Holds(condition, page, data));
  }
  return part;
}

// The parts of a structured value on one line.
std::string TextOf(const Item& item) {
  if (item.parts.empty()) return item.text;
  std::string text;
  for (const auto& [name, value] : item.parts) {
    text += (text.empty() ? "" : ", ") + name + " " + value;
  }
  return text;
}

TriedField TryField(const FieldRule& rule, const Scope& scope,
                    const RuleTrace& trace) {
  TriedField field{std::string(rule.field->name), {}};
  for (const Source& source : rule.sources) {
    TriedSource tried{source.Describe(), {}, false};
    for (const Item& item : Evaluate(source, scope)) {
      tried.values.push_back(TextOf(item));
    }
    tried.won = std::find(trace.sources.begin(), trace.sources.end(),
                          &source) != trace.sources.end();
    field.sources.push_back(std::move(tried));
  }
  return field;
}

TriedSource TryBodySource(const BodySource& source, const Scope& scope,
                          const RuleTrace& trace) {
  TriedSource tried{source.Describe(), {}, &source == trace.body};
  std::string text;
  if (source.selector) {
    const NodeId node =
        source.selector->First(scope.document, scope.document.root());
    if (node != kNoNode) text = InlineText(scope.document, node);
  } else if (const auto value = scope.data ? scope.data->pointer(source.place)
                                           : std::nullopt) {
    text = CollapseBlanks(value->to_text());
  }
  if (!text.empty()) tried.values.push_back(std::move(text));
  return tried;
}

std::vector<TriedField> TryFields(const Layout& layout, const Scope& scope,
                                  const RuleTrace& trace) {
  std::vector<TriedField> fields;
  for (const FieldRule& rule : layout.fields) {
    fields.push_back(TryField(rule, scope, trace));
  }
  TriedField body{"blocks", {}};
  for (const BodySource& source : layout.body) {
    body.sources.push_back(TryBodySource(source, scope, trace));
  }
  if (!body.sources.empty()) fields.push_back(std::move(body));
  return fields;
}

}  // namespace

bool TriedPart::holds() const {
  return std::all_of(conditions.begin(), conditions.end(),
                     [](const auto& condition) { return condition.second; });
}

RuleExplanation ExplainRule(const Rule& rule, const RulePage& page,
                            const RuleResult& result, const RuleTrace& trace) {
  RuleExplanation explanation;
  explanation.file = rule.file;
  explanation.revision = rule.revision;
  const std::optional<JsonValue> data =
      rule.data ? ReadData(*rule.data, page) : std::nullopt;
  for (const VerdictRule& verdict : rule.verdicts) {
    explanation.verdicts.push_back(Try(verdict.name, verdict.when, page, data));
    if (&verdict == result.verdict) return explanation;
  }
  for (const Layout& layout : rule.layouts) {
    std::optional<JsonValue> own =
        layout.data ? ReadData(*layout.data, page) : data;
    explanation.layouts.push_back(Try(layout.name, layout.when, page, own));
    if (&layout != result.layout) continue;
    if (own) own = own->pointer(layout.root);
    const Scope scope{page.document, page.base, page.article_id,
                      std::move(own)};
    explanation.fields = TryFields(layout, scope, trace);
    break;
  }
  return explanation;
}

}  // namespace newsmill::rules
