#pragma once

#include <optional>
#include <vector>

#include "core/base/time.h"
#include "fetcher/http/http_client.h"
#include "fetcher/verdict.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "newsmill/v1/seen_page.pb.h"

// Conditional requests (RFC 9110, section 13).

namespace newsmill {

// What is worth remembering of a page that is about to be produced; nullopt: it
// is only a part, or names no article.
std::optional<v1::SeenPage> SeenPageOf(const v1::FetchedPage& page,
                                       int64_t generation);

// The fields that ask for the page only if it is another one; none where the
// server gave no validator.
std::vector<v1::HttpHeader> ConditionsOf(const v1::SeenPage& seen);

// Like JudgeAnswer, for a request whose page was seen before: a 304 to its
// conditions and the same bytes end the task as UNCHANGED. `now`: when the
// answer ended.
AnswerVerdict JudgeSeenAgain(const v1::SeenPage& seen,
                             const HttpResponse& response, Timestamp now);

}  // namespace newsmill
