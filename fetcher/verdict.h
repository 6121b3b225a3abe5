#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "fetcher/http/http_client.h"
#include "newsmill/v1/outcome.pb.h"

namespace newsmill {

// What an answer, or its absence, means for the task that asked.
struct AnswerVerdict {
  enum class Kind {
    kPage,      // a page for the parser
    kRedirect,  // ask `location` instead
    kOutcome,   // the task ends as `outcome`
    kFailure,   // failed; `retryable` says for now or for good
    kOwnFault,  // nothing was learned of the server
  };
  Kind kind = Kind::kFailure;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  v1::OutcomeKind outcome = v1::OUTCOME_KIND_UNSPECIFIED;
  std::string detail;
  bool retryable = false;
  // A failure that left the beginning of a page: better than nothing once no
  // further attempt is due.
  bool part_of_page = false;
  // Nobody asks the host before (Retry-After).
  std::optional<Timestamp> host_not_before;
  std::string location;  // as the server sent it
};

// A pure function. `now`: when the answer ended.
AnswerVerdict JudgeAnswer(const HttpResponse& response, Timestamp now);

// After the last attempt: a part of a page is the page.
void SettleForPart(AnswerVerdict& verdict);

// The instant that a Retry-After field names (RFC 9110, section 10.2.3: seconds
// or a date), at most kMostRetryAfter from now and not before now; nullopt for
// what is neither.
inline constexpr Duration kMostRetryAfter = std::chrono::hours(24);
std::optional<Timestamp> ParseRetryAfter(std::string_view text, Timestamp now);

// Whether a body with this Content-Type may hold a page or data about one:
// text, HTML, XML, JSON, or nothing certain.
bool MayBePage(std::string_view content_type);

}  // namespace newsmill
