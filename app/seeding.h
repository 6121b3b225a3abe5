#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/targets.h"
#include "core/base/result.h"
#include "core/sites/site_catalogue.h"
#include "fetcher/seed_finder.h"

namespace newsmill {

// What `enqueue` is told of feeds and sitemaps.
struct SeedOptions {
  std::vector<std::string> feeds, sitemaps;  // URLs
  std::string since;                         // as typed; empty: no bound
  std::string match;                         // RE2; empty: everything
  std::string site;                          // its hosts alone
  bool any_host = false;
  // Also what the ledger knows already.
  bool again = false;

  bool any() const { return !feeds.empty() || !sitemaps.empty(); }
};

// What came of them.
struct Seeding {
  std::vector<ResolvedTargets::Good> targets;
  std::vector<SeedTrouble> troubles;
  SeedFindings counts;  // without seeds and troubles
  int64_t known = 0;    // put by an earlier run, by what the ledger says
  bool asked_ledger = true;
};

// Reads the documents, asking the sites under robots.txt, guard and delays as
// `crawl` does, and heeding what operators and the fleet's memory say of their
// hosts. kInvalidArgument for what the options cannot mean; trouble with a
// document is no error.
//
// A target's task ID is made of its URL and the date that the document gives
// it, so that a run after this one knows what was put: what the ledger has
// accepted under that ID is left out.
Result<Seeding> CollectSeeds(Context& context, const SiteCatalogue& sites,
                             const SeedOptions& options);

// The ID: the same for the same URL and date, everywhere and for ever.
std::string SeedTaskId(const Url& url,
                       const std::optional<Timestamp>& changed_at);

// What was read and what was left out, for people, to standard error.
void PrintSeeding(Context& context, const Seeding& seeding);

// The same for programs.
nlohmann::ordered_json SeedingJson(const Seeding& seeding);

// kExitDone, unless documents were in trouble: kExitTryAgain where another run
// may read one of them, else kExitCheckFailed.
ExitCode ExitCodeOf(const Seeding& seeding);

}  // namespace newsmill
