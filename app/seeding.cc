#include "app/seeding.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include <re2/re2.h>

#include "app/cli/format.h"
#include "app/cli/text_width.h"
#include "app/hosts_view.h"
#include "app/open.h"
#include "core/base/id.h"

namespace newsmill {
namespace {

constexpr size_t kShownTroubles = 20;
constexpr int kTroubleColumns = 1000;  // a foreign document: no flood
// A sitemap of 50 MB takes longer than a page.
constexpr Duration kReadTimeout = std::chrono::minutes(5);
// What a sitemap dates younger than this is news and goes first.
constexpr Duration kFreshAge = std::chrono::hours(48);

Result<std::shared_ptr<const RE2>> Expression(const std::string& match) {
  auto expression = std::make_shared<RE2>(match, RE2::Quiet);
  if (expression->ok()) return std::shared_ptr<const RE2>(expression);
  return Error{Code::kInvalidArgument,
               "--match '" + match +
                   "' is no regular expression: " + expression->error()};
}

Result<SeedScope> ScopeOf(const SeedOptions& options,
                          const SiteCatalogue& sites, const Url& document) {
  if (options.any_host) return SeedScope::Any();
  if (options.site.empty()) return SeedScope::Around(sites, document);
  Result<SeedScope> scope = SeedScope::OfSite(sites, options.site);
  if (scope) return scope;
  return Error{Code::kInvalidArgument, "--site: " + scope.error().message};
}

// What the fleet knows of hosts; nullptr where there is no log yet.
Result<std::unique_ptr<HostsView>> LookAtHosts(Context& context,
                                               const SiteCatalogue& sites) {
  const Settings& settings = context.settings;
  if (!CheckLogIsThere(settings)) return std::unique_ptr<HostsView>();
  const auto bus = OpenLog(settings);
  if (!bus) return bus.error();
  auto view = HostsView::Read(**bus, TopicsOf(settings), sites, context.clock);
  if (!view) return view.error();
  return std::make_unique<HostsView>(std::move(*view));
}

std::string Refusal(const HostsView& hosts, const Url& url, Timestamp now) {
  const HostStanding standing =
      StandingOf(hosts.StateOf(url.HostKey()), hosts.orders, now);
  const bool stands = standing.word == "blocked" || standing.word == "paused" ||
                      standing.word == "waiting" || standing.word == "down";
  return stands ? "the host is " + standing.word + ": " + standing.why : "";
}

Result<std::vector<SeedQuery>> Queries(Context& context,
                                       const SeedOptions& options,
                                       const SiteCatalogue& sites) {
  const auto since = ResolveInstant(context, "--since", options.since);
  if (!since) return since.error();
  const auto expression = Expression(options.match);
  if (!expression) return expression.error();
  std::vector<std::pair<std::string, std::string>> documents;
  for (const auto& url : options.feeds) documents.emplace_back("--feed", url);
  for (const auto& url : options.sitemaps) {
    documents.emplace_back("--sitemap", url);
  }
  std::vector<SeedQuery> queries;
  for (const auto& [option, text] : documents) {
    Result<Url> url = Url::Parse(text);
    if (!url) {
      return Error{url.error().code, option + ": " + url.error().message};
    }
    Result<SeedScope> scope = ScopeOf(options, sites, *url);
    if (!scope) return scope.error();
    SeedQuery query{std::move(*url), std::move(*scope), *since, {}, {}};
    if (!options.match.empty()) {
      query.matches = [re = *expression](std::string_view tested) {
        return RE2::PartialMatch({tested.data(), tested.size()}, *re);
      };
    }
    queries.push_back(std::move(query));
  }
  return queries;
}

void AddCounts(const SeedFindings& more, SeedFindings& sum) {
  sum.documents += more.documents;
  sum.entries += more.entries;
  sum.unreadable += more.unreadable;
  sum.foreign += more.foreign;
  sum.unmatched += more.unmatched;
  sum.too_old += more.too_old;
  sum.repeated += more.repeated;
  sum.sitemaps_too_old += more.sitemaps_too_old;
}

// Takes what one query found: each URL once among all of them.
void Take(SeedFindings findings, const SiteCatalogue& sites, Timestamp now,
          std::set<std::string>& seen, Seeding& seeding) {
  AddCounts(findings, seeding.counts);
  std::move(findings.troubles.begin(), findings.troubles.end(),
            std::back_inserter(seeding.troubles));
  for (FoundSeed& seed : findings.seeds) {
    const std::string text = seed.url.text();
    Result<Target> target = sites.Resolve(text);
    if (!target) {
      ++seeding.counts.unreadable;
      continue;
    }
    if (!seen.insert(text).second) {
      ++seeding.counts.repeated;
      continue;
    }
    const bool fresh = seed.in_feed ||
                       (seed.changed_at && *seed.changed_at >= now - kFreshAge);
    SeedNote note{std::move(seed.found_in),
                  SeedTaskId(seed.url, seed.changed_at), !fresh};
    seeding.targets.push_back({text, std::move(*target), std::move(note)});
  }
}

// Leaves out what the ledger has accepted. Where it cannot be asked all is put:
// the IDs are the same, so that nothing is counted twice.
void LeaveOutKnown(Context& context, Seeding& seeding) {
  if (seeding.targets.empty() || !CheckStoreIsThere(context.settings)) return;
  const auto reader = OpenReader(context.settings);
  std::vector<std::string> ids;
  for (const auto& target : seeding.targets) {
    ids.push_back(target.seed->task_id);
  }
  const auto known = reader ? (*reader)->AcceptedAmong(ids)
                            : Result<std::set<std::string>>(reader.error());
  if (!known) {
    seeding.asked_ledger = false;
    context.err.Line(
        "newsmill: the ledger cannot be asked what earlier runs put, so all "
        "is put: " +
        known.error().message);
    return;
  }
  seeding.known =
      static_cast<int64_t>(std::erase_if(seeding.targets, [&](const auto& t) {
        return known->contains(t.seed->task_id);
      }));
}

}  // namespace

std::string SeedTaskId(const Url& url,
                       const std::optional<Timestamp>& changed_at) {
  const std::string when = changed_at ? FormatRfc3339(*changed_at) : "";
  return "seed-" + HexEncode(Sha256(url.text() + '\n' + when).substr(0, 16));
}

Result<Seeding> CollectSeeds(Context& context, const SiteCatalogue& sites,
                             const SeedOptions& options) {
  auto queries = Queries(context, options, sites);
  if (!queries) return queries.error();
  const auto hosts = LookAtHosts(context, sites);
  if (!hosts) return hosts.error();
  FetcherConfig config = context.settings.fetcher;
  config.total_timeout = std::max(config.total_timeout, kReadTimeout);
  const auto fetcher = OneShotFetcher::Create(config, sites);
  if (!fetcher) return fetcher.error();
  const auto source = NewSeedSource(**fetcher, sites);

  Seeding seeding;
  std::set<std::string> seen;
  for (SeedQuery& query : *queries) {
    query.refuses = [&](const Url& url) {
      context.err.Progress("reading " + FitText(url.text(), 60));
      return *hosts ? Refusal(**hosts, url, context.clock.Now()) : "";
    };
    Take(FindSeeds(query, *source), sites, context.clock.Now(), seen, seeding);
  }
  context.err.EndProgress();
  if (options.again) {
    for (auto& target : seeding.targets) target.seed->task_id.clear();
  } else {
    LeaveOutKnown(context, seeding);
  }
  return seeding;
}

void PrintSeeding(Context& context, const Seeding& seeding) {
  const SeedFindings& counts = seeding.counts;
  std::string text = "Read " + Counted(counts.documents, "document") + ": " +
                     FormatCount(counts.entries) + " URLs found";
  const auto add = [&](int64_t number, const std::string& what) {
    if (number > 0) text += ", " + FormatCount(number) + " " + what;
  };
  add(counts.foreign, "of other hosts");
  add(counts.unmatched, "not matched");
  add(counts.too_old, "too old");
  add(counts.repeated, "named twice");
  add(counts.unreadable, "unreadable");
  add(seeding.known, "known from an earlier run");
  add(std::ssize(seeding.targets), "to put");
  context.err.Line(text + ".");
  if (counts.sitemaps_too_old > 0) {
    context.err.Line(Counted(counts.sitemaps_too_old, "sitemap") +
                     " of an index not read: too old.");
  }
  for (size_t i = 0; i < seeding.troubles.size(); ++i) {
    if (i == kShownTroubles) {
      context.err.Line(
          "newsmill: and " +
          FormatCount(std::ssize(seeding.troubles) - static_cast<int64_t>(i)) +
          " more like these");
      break;
    }
    const SeedTrouble& trouble = seeding.troubles[i];
    context.err.Line("newsmill: " + FitText(trouble.url + ": " + trouble.what,
                                            kTroubleColumns));
  }
}

nlohmann::ordered_json SeedingJson(const Seeding& seeding) {
  const SeedFindings& counts = seeding.counts;
  nlohmann::ordered_json json = {{"documents", counts.documents},
                                 {"found", counts.entries},
                                 {"other_host", counts.foreign},
                                 {"not_matched", counts.unmatched},
                                 {"too_old", counts.too_old},
                                 {"named_twice", counts.repeated},
                                 {"unreadable", counts.unreadable},
                                 {"known", seeding.known},
                                 {"sitemaps_too_old", counts.sitemaps_too_old},
                                 {"asked_ledger", seeding.asked_ledger},
                                 {"troubles", nlohmann::json::array()}};
  for (const SeedTrouble& trouble : seeding.troubles) {
    json["troubles"].push_back({{"url", trouble.url},
                                {"what", trouble.what},
                                {"retryable", trouble.retryable}});
  }
  return json;
}

ExitCode ExitCodeOf(const Seeding& seeding) {
  if (seeding.troubles.empty()) return kExitDone;
  const bool again =
      std::any_of(seeding.troubles.begin(), seeding.troubles.end(),
                  [](const SeedTrouble& t) { return t.retryable; });
  return again ? kExitTryAgain : kExitCheckFailed;
}

}  // namespace newsmill
