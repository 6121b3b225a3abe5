#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/common.pb.h"
#include "tests/support/pages/layouts.h"
#include "tests/support/pages/made_site.h"

// Makes any number of news pages together with what a careful reader would note
// of each: a pure function of site, ID and options, so that an origin needs no
// stored pages and a test can know the truth without asking the origin.

namespace newsmill::pages {

// What is wrong with a page.
enum class Fault {
  kNone,
  kRemoved,         // 200, and the page says that the article was taken down
  kNotFound,        // 404
  kGone,            // 410
  kBusy,            // 503 with Retry-After, once
  kDown,            // 503, always
  kTruncated,       // Content-Length is larger than the body, always
  kReset,           // the connection is reset, once
  kSlow,            // the answer takes its time
  kGbk,             // GBK bytes, and every label says so
  kCharsetLie,      // UTF-8 bytes under a gb2312 label
  kRedirectAway,    // to another site
  kRedirectWithin,  // to another path of the same host
  kEmptyShell,      // a frame without an article in it
  kListPage,
};

std::string_view FaultName(Fault fault);
std::optional<Fault> FaultByName(std::string_view name);

struct PageOptions {
  const MadeSite* site = &ThePaper();
  uint64_t seed = 1;
  // The share of IDs with a fault, and which; empty: each that the site's
  // pages can have.
  double faults = 0;
  std::vector<Fault> fault_kinds;
  // Of those that fit the site; empty: all.
  std::vector<Layout> layouts;
  // Pages are filled up to a size in this range; 0: as they come.
  int pad_min_kb = 0, pad_max_kb = 0;
  // How often this page was asked before; some faults heal.
  int attempt = 0;
  // The request names the article's second path.
  bool moved = false;
  // thepaper:2731010 is this page, where given.
  std::string seed_page;
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct MadePage {
  // The answer.
  int status = 200;
  HttpHeaders headers;
  std::string body;
  // By how much Content-Length exceeds the body.
  size_t missing_bytes = 0;
  Duration delay{0};
  bool reset = false;

  // What it is, and how its task ends after every retry (for a `site:id` task;
  // a task that names a URL follows a redirect to another site).
  Fault fault = Fault::kNone;
  Layout layout = Layout::kPlain;
  v1::OutcomeKind kind = v1::STORED;
  v1::Reason reason = v1::REASON_NEW;
  // What the page says, where the task ends STORED. A field that is not set is
  // one that the page does not print (or that may be read in two ways).
  std::optional<v1::Article> truth;
};

MadePage Make(uint64_t id, const PageOptions& options);

// One line per field of `truth` that `got` has otherwise; empty: equal.
std::vector<std::string> Differences(const v1::Article& truth,
                                     const v1::Article& got);

}  // namespace newsmill::pages
