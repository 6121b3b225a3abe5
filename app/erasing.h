#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "core/base/result.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "core/sites/site_catalogue.h"
#include "sink/store_keeper.h"

namespace newsmill {

// The articles that somebody wants gone, by a key or an address, sorted: every
// row and task that has it, and the key that a page of it would have.
// kNotFound where nothing is known of it and it has no such key.
Result<std::vector<std::string>> KeysToErase(StoreKeeper& keeper,
                                             const SiteCatalogue& sites,
                                             const std::string& text);
// Those of a site: of its rows, its settled tasks, and its open ones.
Result<std::vector<std::string>> KeysOfSiteToErase(Context& context,
                                                   StoreKeeper& keeper,
                                                   const SiteCatalogue& sites,
                                                   const std::string& site);

// One place where something of an article may stand.
struct ErasurePlace {
  std::string name;
  bool remains = false;
  std::string detail;                 // what is there, and what to do
  std::optional<Timestamp> clean_at;  // when it goes by itself
};

// The store, by what it still holds of the articles.
ErasurePlace PlaceInStore(const StoredTraces& traces);

// Topics that hold records of articles that were erased at `at` or before, and
// until when.
Result<std::vector<ErasurePlace>> PlacesOnLog(Admin& admin,
                                              const Topics& topics,
                                              Timestamp at);

// `control`, where one of the keys is missing: whoever fetches or parses does
// not know of it. nullopt: all are there.
Result<std::optional<ErasurePlace>> PlaceOfOrders(
    Context& context, Bus& bus, const Topics& topics,
    const std::vector<std::string>& keys);

// WARC files of `directory`, a place each. Where `directory` is empty, that of
// the configuration, which may be on another machine: then a place that says
// so.
Result<std::vector<ErasurePlace>> PlacesInWarc(
    const Context& context, const std::string& directory,
    const std::vector<std::string>& urls);

}  // namespace newsmill
