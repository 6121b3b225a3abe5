#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/time.h"
#include "core/sites/site_catalogue.h"
#include "fetcher/config.h"
#include "fetcher/frontier/host_queue.h"
#include "fetcher/hosts/day_account.h"
#include "fetcher/hosts/orders.h"
#include "fetcher/hosts/pace.h"
#include "fetcher/verdict.h"
#include "newsmill/v1/host_state.pb.h"

namespace newsmill {

// What stands in the way of asking a host.
struct HostHold {
  enum class Kind { kNone, kWait, kBlocked };
  Kind kind = Kind::kNone;
  // kWait: look again then; not sooner, but for a newer order.
  Timestamp until{};
  // kWait: why, where that is a cause of attempts too.
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  std::string why;  // for a person
};

// What this worker knows of the hosts of its partitions: what the topic `hosts`
// said when they were taken on, what their answers taught since, and what
// operators ordered. Used by the fetch loop's thread.
class HostBook {
 public:
  using Durable = std::function<void(bool durable)>;
  // Writes a state for later owners; tells once, from any thread.
  using Save = std::function<void(int32_t partition, v1::HostState, Durable)>;

  // An empty `save` forgets with the process. `partitions`: of `tasks`.
  HostBook(const FetcherConfig& config, const SiteCatalogue& sites,
           int32_t partitions, Save save);

  // States that say nothing any more are taken back from the log.
  void Load(int32_t partition, std::vector<v1::HostState> states,
            Timestamp now);
  void Drop(int32_t partition);
  void Obey(std::vector<v1::Order> orders);

  // Orders, waits, a host that is down, hours and budgets.
  HostHold HoldOn(const std::string& host, Timestamp now) const;
  // The last look before bytes leave, at what may have changed since: all of
  // that but hours and budgets.
  bool MustNotAsk(const std::string& host, Timestamp now) const;
  // Counts a request that is about to be made against the budgets. kWait: not
  // before what it uses is written down.
  HostHold TakeFromBudgets(const std::string& host, Timestamp now);
  // Delay (configured or ordered, robots', learned) and concurrency in force.
  HostLimits LimitsOf(const std::string& host, Timestamp now) const;
  // The same with jitter, for the time after one request.
  HostLimits NextLimits(const std::string& host, Timestamp now);

  // What an answer teaches; `verdict` is what it means for its task. `again`:
  // the last time, too, this page was answered by 503.
  void Learn(const std::string& host, const HttpResponse& response,
             const AnswerVerdict& verdict, bool again, Timestamp now);
  // Nobody asks the host before.
  void WaitUntil(const std::string& host, Timestamp until, v1::Reason reason,
                 const std::string& detail, Timestamp now);
  // Told when all that was learned of the host so far is durable: at once where
  // it is. What depends on it, such as giving the task up for now, waits.
  void WhenDurable(const std::string& host, Durable durable);

  // robots.txt, by its URL. nullptr: no copy is kept.
  const v1::RobotsCopy* RobotsOf(const std::string& host,
                                 const std::string& url) const;
  // For later owners, too. Bounded: the copies that were fetched first go.
  void KeepRobots(const std::string& host, v1::RobotsCopy copy, Timestamp now);
  // A lower bound of the delay between requests; nullopt: none.
  void SetCrawlDelay(const std::string& host, std::optional<Duration> delay);

  // What may not be asked now, and why. Takes a step for each host that
  // something is known of.
  struct Held {
    size_t blocked = 0;  // hosts and sites, by operators' orders to the fleet
    size_t paused = 0;   // likewise
    size_t waiting = 0;  // hosts of ours, as their servers asked
    size_t down = 0;     // likewise, without an answer
  };
  Held CountHeld(Timestamp now) const;

  const Orders& orders() const { return orders_; }
  size_t size() const { return hosts_.size(); }

 private:
  struct Host {
    int32_t partition = 0;
    v1::HostState state;
    HostPace pace;
    std::optional<Duration> crawl_delay;
    DayAccount account;
  };

  Host& At(const std::string& host);
  const Host* Find(const std::string& host) const;
  Duration BaseDelay(const std::string& host, const Host* known,
                     Timestamp now) const;
  HostHold HoldByFacts(const std::string& host, Timestamp now) const;
  HostHold HoldByPlans(const std::string& host, Timestamp now) const;
  HostHold TakeFrom(const DayPlan& plan, Host& entry, Timestamp now);
  void Count(const DayPlan& plan, int64_t bytes, Timestamp now, Host& entry);
  // The part of the fleet's plan that a host's partition has.
  std::string FleetAccountOf(const std::string& host) const;
  Host& FleetAccount(const std::string& host);
  void Write(const Host& entry, Durable durable);
  void BoundRobots();
  // Forgets hosts of which nothing is to be said any more, here and on the log.
  void Sweep(Timestamp now);
  void Forget(int32_t partition, const std::string& host);

  const FetcherConfig& config_;
  const SiteCatalogue& sites_;
  const int32_t partitions_;
  const Save save_;
  DayPlan fleet_plan_;  // a partition's share
  Orders orders_;
  std::unordered_map<std::string, Host> hosts_;
  int64_t robots_bytes_ = 0;
  size_t sweep_at_;  // hosts
  std::minstd_rand random_;
};

// The key under which a partition's part of the fleet's budget is kept.
inline constexpr char kFleetAccount[] = "*";

// The same for a state that was read elsewhere, without hours and budgets.
HostHold HoldBy(const v1::HostState& state, const Orders& orders,
                Timestamp now);
// "paused by anna@mill at 2026-11-23T09:00:00.000Z: complaint".
std::string WhoSaid(const v1::Order& order, const std::string& what);

// Whether a record of a host still says something at `now`: of one that was not
// heard of for a month it does not, but for a time that is still to come.
bool SaysSomething(const v1::HostState& state, Timestamp now);

}  // namespace newsmill
