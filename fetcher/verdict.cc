#include "fetcher/verdict.h"

#include <algorithm>
#include <charconv>

#include <curl/curl.h>

#include "core/base/text.h"
#include "fetcher/http/response_head.h"

namespace newsmill {
namespace {

std::string ContentType(const HttpResponse& response) {
  const std::string* const type = FindHeader(response.headers, "content-type");
  return type == nullptr ? "" : *type;
}

AnswerVerdict Outcome(v1::OutcomeKind outcome, v1::Reason reason,
                      std::string detail) {
  AnswerVerdict verdict;
  verdict.kind = AnswerVerdict::Kind::kOutcome;
  verdict.outcome = outcome;
  verdict.reason = reason;
  verdict.detail = std::move(detail);
  return verdict;
}

AnswerVerdict Failed(v1::Reason reason, std::string detail, bool retryable) {
  AnswerVerdict verdict;
  verdict.reason = reason;
  verdict.detail = std::move(detail);
  verdict.retryable = retryable;
  return verdict;
}

std::string StatusText(int status) {
  return "the server answered " + std::to_string(status);
}

AnswerVerdict NotHtml(const HttpResponse& response) {
  return Outcome(v1::SKIPPED, v1::REASON_NOT_HTML,
                 "Content-Type is " + ContentType(response));
}

// What time or another try may cure.
bool IsPassing(v1::Reason reason) {
  switch (reason) {
    case v1::REASON_CONNECT_FAILED:
    case v1::REASON_DNS_FAILED:
    case v1::REASON_TLS_FAILED:
    case v1::REASON_TIMED_OUT:
    case v1::REASON_TRUNCATED:
    case v1::REASON_HTTP_PROTOCOL:
      return true;
    default:
      return false;
  }
}

AnswerVerdict JudgeFailure(const HttpResponse& response) {
  if (response.own_fault) {
    AnswerVerdict verdict = Failed(response.failure, response.detail, true);
    verdict.kind = AnswerVerdict::Kind::kOwnFault;
    return verdict;
  }
  // A film that is too large is first of all no page.
  if (response.failure == v1::REASON_TOO_LARGE &&
      !MayBePage(ContentType(response))) {
    return NotHtml(response);
  }
  AnswerVerdict verdict =
      Failed(response.failure, response.detail, IsPassing(response.failure));
  verdict.part_of_page = response.truncated &&
                         (response.status == 200 || response.status == 203) &&
                         MayBePage(ContentType(response));
  return verdict;
}

AnswerVerdict JudgeSuccess(const HttpResponse& response) {
  const int status = response.status;
  if (status != 200 && status != 203) {
    if (status == 204 || status == 205) {
      return Outcome(v1::SKIPPED, v1::REASON_EMPTY_BODY, StatusText(status));
    }
    return Failed(v1::REASON_HTTP_UNEXPECTED, StatusText(status), false);
  }
  if (response.cut && !MayBePage(ContentType(response))) {
    return NotHtml(response);
  }
  if (response.body.empty()) {
    return Outcome(v1::SKIPPED, v1::REASON_EMPTY_BODY,
                   StatusText(status) + " with no byte of a body");
  }
  if (!MayBePage(ContentType(response))) return NotHtml(response);
  AnswerVerdict page;
  page.kind = AnswerVerdict::Kind::kPage;
  return page;
}

AnswerVerdict JudgeRedirect(const HttpResponse& response) {
  const int status = response.status;
  const bool moves = status == 301 || status == 302 || status == 303 ||
                     status == 307 || status == 308;
  if (!moves) {
    return Failed(v1::REASON_HTTP_UNEXPECTED, StatusText(status), false);
  }
  const std::string* const location = FindHeader(response.headers, "location");
  if (location == nullptr || location->empty()) {
    return Failed(v1::REASON_HTTP_PROTOCOL,
                  StatusText(status) + " without a Location field", false);
  }
  AnswerVerdict redirect;
  redirect.kind = AnswerVerdict::Kind::kRedirect;
  redirect.location = *location;
  return redirect;
}

// 429 and 503, whose Retry-After is a fact about the whole host.
AnswerVerdict JudgeOverload(const HttpResponse& response, v1::Reason reason,
                            Timestamp now) {
  AnswerVerdict verdict = Failed(reason, StatusText(response.status), true);
  const std::string* const field = FindHeader(response.headers, "retry-after");
  if (field == nullptr) return verdict;
  verdict.host_not_before = ParseRetryAfter(*field, now);
  verdict.detail += " with Retry-After: " + *field;
  if (!verdict.host_not_before) verdict.detail += " (neither seconds nor date)";
  return verdict;
}

AnswerVerdict JudgeClientError(const HttpResponse& response, Timestamp now) {
  const int status = response.status;
  switch (status) {
    case 404:
      return Outcome(v1::GONE, v1::REASON_HTTP_NOT_FOUND, StatusText(status));
    case 410:
      return Outcome(v1::GONE, v1::REASON_HTTP_GONE, StatusText(status));
    case 429:
      return JudgeOverload(response, v1::REASON_HTTP_TOO_MANY_REQUESTS, now);
    default:
      // 408 and 425 say themselves that the request may be repeated.
      return Failed(v1::REASON_HTTP_CLIENT_ERROR, StatusText(status),
                    status == 408 || status == 425);
  }
}

}  // namespace

AnswerVerdict JudgeAnswer(const HttpResponse& response, Timestamp now) {
  if (response.failure != v1::REASON_UNSPECIFIED) {
    return JudgeFailure(response);
  }
  switch (response.status / 100) {
    case 2:
      return JudgeSuccess(response);
    case 3:
      return JudgeRedirect(response);
    case 4:
      return JudgeClientError(response, now);
    case 5:
      if (response.status == 503) {
        return JudgeOverload(response, v1::REASON_HTTP_SERVER_ERROR, now);
      }
      return Failed(v1::REASON_HTTP_SERVER_ERROR, StatusText(response.status),
                    true);
    default:
      return Failed(v1::REASON_HTTP_UNEXPECTED, StatusText(response.status),
                    false);
  }
}

void SettleForPart(AnswerVerdict& verdict) {
  if (verdict.part_of_page) verdict.kind = AnswerVerdict::Kind::kPage;
}

std::optional<Timestamp> ParseRetryAfter(std::string_view text, Timestamp now) {
  const std::string value(Trimmed(text));
  if (value.empty()) return std::nullopt;
  const bool digits = std::all_of(value.begin(), value.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (digits) {
    int64_t seconds = 0;
    const auto parsed =
        std::from_chars(value.data(), value.data() + value.size(), seconds);
    const int64_t most = kMostRetryAfter / std::chrono::seconds(1);
    // Only a number beyond 64 bits fails here.
    if (parsed.ec != std::errc() || seconds > most) seconds = most;
    return now + std::chrono::seconds(seconds);
  }
  const time_t date = curl_getdate(value.c_str(), nullptr);
  if (date == -1) return std::nullopt;
  // In seconds: a year of twelve digits overflows milliseconds.
  const auto first = std::chrono::floor<std::chrono::seconds>(now);
  const auto last =
      first + std::chrono::seconds(kMostRetryAfter / std::chrono::seconds(1));
  const std::chrono::sys_seconds named{std::chrono::seconds(date)};
  return std::max<Timestamp>(std::clamp(named, first, last), now);
}

bool MayBePage(std::string_view content_type) {
  const std::string type =
      AsciiLowered(Trimmed(content_type.substr(0, content_type.find(';'))));
  const size_t slash = type.find('/');
  if (slash == std::string::npos) return true;  // says nothing
  const std::string_view family = std::string_view(type).substr(0, slash);
  const std::string_view name = std::string_view(type).substr(slash + 1);
  if (family == "text") return true;
  if (family != "application") return false;
  return name == "xml" || name == "json" || name == "octet-stream" ||
         name.ends_with("+xml") || name.ends_with("+json");
}

}  // namespace newsmill
