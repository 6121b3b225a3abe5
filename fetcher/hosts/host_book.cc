#include "fetcher/hosts/host_book.h"

#include <algorithm>
#include <utility>

#include "core/bus/partitioner.h"
#include "fetcher/politeness.h"

namespace newsmill {
namespace {

// How soon a paused host is looked at again where the order names no end.
constexpr Duration kLookAgain = std::chrono::minutes(1);
// How soon a host is looked at again whose use of a budget is being written.
constexpr Duration kWhileWriting = std::chrono::milliseconds(50);
constexpr int64_t kMostRobotsCopies = int64_t{64} << 20;
constexpr int kMostRobotsOfAHost = 4;
constexpr size_t kFirstSweep = 4096;

int64_t RobotsBytes(const v1::HostState& state) {
  size_t bytes = 0;
  for (const v1::RobotsCopy& copy : state.robots()) bytes += copy.body().size();
  return static_cast<int64_t>(bytes);
}

std::optional<HostPace::Sign> SignOf(const HttpResponse& response,
                                     const AnswerVerdict& verdict, bool again) {
  using Sign = HostPace::Sign;
  if (verdict.kind == AnswerVerdict::Kind::kOwnFault) return std::nullopt;
  switch (response.failure) {
    case v1::REASON_UNSPECIFIED:
      if (response.status == 503 && again) return Sign::kNeutral;
      if (response.status == 429 || response.status == 503) {
        return Sign::kTooMuch;
      }
      return response.status >= 500 ? Sign::kNeutral : Sign::kGood;
    case v1::REASON_TIMED_OUT:
      return Sign::kTimeout;
    case v1::REASON_CONNECT_FAILED:
    case v1::REASON_DNS_FAILED:
    case v1::REASON_TLS_FAILED:
      return Sign::kDown;
    case v1::REASON_ADDRESS_REFUSED:
      return std::nullopt;  // by us; the host was not asked
    default:
      return Sign::kNeutral;
  }
}

// From the request to the first byte of its answer.
Duration ResponseTime(const v1::FetchTiming& timing) {
  const int64_t connected =
      std::max({timing.name_lookup_ms(), timing.connect_ms(), timing.tls_ms()});
  return Duration(std::max<int64_t>(timing.first_byte_ms() - connected, 0));
}

HostHold Wait(Timestamp until, v1::Reason reason, std::string why) {
  return {HostHold::Kind::kWait, until, reason, std::move(why)};
}

}  // namespace

bool SaysSomething(const v1::HostState& state, Timestamp now) {
  // Long enough for whoever needs yesterday's budget or robots' last copy;
  // after that a host is met as if it were new.
  constexpr Duration kRemembered = std::chrono::hours(30 * 24);
  if (FromProto(state.not_before()) > now) return true;
  if (FromProto(state.updated_at()) + kRemembered <= now) return false;
  return state.learned_delay_ms() > 0 || HostPace::IsDown(state) ||
         !state.robots().empty() || state.has_use();
}

std::string WhoSaid(const v1::Order& order, const std::string& what) {
  std::string said = what + " by " + order.who() + " at " +
                     FormatRfc3339(FromProto(order.given_at()));
  if (!order.why().empty()) said += ": " + order.why();
  return said;
}

HostHold HoldBy(const v1::HostState& state, const Orders& orders,
                Timestamp now) {
  if (const v1::Order* const order = orders.HoldOn(state.host(), now)) {
    if (order->action() == v1::Order::BLOCK) {
      return {HostHold::Kind::kBlocked,
              {},
              v1::REASON_BLOCKED_BY_OPERATOR,
              WhoSaid(*order, "blocked")};
    }
    Timestamp until = now + kLookAgain;
    if (order->has_until()) until = std::min(until, FromProto(order->until()));
    return Wait(until, v1::REASON_UNSPECIFIED, WhoSaid(*order, "paused"));
  }
  const Timestamp not_before = FromProto(state.not_before());
  if (not_before > now) {
    return Wait(not_before, state.not_before_reason(),
                state.not_before_detail());
  }
  const Timestamp probe_at = FromProto(state.breaker().probe_at());
  if (HostPace::IsDown(state) && probe_at > now) {
    return Wait(probe_at, v1::REASON_CONNECT_FAILED,
                "the host is down; it was found so " +
                    std::to_string(state.breaker().trips()) +
                    (state.breaker().trips() == 1 ? " time" : " times"));
  }
  return {};
}

HostBook::HostBook(const FetcherConfig& config, const SiteCatalogue& sites,
                   int32_t partitions, Save save)
    : config_(config),
      sites_(sites),
      partitions_(partitions),
      save_(std::move(save)),
      orders_(sites),
      sweep_at_(kFirstSweep),
      random_(std::random_device{}()) {
  // The configuration was checked when the fetcher was made.
  if (const Result<DayPlan> plan = FleetPlan(config)) {
    fleet_plan_ = ShareOf(*plan, partitions);
  }
}

void HostBook::Load(int32_t partition, std::vector<v1::HostState> states,
                    Timestamp now) {
  Drop(partition);
  for (v1::HostState& state : states) {
    const bool fleet = state.host() == kFleetAccount;
    if (!SaysSomething(state, now)) {
      if (!fleet) Forget(partition, state.host());
      continue;
    }
    Host& entry = hosts_[fleet ? kFleetAccount + std::to_string(partition)
                               : state.host()];
    entry.partition = partition;
    robots_bytes_ += RobotsBytes(state);
    entry.state = std::move(state);
  }
  BoundRobots();
}

void HostBook::Drop(int32_t partition) {
  std::erase_if(hosts_, [&](const auto& each) {
    if (each.second.partition != partition) return false;
    robots_bytes_ -= RobotsBytes(each.second.state);
    return true;
  });
}

void HostBook::Obey(std::vector<v1::Order> orders) {
  for (v1::Order& order : orders) orders_.Take(std::move(order));
}

HostHold HostBook::HoldOn(const std::string& host, Timestamp now) const {
  const HostHold hold = HoldByFacts(host, now);
  return hold.kind == HostHold::Kind::kNone ? HoldByPlans(host, now) : hold;
}

HostBook::Held HostBook::CountHeld(Timestamp now) const {
  Held held;
  for (const v1::Order& order : orders_.All(now)) {
    if (order.action() == v1::Order::BLOCK) ++held.blocked;
    if (order.action() == v1::Order::PAUSE) ++held.paused;
  }
  for (const auto& [name, host] : hosts_) {
    const v1::HostState& state = host.state;
    if (FromProto(state.not_before()) > now) {
      ++held.waiting;
    } else if (HostPace::IsDown(state) &&
               FromProto(state.breaker().probe_at()) > now) {
      ++held.down;
    }
  }
  return held;
}

bool HostBook::MustNotAsk(const std::string& host, Timestamp now) const {
  return HoldByFacts(host, now).kind != HostHold::Kind::kNone;
}

HostHold HostBook::HoldByFacts(const std::string& host, Timestamp now) const {
  const Host* const known = Find(host);
  if (known != nullptr) return HoldBy(known->state, orders_, now);
  if (orders_.empty()) return {};
  v1::HostState unknown;
  unknown.set_host(host);
  return HoldBy(unknown, orders_, now);
}

HostHold HostBook::HoldByPlans(const std::string& host, Timestamp now) const {
  static const Host nobody;
  const auto closed = [now](const DayPlan& plan, const Host* account,
                            const std::string& whose) -> HostHold {
    if (plan.empty()) return {};
    if (account == nullptr) account = &nobody;
    const auto until =
        account->account.ClosedUntil(plan, account->state.use(), now);
    if (!until) return {};
    return Wait(*until, v1::REASON_UNSPECIFIED,
                whose + (plan.OpensAt(now) ? " is asked at other hours"
                                           : "'s budget of the day is used"));
  };
  HostHold hold = closed(PlanOf(host, sites_), Find(host), "the site");
  if (hold.kind != HostHold::Kind::kNone || fleet_plan_.empty()) return hold;
  return closed(fleet_plan_, Find(FleetAccountOf(host)), "the fleet");
}

HostHold HostBook::TakeFromBudgets(const std::string& host, Timestamp now) {
  const DayPlan plan = PlanOf(host, sites_);
  const bool sites = plan.requests.has_value();
  if (sites) {
    const HostHold hold = TakeFrom(plan, At(host), now);
    if (hold.kind != HostHold::Kind::kNone) return hold;
  }
  if (!fleet_plan_.requests) return {};
  const HostHold hold = TakeFrom(fleet_plan_, FleetAccount(host), now);
  if (sites && hold.kind != HostHold::Kind::kNone) At(host).account.GiveBack();
  return hold;
}

HostHold HostBook::TakeFrom(const DayPlan& plan, Host& entry, Timestamp now) {
  v1::DayUse& use = *entry.state.mutable_use();
  DayAccount::Step step = entry.account.Take(plan, now, use);
  if (step == DayAccount::Step::kWrite) {
    *entry.state.mutable_updated_at() = ToProto(now);
    Write(entry, entry.account.Granted(use));
    step = entry.account.Take(plan, now, use);
  }
  if (step == DayAccount::Step::kGo) return {};
  return Wait(now + kWhileWriting, v1::REASON_UNSPECIFIED,
              "the budget's use is being written down");
}

std::string HostBook::FleetAccountOf(const std::string& host) const {
  return kFleetAccount + std::to_string(PartitionForKey(host, partitions_));
}

HostBook::Host& HostBook::FleetAccount(const std::string& host) {
  const auto [found, added] = hosts_.try_emplace(FleetAccountOf(host));
  if (added) {
    found->second.partition = PartitionForKey(host, partitions_);
    found->second.state.set_host(kFleetAccount);
  }
  return found->second;
}

Duration HostBook::BaseDelay(const std::string& host, const Host* known,
                             Timestamp now) const {
  Duration base = newsmill::LimitsOf(host, sites_, config_).delay;
  if (const v1::Order* const order = orders_.RateOf(host, now)) {
    base = Duration(order->delay_ms());
  }
  if (known != nullptr && known->crawl_delay) {
    base = std::max(base, *known->crawl_delay);
  }
  return base;
}

HostLimits HostBook::LimitsOf(const std::string& host, Timestamp now) const {
  HostLimits limits = newsmill::LimitsOf(host, sites_, config_);
  const Host* const known = Find(host);
  limits.delay = BaseDelay(host, known, now);
  if (known == nullptr) return limits;
  limits.delay = HostPace::DelayOf(known->state, limits.delay);
  // One request alone tries whether the host is up again.
  if (HostPace::IsDown(known->state)) limits.concurrency = 1;
  return limits;
}

HostLimits HostBook::NextLimits(const std::string& host, Timestamp now) {
  HostLimits limits = LimitsOf(host, now);
  std::uniform_int_distribution<Duration::rep> jitter(
      0, limits.delay.count() *
             std::max<int64_t>(config_.host_delay_jitter, 0) / 100);
  limits.delay += Duration(jitter(random_));
  return limits;
}

void HostBook::Learn(const std::string& host, const HttpResponse& response,
                     const AnswerVerdict& verdict, bool again, Timestamp now) {
  const auto bytes = static_cast<int64_t>(response.body.size());
  const DayPlan plan = PlanOf(host, sites_);
  if (plan.bytes) Count(plan, bytes, now, At(host));
  if (fleet_plan_.bytes) Count(fleet_plan_, bytes, now, FleetAccount(host));
  const auto sign = SignOf(response, verdict, again);
  if (!sign) return;
  // Nothing is kept of a host of which all is well.
  const bool good = *sign == HostPace::Sign::kGood;
  const Duration took = ResponseTime(response.timing);
  const Duration base = BaseDelay(host, Find(host), now);
  if (good && Find(host) == nullptr && (base == Duration(0) || took <= base)) {
    return;
  }
  Sweep(now);
  Host& entry = At(host);
  const HostPace::Bounds bounds{base, config_.max_host_delay};
  if (entry.pace.Learn(*sign, took, bounds, now, entry.state)) {
    *entry.state.mutable_updated_at() = ToProto(now);
    Write(entry, {});
  }
}

void HostBook::Count(const DayPlan& plan, int64_t bytes, Timestamp now,
                     Host& entry) {
  v1::DayUse& use = *entry.state.mutable_use();
  if (!entry.account.Received(plan, bytes, now, use)) return;
  *entry.state.mutable_updated_at() = ToProto(now);
  Write(entry, {});
}

void HostBook::WaitUntil(const std::string& host, Timestamp until,
                         v1::Reason reason, const std::string& detail,
                         Timestamp now) {
  Host& entry = At(host);
  if (until <= FromProto(entry.state.not_before())) return;
  *entry.state.mutable_not_before() = ToProto(until);
  entry.state.set_not_before_reason(reason);
  entry.state.set_not_before_detail(detail);
  *entry.state.mutable_updated_at() = ToProto(now);
}

void HostBook::WhenDurable(const std::string& host, Durable durable) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return durable(true);
  Write(found->second, std::move(durable));
}

const v1::RobotsCopy* HostBook::RobotsOf(const std::string& host,
                                         const std::string& url) const {
  const Host* const known = Find(host);
  if (known == nullptr) return nullptr;
  for (const v1::RobotsCopy& copy : known->state.robots()) {
    if (copy.url() == url) return &copy;
  }
  return nullptr;
}

void HostBook::KeepRobots(const std::string& host, v1::RobotsCopy copy,
                          Timestamp now) {
  Host& entry = At(host);
  robots_bytes_ -= RobotsBytes(entry.state);
  auto& robots = *entry.state.mutable_robots();
  const auto same =
      std::find_if(robots.begin(), robots.end(),
                   [&](const auto& each) { return each.url() == copy.url(); });
  if (same != robots.end()) {
    *same = std::move(copy);
  } else {
    if (robots.size() >= kMostRobotsOfAHost) robots.DeleteSubrange(0, 1);
    *robots.Add() = std::move(copy);
  }
  robots_bytes_ += RobotsBytes(entry.state);
  *entry.state.mutable_updated_at() = ToProto(now);
  Write(entry, {});
  BoundRobots();
}

void HostBook::SetCrawlDelay(const std::string& host,
                             std::optional<Duration> delay) {
  if (!delay && Find(host) == nullptr) return;
  At(host).crawl_delay = delay;
}

HostBook::Host& HostBook::At(const std::string& host) {
  const auto [found, added] = hosts_.try_emplace(host);
  if (added) {
    found->second.partition = PartitionForKey(host, partitions_);
    found->second.state.set_host(host);
  }
  return found->second;
}

const HostBook::Host* HostBook::Find(const std::string& host) const {
  const auto found = hosts_.find(host);
  return found == hosts_.end() ? nullptr : &found->second;
}

void HostBook::Write(const Host& entry, Durable durable) {
  if (save_) {
    save_(entry.partition, entry.state, std::move(durable));
  } else if (durable) {
    durable(true);
  }
}

// Copies in memory only: those that were fetched first are asked for again.
void HostBook::BoundRobots() {
  if (robots_bytes_ <= kMostRobotsCopies) return;
  std::vector<std::pair<Timestamp, v1::HostState*>> copies;
  for (auto& [host, entry] : hosts_) {
    if (entry.state.robots().empty()) continue;
    copies.emplace_back(FromProto(entry.state.robots(0).fetched_at()),
                        &entry.state);
  }
  std::sort(copies.begin(), copies.end());
  for (const auto& [fetched_at, state] : copies) {
    // Some room at once, so that this is seldom.
    if (robots_bytes_ <= kMostRobotsCopies / 4 * 3) return;
    robots_bytes_ -= RobotsBytes(*state);
    state->clear_robots();
  }
}

void HostBook::Forget(int32_t partition, const std::string& host) {
  v1::HostState nothing;
  nothing.set_host(host);
  if (save_) save_(partition, std::move(nothing), {});
}

void HostBook::Sweep(Timestamp now) {
  if (hosts_.size() < sweep_at_) return;
  std::erase_if(hosts_, [&](const auto& each) {
    const Host& entry = each.second;
    if (entry.crawl_delay || SaysSomething(entry.state, now)) return false;
    const bool written = entry.state.has_updated_at();
    const bool fleet = entry.state.host() == kFleetAccount;
    if (written && !fleet) Forget(entry.partition, each.first);
    return true;
  });
  sweep_at_ = std::max(kFirstSweep, hosts_.size() * 2);
}

}  // namespace newsmill
