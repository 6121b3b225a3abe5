#include "app/erasing.h"

#include <algorithm>
#include <set>

#include "app/cli/format.h"
#include "app/open.h"
#include "core/flow/suppressions.h"
#include "fetcher/warc/warc_search.h"

namespace newsmill {
namespace {

// What was under way when the order was given may be written until then: it is
// read every five seconds.
constexpr Duration kLastWrites = std::chrono::minutes(1);
constexpr Duration kReadTimeout = std::chrono::seconds(60);

Result<void> AddNamed(StoreKeeper& keeper, const std::string& text,
                      std::set<std::string>* keys) {
  const auto named = keeper.KeysNamed(text);
  if (!named) return named.error();
  keys->insert(named->begin(), named->end());
  return {};
}

std::vector<std::string> Sorted(const std::set<std::string>& keys) {
  return {keys.begin(), keys.end()};
}

Result<ErasurePlace> PlaceOnTopic(Admin& admin, const Topics& topics,
                                  const std::string& topic, Timestamp until) {
  std::vector<TopicPartition> partitions;
  for (int32_t i = 0; i < topics.PartitionsOf(topic); ++i) {
    partitions.push_back({topic, i});
  }
  const auto marks = admin.FetchWatermarks(partitions);
  if (!marks) return marks.error();
  const auto later = admin.OffsetsForTime(partitions, until);
  if (!later) return later.error();
  ErasurePlace place{"topic " + topic, false, "", std::nullopt};
  for (const auto& [partition, mark] : *marks) {
    if (mark.begin < std::min(later->at(partition), mark.end)) {
      place.remains = true;
    }
  }
  if (!place.remains) return place;
  place.detail = "records of before the erasure";
  const auto retention = topics.RetentionOf(topic);
  if (retention) {
    place.clean_at = until + *retention;
  } else {
    place.detail += ", which the log keeps for ever";
  }
  return place;
}

}  // namespace

Result<std::vector<std::string>> KeysToErase(StoreKeeper& keeper,
                                             const SiteCatalogue& sites,
                                             const std::string& text) {
  std::set<std::string> keys;
  if (auto added = AddNamed(keeper, text, &keys); !added) return added.error();
  if (const auto target = sites.Resolve(text)) {
    const auto added = AddNamed(keeper, target->url.text(), &keys);
    if (!added) return added.error();
    keys.insert(sites.ArticleKey(target->url, target->url));
  }
  if (!keys.empty()) return Sorted(keys);
  return Error{Code::kNotFound,
               "'" + text +
                   "' is neither a URL nor site:id, and no row and no task has "
                   "it as its key"};
}

Result<std::vector<std::string>> KeysOfSiteToErase(Context& context,
                                                   StoreKeeper& keeper,
                                                   const SiteCatalogue& sites,
                                                   const std::string& site) {
  const auto known = keeper.KeysOfSite(site);
  if (!known) return known.error();
  std::set<std::string> keys(known->begin(), known->end());
  const auto reader = OpenReader(context.settings);
  if (!reader) return reader.error();
  LedgerFilter open;
  open.site = site;
  open.only_open = true;
  const auto visited = (*reader)->VisitLedger(open, [&](const LedgerRow& row) {
    const Result<Url> url = Url::Parse(row.requested_url);
    if (url) keys.insert(sites.ArticleKey(*url, *url));
    return true;
  });
  if (!visited) return visited.error();
  if (!keys.empty()) return Sorted(keys);
  return Error{Code::kNotFound, "no row and no task is of site '" + site + "'"};
}

ErasurePlace PlaceInStore(const StoredTraces& traces) {
  ErasurePlace place{"store", traces.all() > 0, "", std::nullopt};
  if (!place.remains) return place;
  place.detail = Counted(traces.rows, "row") + ", " +
                 Counted(traces.versions, "former version") + ", " +
                 Counted(traces.candidates, "kept-back candidate") + ", " +
                 Counted(traces.dead_letters, "dead letter") +
                 "; erase it again";
  return place;
}

Result<std::vector<ErasurePlace>> PlacesOnLog(Admin& admin,
                                              const Topics& topics,
                                              Timestamp at) {
  std::vector<ErasurePlace> places;
  for (const std::string* topic :
       {&topics.pages, &topics.articles, &topics.articles_replay,
        &topics.outcomes, &topics.dead}) {
    auto place = PlaceOnTopic(admin, topics, *topic, at + kLastWrites);
    if (!place) return place.error();
    places.push_back(*std::move(place));
  }
  return places;
}

Result<std::optional<ErasurePlace>> PlaceOfOrders(
    Context& context, Bus& bus, const Topics& topics,
    const std::vector<std::string>& keys) {
  const auto erased =
      Suppressions::Open(bus, topics, kReadTimeout, context.clock);
  if (!erased) return erased.error();
  const auto missing = std::find_if(
      keys.begin(), keys.end(),
      [&](const std::string& key) { return !(*erased)->Has(key); });
  if (missing == keys.end()) return std::optional<ErasurePlace>();
  return std::optional<ErasurePlace>(
      {"topic " + topics.control, true,
       "lacks " + *missing +
           ": fetchers and parsers do not know of it; erase it again",
       std::nullopt});
}

Result<std::vector<ErasurePlace>> PlacesInWarc(
    const Context& context, const std::string& directory,
    const std::vector<std::string>& urls) {
  const bool named = !directory.empty();
  const std::string& folder = named ? directory : context.settings.fetcher.warc;
  std::vector<ErasurePlace> places;
  if (folder.empty()) return places;
  const auto files = WarcFilesWith(folder, {urls.begin(), urls.end()});
  if (!files && (named || files.error().code != Code::kNotFound)) {
    return files.error();
  }
  if (!files) {
    places.push_back({"WARC files", true,
                      "not looked at: " + files.error().message +
                          "; --warc DIR where they are",
                      std::nullopt});
    return places;
  }
  for (const std::string& file : *files) {
    places.push_back({file, true, "delete or rewrite it", std::nullopt});
  }
  return places;
}

}  // namespace newsmill
