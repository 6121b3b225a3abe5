#include "parser/rules/apply.h"

#include <algorithm>

#include "parser/extract/dates.h"
#include "parser/html/json_script.h"
#include "parser/html/text.h"
#include "parser/rules/blocks.h"
#include "parser/rules/fields.h"
#include "parser/rules/people.h"
#include "parser/rules/provenance.h"
#include "parser/rules/sources.h"
#include "parser/rules/steps.h"

namespace newsmill::rules {
namespace {

std::optional<JsonValue> ReadData(const DataSource& source,
                                  const RulePage& page) {
  const NodeId node =
      source.selector.First(page.document, page.document.root());
  if (node == kNoNode) return std::nullopt;
  std::vector<std::string> texts = {page.document.TextContent(node)};
  if (!source.steps.empty()) {
    texts = ApplySteps(source.steps, page.base, std::move(texts));
  }
  for (const std::string& text : texts) {
    if (auto value = ParseScriptJson(text)) return *std::move(value);
  }
  return std::nullopt;
}

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

bool HoldAll(const std::vector<Condition>& conditions, const RulePage& page,
             const std::optional<JsonValue>& data) {
  return std::all_of(
      conditions.begin(), conditions.end(), [&](const Condition& condition) {
        switch (condition.kind) {
          case Condition::Kind::kCss:
            return HoldsCss(condition, page.document);
          case Condition::Kind::kJson:
            return HoldsJson(condition, data);
          case Condition::Kind::kUrl:
            return RE2::PartialMatch(page.url.text(), *condition.pattern);
        }
        return false;
      });
}

// What the rule knows of its site without looking at the page.
void FillConstants(const Rule& rule, v1::Article* article) {
  if (!rule.publisher.name().empty()) {
    *article->mutable_publisher() = rule.publisher;
    Note("publisher", v1::Provenance::SITE, "publisher", article);
  }
  if (!rule.language.empty() && !article->has_in_language()) {
    article->set_in_language(rule.language);
    Note("in_language", v1::Provenance::SITE, "language", article);
  }
}

v1::Article::PageType PageTypeOf(const Layout& layout,
                                 const v1::Article& article) {
  if (layout.page_type != v1::Article::PAGE_TYPE_UNSPECIFIED) {
    return layout.page_type;
  }
  if (article.article_body().empty()) {
    if (article.videos_size() > 0) return v1::Article::VIDEO;
    if (article.images_size() > 1) return v1::Article::GALLERY;
  }
  return v1::Article::ARTICLE;
}

Result<void> FillFromLayout(const Rule& rule, const Layout& layout,
                            const RulePage& page, std::optional<JsonValue> data,
                            v1::Article* article) {
  if (data) data = data->pointer(layout.root);
  const Scope scope{page.document, page.base, page.article_id, std::move(data)};
  if (layout.profile != nullptr) {
    if (auto body = FillBody(layout, scope, page.limits, article); !body) {
      return body.error();
    }
  }
  FillFields(layout, scope, {page.fetched_at, rule.utc_offset_minutes},
             article);
  ReadByline(rule.post, article);
  CompleteHeadline(rule.post, article);
  FillConstants(rule, article);
  article->set_layout(layout.name);
  article->set_page_type(PageTypeOf(layout, *article));
  return {};
}

}  // namespace

Result<RuleResult> ApplyRule(const Rule& rule, const RulePage& page,
                             v1::Article* article) {
  const std::optional<JsonValue> data =
      rule.data ? ReadData(*rule.data, page) : std::nullopt;
  for (const VerdictRule& verdict : rule.verdicts) {
    if (HoldAll(verdict.when, page, data)) return RuleResult{&verdict, nullptr};
  }
  for (const Layout& layout : rule.layouts) {
    const std::optional<JsonValue> own =
        layout.data ? ReadData(*layout.data, page) : data;
    if (!HoldAll(layout.when, page, own)) continue;
    if (auto filled = FillFromLayout(rule, layout, page, own, article);
        !filled) {
      return filled.error();
    }
    return RuleResult{nullptr, &layout};
  }
  return RuleResult{};
}

}  // namespace newsmill::rules
