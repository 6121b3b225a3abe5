#include <algorithm>
#include <iterator>

#include "sink/postgres/connection.h"
#include "tests/chaos/suite/nemesis.h"

namespace newsmill::chaos {
namespace {

using e2e::WorkerProcess;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr const char* kKinds[] = {"fetcher", "parser", "sink"};
constexpr Duration kToStop = seconds(120);
// Beyond the session, so that another has taken over when the frozen wakes up.
constexpr Duration kBeyond = seconds(3);

bool Before(steady_clock::time_point end) { return steady_clock::now() < end; }

// kill -9 of a worker a second, then a rest; a killed member keeps its
// partitions for a session timeout.
class KilledWorkers final : public Nemesis {
 public:
  std::string name() const override { return "kill -9 of workers"; }
  Result<void> Strike(System& system, pages::Dice& dice,
                      Duration time) override {
    const auto end = steady_clock::now() + time;
    while (Before(end)) {
      const auto workers = system.Of(dice.Pick(kKinds));
      if (auto killed = system.Kill(*dice.Pick(workers)); !killed) {
        return killed;
      }
      if (auto passed = system.Pass(seconds(1)); !passed) return passed;
    }
    // A rest as long as the strike, with tasks that come in.
    return system.Pass(time);
  }
};

// SIGSTOP for longer than the group waits, then SIGCONT: one of each kind at a
// time.
class FrozenWorkers final : public Nemesis {
 public:
  std::string name() const override { return "frozen workers"; }
  Result<void> Strike(System& system, pages::Dice& dice,
                      Duration time) override {
    const auto end = steady_clock::now() + time;
    do {
      std::vector<WorkerProcess*> frozen;
      if (auto tended = system.Tend(); !tended) return tended;
      for (const char* kind : kKinds) {
        const auto workers = system.Of(kind);
        frozen.push_back(dice.Pick(workers));
        if (auto done = frozen.back()->child->Stop(); !done) return done;
      }
      auto passed = system.Pass(system.session_timeout() + kBeyond);
      if (!passed) return passed;
      for (WorkerProcess* worker : frozen) {
        if (auto done = worker->child->Continue(); !done) return done;
      }
      if (passed = system.Pass(seconds(1)); !passed) return passed;
    } while (Before(end));
    return {};
  }
};

// A sink that stands still inside its store transaction, or right before it
// with rows in hand.
class FrozenTransactions final : public Nemesis {
 public:
  std::string name() const override { return "frozen transactions"; }
  Result<void> Strike(System& system, pages::Dice& dice,
                      Duration time) override {
    const auto end = steady_clock::now() + time;
    do {
      for (const char* point :
           {"before-begin",
            dice.Below(2) == 0 ? "before-first-sync" : "after-sync"}) {
        const auto sinks = system.Of("sink");
        if (auto done = Freeze(system, *dice.Pick(sinks), point); !done) {
          return done;
        }
        if (auto passed = system.Pass(seconds(1)); !passed) return passed;
      }
    } while (Before(end));
    return {};
  }

 private:
  static Result<void> Freeze(System& system, WorkerProcess& sink,
                             const std::string& point) {
    auto done = system.FreezeInside(sink, point);
    if (!done) return done;
    if (done = sink.child->AwaitStopped(kToStop); !done) return done;
    // Inside a transaction its locks are in the successor's way, and it wakes
    // up long after that has gone on. Outside it wakes up in the moment when
    // another owns its partitions and has written nothing yet, so that its
    // offsets are still as it knows them and only the epoch is not.
    done = point == "before-begin"
               ? AwaitSuccessor(system)
               : system.Pass(system.session_timeout() + kBeyond);
    const Result<void> woken = sink.child->Continue();
    return done ? woken : done;
  }

  static Result<void> AwaitSuccessor(System& system) {
    auto connection = postgres::Connection::Open(
        {.url = system.store().url, .schema = system.store().schema});
    if (!connection) return connection.error();
    std::string first;
    const auto end = steady_clock::now() + kToStop;
    while (Before(end)) {
      const auto rows = (*connection)
                            ->Ask(
                                "SELECT COALESCE(sum(epoch), 0)::text"
                                " FROM sink_offsets",
                                {});
      if (!rows) return rows.error();
      const std::string now = rows->at(0).at(0).value_or("");
      if (first.empty()) first = now;
      if (now != first) return {};
      if (auto passed = system.Pass(milliseconds(20)); !passed) return passed;
    }
    return Error{Code::kTimedOut, "nobody claims a frozen sink's partitions"};
  }
};

// One kind after the other goes 3 → 1 → 4 → 1 → 3 workers.
class JoinAndLeave final : public Nemesis {
 public:
  std::string name() const override { return "join and leave"; }
  Result<void> Strike(System& system, pages::Dice& dice,
                      Duration time) override {
    const auto end = steady_clock::now() + time;
    do {
      const std::string kind = dice.Pick(kKinds);
      const size_t usual = system.Of(kind).size();
      for (const size_t count : {size_t{1}, size_t{4}, size_t{1}, usual}) {
        if (auto set = Set(system, kind, count); !set) return set;
        if (count == usual) break;
        if (auto passed = system.Pass(seconds(3)); !passed) return passed;
      }
    } while (Before(end));
    return {};
  }

 private:
  static Result<void> Set(System& system, const std::string& kind,
                          size_t count) {
    const size_t now = system.Of(kind).size();
    if (now > count) return system.Leave(kind, now - count);
    for (size_t i = now; i < count; ++i) {
      if (auto joined = system.Join(kind); !joined) return joined;
    }
    return {};
  }
};

}  // namespace

void AddNemesesOfWorkers(std::vector<std::unique_ptr<Nemesis>>* all) {
  all->push_back(std::make_unique<FrozenTransactions>());
  all->push_back(std::make_unique<FrozenWorkers>());
  all->push_back(std::make_unique<JoinAndLeave>());
  all->push_back(std::make_unique<KilledWorkers>());
}

std::vector<std::unique_ptr<Nemesis>> AllNemeses() {
  std::vector<std::unique_ptr<Nemesis>> all;
  AddNemesesOfWorkers(&all);
  AddNemesesOfServices(&all);
  AddNemesesOfRecords(&all);
  AddNemesesOfOperators(&all);
  AddNemesesOfDisks(&all);
  return all;
}

}  // namespace newsmill::chaos
