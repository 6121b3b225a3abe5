#include "app/probe.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <memory>
#include <set>

#include "app/hosts_view.h"
#include "app/known_robots.h"
#include "app/open.h"
#include "fetcher/gate.h"
#include "fetcher/guard/address_guard.h"
#include "fetcher/http/connect_to.h"
#include "fetcher/robots/robots_policy.h"

namespace newsmill {
namespace {

Result<ProbeAnswer> AskOperator(Context& context, Bus& bus,
                                const SiteCatalogue& sites, const Url& url) {
  const auto view =
      HostsView::Read(bus, TopicsOf(context.settings), sites, context.clock);
  if (!view) return view.error();
  const HostStanding standing = StandingOf(view->StateOf(url.HostKey()),
                                           view->orders, context.clock.Now());
  // A slow host is asked all the same.
  const bool holds = standing.word == "blocked" || standing.word == "paused" ||
                     standing.word == "waiting" || standing.word == "down";
  std::string why = standing.word == "asked" ? "" : standing.word;
  if (!standing.why.empty()) why += ": " + standing.why;
  return ProbeAnswer{"operator", !holds, why};
}

ProbeAnswer AskRobots(Context& context, const SiteCatalogue& sites,
                      const Url& url) {
  const FetcherConfig& config = context.settings.fetcher;
  if (config.robots == "off") {
    return {"robots.txt", true, "not asked: fetcher.robots is off"};
  }
  const auto known = FindRobots(context, config, sites, url, false);
  if (!known) return {"robots.txt", false, known.error().message};
  const RobotsRecord& record = known->record;
  if (record.AdviceAt(context.clock.Now()) != RobotsRecord::Advice::kUse) {
    return {"robots.txt", false, "cannot be read: " + record.why()};
  }
  const RobotsVerdict verdict = record.policy().Judge(url);
  std::string why;
  if (verdict.line > 0) {
    why = "line " + std::to_string(verdict.line) + ": " + verdict.rule;
  }
  return {"robots.txt", verdict.allowed, why};
}

// As numbers; empty where the name does not resolve.
std::set<std::string> AddressesOf(const std::string& host) {
  const std::string bare = host.size() > 2 && host.front() == '['
                               ? host.substr(1, host.size() - 2)
                               : host;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(bare.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> freed(found,
                                                             freeaddrinfo);
  std::set<std::string> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    char text[NI_MAXHOST] = {};
    if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, nullptr, 0,
                    NI_NUMERICHOST) == 0) {
      addresses.insert(text);
    }
  }
  return addresses;
}

Result<ProbeAnswer> AskGuard(const FetcherConfig& config, const Url& url) {
  const auto guard = AddressGuard::Create(config.allow_addresses);
  if (!guard) return guard.error();
  const auto elsewhere = ConnectTo::Create(config.connect_to);
  if (!elsewhere) return elsewhere.error();
  if (const auto* to = elsewhere->Find(url.host(), url.port())) {
    return ProbeAnswer{"address guard", true,
                       "fetcher.connect_to sends it to " + to->host + ":" +
                           std::to_string(to->port)};
  }
  const std::set<std::string> addresses = AddressesOf(url.host());
  if (addresses.empty()) {
    return ProbeAnswer{"address guard", false, "the name does not resolve"};
  }
  const Gate gate(config);
  std::string refusals;
  for (const std::string& address : addresses) {
    std::string refusal = guard->RefusalOf(address);
    if (refusal.empty() && !gate.MayAsk(address)) {
      refusal = "no fetcher.contact is set, so only this machine is asked";
    }
    if (refusal.empty()) return ProbeAnswer{"address guard", true, address};
    refusals += (refusals.empty() ? "" : "; ") + address + ": " + refusal;
  }
  return ProbeAnswer{"address guard", false, refusals};
}

}  // namespace

Result<std::vector<ProbeAnswer>> Probe(Context& context, Bus& bus,
                                       const SiteCatalogue& sites,
                                       const Url& url) {
  const auto ordered = AskOperator(context, bus, sites, url);
  if (!ordered) return ordered.error();
  const auto guarded = AskGuard(context.settings.fetcher, url);
  if (!guarded) return guarded.error();
  return std::vector<ProbeAnswer>{*ordered, *guarded,
                                  AskRobots(context, sites, url)};
}

}  // namespace newsmill
