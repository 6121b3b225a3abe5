#include "fetcher/seen/conditional.h"

#include <string_view>

#include "core/base/id.h"
#include "core/base/text.h"

namespace newsmill {
namespace {

// A longer one is not worth the memory.
constexpr size_t kLongestValidator = 512;

std::string Validator(const v1::FetchedPage& page, std::string_view name) {
  for (const v1::HttpHeader& header : page.headers()) {
    if (!EqualsIgnoringCase(header.name(), name)) continue;
    return header.value().size() <= kLongestValidator ? header.value() : "";
  }
  return "";
}

v1::HttpHeader Field(const char* name, const std::string& value) {
  v1::HttpHeader field;
  field.set_name(name);
  field.set_value(value);
  return field;
}

AnswerVerdict Unchanged(v1::Reason reason, const std::string& what,
                        const v1::SeenPage& seen) {
  AnswerVerdict verdict;
  verdict.kind = AnswerVerdict::Kind::kOutcome;
  verdict.outcome = v1::UNCHANGED;
  verdict.reason = reason;
  verdict.detail = what + " task " + seen.task_id() + " of " +
                   FormatRfc3339(FromProto(seen.fetched_at()));
  return verdict;
}

}  // namespace

std::optional<v1::SeenPage> SeenPageOf(const v1::FetchedPage& page,
                                       int64_t generation) {
  if (page.truncated() || page.article_key().empty()) return std::nullopt;
  v1::SeenPage seen;
  seen.set_article_key(page.article_key());
  seen.set_url(page.final_url());
  seen.set_etag(Validator(page, "etag"));
  seen.set_last_modified(Validator(page, "last-modified"));
  seen.set_body_sha256(page.body_sha256());
  seen.set_task_id(page.task().task_id());
  *seen.mutable_fetched_at() = page.fetched_at();
  seen.set_parse_generation(generation);
  return seen;
}

std::vector<v1::HttpHeader> ConditionsOf(const v1::SeenPage& seen) {
  std::vector<v1::HttpHeader> conditions;
  if (!seen.etag().empty()) {
    conditions.push_back(Field("If-None-Match", seen.etag()));
  }
  // For servers that know no entity tags; others ignore it beside one (RFC
  // 9110, section 13.1.3).
  if (!seen.last_modified().empty()) {
    conditions.push_back(Field("If-Modified-Since", seen.last_modified()));
  }
  return conditions;
}

AnswerVerdict JudgeSeenAgain(const v1::SeenPage& seen,
                             const HttpResponse& response, Timestamp now) {
  const bool answered = response.failure == v1::REASON_UNSPECIFIED;
  const bool asked = !seen.etag().empty() || !seen.last_modified().empty();
  if (answered && asked && response.status == 304) {
    return Unchanged(v1::REASON_NOT_MODIFIED, "not modified since the page of",
                     seen);
  }
  const AnswerVerdict verdict = JudgeAnswer(response, now);
  if (verdict.kind == AnswerVerdict::Kind::kPage &&
      Sha256(response.body) == seen.body_sha256()) {
    return Unchanged(v1::REASON_SAME_CONTENT, "the same bytes as the page of",
                     seen);
  }
  return verdict;
}

}  // namespace newsmill
