#include "fetcher/redirect.h"

#include <algorithm>

#include "core/base/text.h"

namespace newsmill {
namespace {

// RFC 3986: what stands before the first ':' of an absolute URL.
std::string SchemeOf(const std::string& text) {
  const size_t colon = text.find_first_of(":/?#");
  if (colon == std::string::npos || text[colon] != ':') return "";
  return AsciiLowered(std::string_view(text).substr(0, colon));
}

bool IsForeignScheme(const std::string& location) {
  const std::string scheme = SchemeOf(location);
  return !scheme.empty() && scheme != "http" && scheme != "https";
}

// Whether the task was given as `site:id`, which binds it to that site.
bool IsBoundToSite(const v1::FetchTask& task) {
  const std::string scheme = SchemeOf(task.target());
  return !task.site().empty() && scheme != "http" && scheme != "https";
}

bool WasAsked(const v1::FetchTask& task, const std::string& url) {
  if (task.url() == url || task.requested_url() == url) return true;
  return std::any_of(
      task.redirects().begin(), task.redirects().end(),
      [&url](const v1::Redirect& redirect) { return redirect.url() == url; });
}

AnswerVerdict Ends(AnswerVerdict::Kind kind, v1::Reason reason,
                   std::string detail) {
  AnswerVerdict verdict;
  verdict.kind = kind;
  verdict.reason = reason;
  verdict.detail = std::move(detail);
  if (kind == AnswerVerdict::Kind::kOutcome) verdict.outcome = v1::SKIPPED;
  return verdict;
}

AnswerVerdict TooMany(std::string detail) {
  return Ends(AnswerVerdict::Kind::kFailure, v1::REASON_TOO_MANY_REDIRECTS,
              std::move(detail));
}

}  // namespace

AnswerVerdict FollowRedirect(const SiteCatalogue& sites, int64_t max_redirects,
                             int status, const std::string& location,
                             v1::FetchTask& task) {
  if (IsForeignScheme(location)) {
    return Ends(
        AnswerVerdict::Kind::kOutcome, v1::REASON_OUT_OF_SCOPE,
        "redirect to " + location + ", which is neither http nor https");
  }
  const Result<Url> here = Url::Parse(task.url());
  if (!here) {
    return Ends(AnswerVerdict::Kind::kFailure, v1::REASON_INVALID_URL,
                here.error().message);
  }
  const Result<Url> target = here->Resolve(location);
  if (!target) {
    return Ends(AnswerVerdict::Kind::kFailure, v1::REASON_HTTP_PROTOCOL,
                "the Location field cannot be read: " + target.error().message);
  }
  if (IsBoundToSite(task)) {
    const Site* const site = sites.ForHost(target->host());
    if (site == nullptr || site->name != task.site()) {
      return Ends(AnswerVerdict::Kind::kOutcome, v1::REASON_EXTERNAL,
                  "redirect to " + target->text());
    }
  }
  if (task.redirects_size() >= max_redirects) {
    return TooMany("more than " + std::to_string(max_redirects) +
                   " redirects; the next leads to " + target->text());
  }
  if (WasAsked(task, target->text())) {
    return TooMany("a circle: redirect back to " + target->text());
  }
  v1::Redirect& redirect = *task.add_redirects();
  redirect.set_url(task.url());
  redirect.set_status(status);
  redirect.set_location(target->text());
  task.set_url(target->text());
  AnswerVerdict follow;
  follow.kind = AnswerVerdict::Kind::kRedirect;
  follow.location = target->text();
  return follow;
}

}  // namespace newsmill
