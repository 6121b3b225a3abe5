#include "app/hosts_view.h"

#include <map>
#include <utility>

#include "fetcher/hosts/host_book.h"
#include "fetcher/hosts/read_topic.h"

namespace newsmill {
namespace {

constexpr Duration kPatience = std::chrono::seconds(60);

}  // namespace

Result<HostsView> HostsView::Read(Bus& bus, const Topics& topics,
                                  const SiteCatalogue& sites,
                                  const Clock& clock) {
  HostsView view(sites);
  std::map<std::string, v1::HostState> newest;
  std::vector<TopicPartition> partitions;
  for (int32_t i = 0; i < topics.PartitionsOf(topics.hosts); ++i) {
    partitions.push_back({topics.hosts, i});
  }
  auto read =
      ReadToEnd(bus, partitions, kPatience, clock, [&](const Message& message) {
        newest.erase(message.key.value_or(""));
        v1::HostState state;
        if (state.ParseFromString(message.value) && !state.host().empty() &&
            state.host() != kFleetAccount) {
          newest[state.host()] = std::move(state);
        }
      });
  if (!read) return read.error();
  read = ReadToEnd(bus, {{topics.control, 0}}, kPatience, clock,
                   [&](const Message& message) {
                     auto order = DecodeOrder(message);
                     if (order) view.orders.Take(*std::move(order));
                   });
  if (!read) return read.error();
  for (auto& [host, state] : newest) {
    if (SaysSomething(state, clock.Now())) {
      view.states.push_back(std::move(state));
    }
  }
  return view;
}

v1::HostState HostsView::StateOf(const std::string& host) const {
  for (const v1::HostState& state : states) {
    if (state.host() == host) return state;
  }
  v1::HostState unknown;
  unknown.set_host(host);
  return unknown;
}

HostStanding StandingOf(const v1::HostState& state, const Orders& orders,
                        Timestamp now) {
  const HostHold hold = HoldBy(state, orders, now);
  const v1::Order* const order = orders.HoldOn(state.host(), now);
  if (order != nullptr) {
    return {order->action() == v1::Order::BLOCK ? "blocked" : "paused",
            hold.why,
            order->has_until() ? FromProto(order->until()) : Timestamp()};
  }
  if (hold.kind == HostHold::Kind::kWait) {
    return {HostPace::IsDown(state) ? "down" : "waiting", hold.why, hold.until};
  }
  if (const v1::Order* const rate = orders.RateOf(state.host(), now)) {
    return {"ordered", WhoSaid(*rate, "rate set"),
            rate->has_until() ? FromProto(rate->until()) : Timestamp()};
  }
  if (state.learned_delay_ms() > 0) {
    return {"slow", "its own answers taught a longer delay", {}};
  }
  return {"asked", "", {}};
}

}  // namespace newsmill
