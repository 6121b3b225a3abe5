#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/time.h"
#include "core/base/url.h"
#include "fetcher/http/http_client.h"
#include "fetcher/verdict.h"

namespace newsmill {

// RFC 9309, section 2.3.1.2, and for other files of an origin alike.
inline constexpr int kMostSiteFileRedirects = 5;

// What an answer on the way to a file of an origin means.
struct SiteFileStep {
  // Ask this instead.
  std::optional<Url> next;
  // The host itself cannot be asked: what waits for its file fails.
  std::optional<AnswerVerdict> failed;
};

// Keeps what a file of each origin says that is asked for before the origin's
// pages, in the host's turn and under its politeness. It makes no request
// itself: whoever does calls Begin, asks as RequestFor says, and gives each
// answer to Hear, following its steps. `file_url`: of the origin, whatever
// redirects lead to. Used by one thread; time is an argument.
class SiteFileKeeper {
 public:
  virtual ~SiteFileKeeper() = default;

  // From here on others of the origin wait, until the last Hear, GiveUp or
  // Abandon.
  virtual void Begin(const std::string& file_url) = 0;
  // `response`: to the request for `asked`; `verdict`: what it would mean for a
  // page, refusals explained. Own faults are for Abandon.
  virtual SiteFileStep Hear(const std::string& file_url, const Url& asked,
                            const HttpResponse& response,
                            const AnswerVerdict& verdict, Timestamp now) = 0;
  // The file cannot be had now, as `why` says.
  virtual void GiveUp(const std::string& file_url, const std::string& why,
                      Timestamp now) = 0;
  // Nothing was learned.
  virtual void Abandon(const std::string& file_url) = 0;
  virtual HttpRequest RequestFor(const Url& url) const = 0;
};

// With an Accept field, and as much of the body as counts.
HttpRequest RequestForSiteFile(const Url& url, const std::string& accept,
                               int64_t most_bytes);

}  // namespace newsmill
