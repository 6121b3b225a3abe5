#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "core/sites/site_catalogue.h"
#include "fetcher/hosts/orders.h"
#include "newsmill/v1/host_state.pb.h"
#include "newsmill/v1/order.pb.h"

namespace newsmill {

// What the fleet remembers and what operators ordered, read from the log's
// topics `hosts` and `control` as they are now.
struct HostsView {
  static Result<HostsView> Read(Bus& bus, const Topics& topics,
                                const SiteCatalogue& sites, const Clock& clock);

  explicit HostsView(const SiteCatalogue& sites) : orders(sites) {}

  // Those that are not as any other host, by name.
  std::vector<v1::HostState> states;
  Orders orders;

  // The host's state; an empty one where nothing is remembered.
  v1::HostState StateOf(const std::string& host) const;
};

// In one word what a host is now, and in a sentence why: "blocked", "paused",
// "waiting", "down", "slow", "asked".
struct HostStanding {
  std::string word;
  std::string why;
  Timestamp until{};  // the epoch: no end is known
};
HostStanding StandingOf(const v1::HostState& state, const Orders& orders,
                        Timestamp now);

}  // namespace newsmill
