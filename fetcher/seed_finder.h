#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/time.h"
#include "core/base/url.h"
#include "fetcher/fetch_once.h"
#include "fetcher/seeds/seed_document.h"
#include "fetcher/seeds/seed_scope.h"

namespace newsmill {

// Which of the entries are wanted.
struct SeedQuery {
  Url start;  // the feed, the sitemap or the index
  SeedScope scope;
  std::optional<Timestamp> since;  // nothing older; undated passes
  std::function<bool(std::string_view)> matches;  // of a URL; unset: every one
  // Why a host may not be asked; empty: it may. Unset: every one may.
  std::function<std::string(const Url&)> refuses;
};

struct FoundSeed {
  Url url;
  std::optional<Timestamp> changed_at;
  std::string found_in;  // the URL of the document that names it
  bool in_feed = false;  // and not in a sitemap
};

// A document that was not read, or not to its end.
struct SeedTrouble {
  std::string url;
  std::string what;
  bool retryable = false;  // another run may read it
};

struct SeedFindings {
  std::vector<FoundSeed> seeds;  // each URL once, in the order found
  std::vector<SeedTrouble> troubles;
  int64_t documents = 0;  // read, at least in part
  int64_t entries = 0;    // that they name: seeds and all of the following
  int64_t unreadable = 0;
  int64_t foreign = 0;  // out of scope
  int64_t unmatched = 0;
  int64_t too_old = 0;
  int64_t repeated = 0;
  int64_t sitemaps_too_old = 0;  // of an index, and not asked for
};

// Reads one document, as its URL names it.
class SeedSource {
 public:
  struct Read {
    SeedDocument document;
    Url url;  // after redirects
  };
  virtual ~SeedSource() = default;
  // The trouble, where there is nothing to read.
  virtual std::variant<Read, SeedTrouble> Open(const Url& url) = 0;
};

// Through `fetcher`: with its robots.txt, address guard, delays and redirects.
// The body is bounded in bytes as it comes and when it is inflated. The fetcher
// outlives the source.
std::unique_ptr<SeedSource> NewSeedSource(OneShotFetcher& fetcher,
                                          const SiteCatalogue& sites);

// Reads the document, and if it is an index the sitemaps that it names: at most
// kMostSeedDocuments of them, newest first, indexes at most kMostSeedDepth
// deep. What is in trouble is left out and said.
inline constexpr int64_t kMostSeedDocuments = 500;
inline constexpr int kMostSeedDepth = 3;
inline constexpr size_t kMostSeeds = 1'000'000;
SeedFindings FindSeeds(const SeedQuery& query, SeedSource& source);

}  // namespace newsmill
