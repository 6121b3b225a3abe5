#include "app/known_robots.h"

#include <filesystem>

#include "app/hosts_view.h"
#include "app/open.h"

namespace newsmill {
namespace {

// The copy that the fetchers go by; none where there is no log yet, or none
// that still counts.
Result<std::optional<v1::RobotsCopy>> OfTheFleet(Context& context,
                                                 const SiteCatalogue& sites,
                                                 const Url& url) {
  const Settings& settings = context.settings;
  if (settings.log.backend == "embedded" &&
      !std::filesystem::exists(settings.data_dir())) {
    return std::optional<v1::RobotsCopy>();
  }
  const auto bus = OpenLog(settings);
  if (!bus) return bus.error();
  const auto view =
      HostsView::Read(**bus, TopicsOf(settings), sites, context.clock);
  if (!view) return view.error();
  const v1::HostState state = view->StateOf(url.HostKey());
  for (const v1::RobotsCopy& copy : state.robots()) {
    if (copy.url() == RobotsUrlOf(url) &&
        FromProto(copy.valid_until()) > context.clock.Now()) {
      return std::optional(copy);
    }
  }
  return std::optional<v1::RobotsCopy>();
}

}  // namespace

Result<KnownRobots> FindRobots(Context& context, const FetcherConfig& config,
                               const SiteCatalogue& sites, const Url& url,
                               bool refresh) {
  auto fetcher = OneShotFetcher::Create(config, sites);
  if (!fetcher) return fetcher.error();
  if (!refresh) {
    const auto copy = OfTheFleet(context, sites, url);
    if (!copy) return copy.error();
    if (*copy) {
      return KnownRobots{RecordOfCopy(**copy, (*fetcher)->robots_terms()),
                         true};
    }
  }
  Result<RobotsRecord> record = (*fetcher)->AskRobots(url);
  if (!record) return record.error();
  return KnownRobots{std::move(*record)};
}

}  // namespace newsmill
