#include "parser/page_parser.h"

#include "core/base/inflate.h"
#include "core/base/url.h"
#include "parser/content_hash.h"
#include "parser/extract/generic.h"
#include "parser/extract/metadata.h"
#include "parser/html/decode.h"
#include "parser/html/document.h"
#include "parser/html/text.h"
#include "parser/media_type.h"
#include "parser/page_header.h"
#include "parser/rules/apply.h"
#include "parser/rules/rule_set.h"

namespace newsmill {
namespace {

// The name that pages address us by, where their record does not say.
constexpr char kAgent[] = "newsmill";

v1::OutcomeKind KindOf(v1::Reason reason) {
  switch (reason) {
    case v1::REASON_REMOVED:
    case v1::REASON_SOFT_404:
      return v1::GONE;
    case v1::REASON_DECODE_FAILED:
    case v1::REASON_PARSE_BUDGET:
    case v1::REASON_MALFORMED_RECORD:
      return v1::DEAD;
    default:
      return v1::SKIPPED;
  }
}

Verdict MakeVerdict(v1::Reason reason, std::string detail) {
  return {KindOf(reason), reason, std::move(detail), 0};
}

std::string PlaceOf(v1::UsageSignal::Where where) {
  if (where == v1::UsageSignal::HEADER) return "header";
  return where == v1::UsageSignal::META ? "page" : "host's tdmrep.json";
}

using MaybeVerdict = std::optional<Verdict>;

// What is known of a page from URLs alone.
struct PageIdentity {
  Url requested;
  Url final_url;
  const Site* site = nullptr;  // of the URL that answered
  const rules::Rule* rule = nullptr;
  std::string article_id;
  PageReport* report = nullptr;  // to be filled, if anybody asks

  Explanation* candidates() const {
    return report == nullptr ? nullptr : &report->candidates;
  }
};

class RulePageParser final : public PageParser {
 public:
  RulePageParser(const ParserConfig& config, rules::RuleSet rules,
                 const SiteCatalogue& sites)
      : config_(config), rules_(std::move(rules)), sites_(sites) {}

  Extraction Extract(const v1::FetchedPage& page) const override {
    return Run(page, nullptr);
  }

  Explanation Explain(const v1::FetchedPage& page) const override {
    return Report(page).candidates;
  }

  PageReport Report(const v1::FetchedPage& page) const override {
    PageReport report;
    report.extraction = Run(page, &report);
    return report;
  }

 private:
  Extraction Run(const v1::FetchedPage& page, PageReport* report) const {
    Extraction result;
    Result<PageIdentity> identity = Identify(page);
    if (!identity) {
      result.verdict =
          MakeVerdict(v1::REASON_MALFORMED_RECORD, identity.error().message);
      return result;
    }
    identity->report = report;
    result.verdict = ParseBytes(page, *identity, &result.article);
    const int64_t generation = ParseGeneration(
        identity->rule == nullptr ? 0 : identity->rule->revision);
    if (result.verdict) result.verdict->parse_generation = generation;
    result.article.set_parse_generation(generation);
    return result;
  }

  Result<PageIdentity> Identify(const v1::FetchedPage& page) const {
    const v1::FetchTask& task = page.task();
    Result<Url> requested = Url::Parse(
        task.requested_url().empty() ? page.final_url() : task.requested_url());
    if (!requested) return requested.error();
    Result<Url> final_url = Url::Parse(
        page.final_url().empty() ? requested->text() : page.final_url());
    if (!final_url) return final_url.error();
    PageIdentity identity{*std::move(requested), *std::move(final_url)};
    identity.site = sites_.ForHost(identity.final_url.HostKey());
    if (identity.site == nullptr) {
      identity.site = sites_.ForHost(identity.final_url.host());
    }
    if (identity.site != nullptr) {
      identity.rule = rules_.Find(identity.site->name);
    }
    identity.article_id = task.article_id();
    for (const Url* url : {&identity.requested, &identity.final_url}) {
      if (!identity.article_id.empty()) break;
      if (const auto target = sites_.Resolve(url->text())) {
        identity.article_id = target->article_id;
      }
    }
    return identity;
  }

  MaybeVerdict ParseBytes(const v1::FetchedPage& page,
                          const PageIdentity& identity,
                          v1::Article* article) const {
    if (HeaderOf(page, "cf-mitigated") == "challenge") {
      return MakeVerdict(v1::REASON_CHALLENGE, "header cf-mitigated");
    }
    const std::string content_type = HeaderOf(page, "content-type");
    Result<std::string> body = InflateBody(
        page.body(), HeaderOf(page, "content-encoding"),
        static_cast<size_t>(config_.max_inflated_bytes), page.truncated());
    if (!body) {
      return MakeVerdict(v1::REASON_DECODE_FAILED, body.error().message);
    }
    if (IsBlank(*body)) return MakeVerdict(v1::REASON_EMPTY_BODY, "");
    if (const auto type = ForeignMediaType(*body, content_type)) {
      return MakeVerdict(v1::REASON_NOT_HTML, "the body is a " + *type);
    }
    DecodedText text = DecodeText(*body, content_type);
    if (IsBinary(*body, text.charset)) {
      return MakeVerdict(v1::REASON_NOT_HTML, "the body is no text");
    }
    const Cut cut = identity.rule == nullptr ? Cut::kLean : Cut::kPlain;
    const bool whole = identity.rule != nullptr && identity.rule->reads_scripts;
    Result<Document> document =
        whole ? Document::Parse(text.utf8, Limits())
              : Document::ParsePage(text.utf8, cut, Limits());
    if (!document) {
      return MakeVerdict(v1::REASON_PARSE_BUDGET, document.error().message);
    }
    return ParseDocument(page, identity, *document, text, article);
  }

  ParseLimits Limits() const {
    return {static_cast<size_t>(config_.max_tree_bytes),
            static_cast<int>(config_.max_depth), config_.deadline};
  }

  MaybeVerdict ParseDocument(const v1::FetchedPage& page,
                             const PageIdentity& identity,
                             const Document& document, const DecodedText& text,
                             v1::Article* article) const {
    const Timestamp fetched_at = FromProto(page.fetched_at());
    const PageContext context{
        identity.final_url, fetched_at,
        identity.rule == nullptr ? 0 : identity.rule->utc_offset_minutes,
        UsageHeadersOf(page), identity.candidates()};
    rules::RuleResult result;
    if (identity.rule != nullptr) {
      const rules::Rule& rule = *identity.rule;
      const Url base = BaseUrl(document, identity.final_url);
      PageReport* const report = identity.report;
      const rules::RulePage rule_page{document,
                                      identity.final_url,
                                      base,
                                      fetched_at,
                                      identity.article_id,
                                      Limits(),
                                      report ? &report->trace : nullptr};
      const auto applied = ApplyRule(rule, rule_page, article);
      if (!applied) {
        return MakeVerdict(v1::REASON_PARSE_BUDGET, applied.error().message);
      }
      result = *applied;
      if (report != nullptr) {
        report->result = result;
        report->rule = ExplainRule(rule, rule_page, result, report->trace);
      }
      if (result.verdict != nullptr) {
        return MakeVerdict(result.verdict->reason, "by the site's rule");
      }
      article->set_rule_sha256(rule.sha256);
    }
    const body::PageKind kind =
        FillRest(document, context, result.layout != nullptr, article);
    if (article->headline().empty() && article->article_body().empty()) {
      return MakeVerdict(v1::REASON_NO_ARTICLE,
                         "neither headline nor body were found");
    }
    FillIdentity(page, identity, article);
    article->set_charset(text.charset);
    if (text.label_lied) article->set_charset_label(text.label);
    article->set_content_hash(ContentHash(*article));
    if (kind.reason != v1::REASON_UNSPECIFIED) {
      return MakeVerdict(kind.reason, kind.detail);
    }
    return OptOut(identity.rule, page, *article);
  }

  // The verdict on a page that opts out of what it is fetched for.
  MaybeVerdict OptOut(const rules::Rule* rule, const v1::FetchedPage& page,
                      const v1::Article& article) const {
    const std::string agent = page.agent().empty() ? kAgent : page.agent();
    const rules::UsagePolicy policy =
        rule == nullptr ? rules::UsagePolicy{} : rule->usage;
    const bool skip_noindex =
        policy.skip_noindex.value_or(config_.noindex == "skip");
    const bool skip_tdm = policy.skip_tdm.value_or(config_.tdm == "skip");
    for (const v1::UsageSignal& signal : article.usage()) {
      const bool skip =
          (skip_noindex && signal.signal() == v1::UsageSignal::NOINDEX) ||
          (skip_tdm && signal.signal() == v1::UsageSignal::TDM_RESERVED);
      if (!skip || !Concerns(signal, agent)) continue;
      return MakeVerdict(v1::REASON_USAGE_OPT_OUT,
                         v1::UsageSignal::Signal_Name(signal.signal()) +
                             " in the " + PlaceOf(signal.where()));
    }
    return std::nullopt;
  }

  // What no layout gave. Where one answered, the body is its affair alone: a
  // page of images has none, and its <p> texts are captions and footers; and it
  // is an article.
  static body::PageKind FillRest(const Document& document,
                                 const PageContext& context, bool has_layout,
                                 v1::Article* article) {
    body::PageKind kind;
    if (has_layout) {
      FillFromMetadata(document, context, article);
    } else {
      kind = ExtractGeneric(document, context, article);
    }
    if (article->page_type() == v1::Article::PAGE_TYPE_UNSPECIFIED) {
      article->set_page_type(kind.type);
    }
    return kind;
  }

  void FillIdentity(const v1::FetchedPage& page, const PageIdentity& identity,
                    v1::Article* article) const {
    const v1::FetchTask& task = page.task();
    article->set_article_key(
        page.article_key().empty()
            ? sites_.ArticleKey(identity.requested, identity.final_url)
            : page.article_key());
    article->set_site(identity.site == nullptr ? task.site()
                                               : identity.site->name);
    if (article->article_id().empty()) {
      article->set_article_id(identity.article_id);
    }
    article->set_url(CanonicalUrl(identity, article->article_id()));
    article->set_requested_url(identity.requested.text());
    article->set_final_url(identity.final_url.text());
    article->set_task_id(task.task_id());
    article->set_batch(task.batch());
    *article->mutable_labels() = task.labels();
    article->set_traceparent(task.traceparent());
    *article->mutable_fetched_at() = page.fetched_at();
    article->set_http_status(page.status());
  }

  std::string CanonicalUrl(const PageIdentity& identity,
                           const std::string& article_id) const {
    if (identity.site != nullptr && !article_id.empty()) {
      const auto target =
          sites_.Resolve(identity.site->name + ":" + article_id);
      if (target) return target->url.text();
    }
    return identity.final_url.text();
  }

  const ParserConfig config_;
  const rules::RuleSet rules_;
  const SiteCatalogue& sites_;
};

}  // namespace

std::variant<v1::Article, Verdict> PageParser::Parse(
    const v1::FetchedPage& page) const {
  Extraction result = Extract(page);
  if (result.verdict) return *std::move(result.verdict);
  return std::move(result.article);
}

Explanation PageParser::Explain(const v1::FetchedPage& /*page*/) const {
  return {};
}

PageReport PageParser::Report(const v1::FetchedPage& page) const {
  PageReport report;
  report.extraction = Extract(page);
  return report;
}

std::unique_ptr<PageParser> PageParser::Make(const ParserConfig& config,
                                             rules::RuleSet rules,
                                             const SiteCatalogue& sites) {
  return std::make_unique<RulePageParser>(config, std::move(rules), sites);
}

Result<std::unique_ptr<PageParser>> PageParser::Load(
    const ParserConfig& config, const std::vector<std::string>& directories,
    const SiteCatalogue& sites) {
  Result<rules::RuleSet> rules = rules::RuleSet::Load(directories);
  if (!rules) return rules.error();
  return Make(config, *std::move(rules), sites);
}

}  // namespace newsmill
