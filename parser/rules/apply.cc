#include "parser/rules/apply.h"

#include "parser/extract/dates.h"
#include "parser/rules/blocks.h"
#include "parser/rules/conditions.h"
#include "parser/rules/fields.h"
#include "parser/rules/people.h"
#include "parser/rules/provenance.h"
#include "parser/rules/sources.h"

namespace newsmill::rules {
namespace {

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
    if (auto body = FillBody(layout, scope, page.limits, article, page.trace);
        !body) {
      return body.error();
    }
  }
  FillFields(layout, scope, {page.fetched_at, rule.utc_offset_minutes}, article,
             page.trace);
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
