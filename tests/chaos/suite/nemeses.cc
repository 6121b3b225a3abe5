#include <algorithm>
#include <iterator>

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

// kill -9 of a worker a second; a killed member keeps its partitions for a
// session timeout.
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
    return {};
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

// A sink that stands still inside its store transaction.
class FrozenTransactions final : public Nemesis {
 public:
  std::string name() const override { return "frozen transactions"; }
  Result<void> Strike(System& system, pages::Dice& dice,
                      Duration time) override {
    const auto end = steady_clock::now() + time;
    do {
      const auto sinks = system.Of("sink");
      WorkerProcess& sink = *dice.Pick(sinks);
      const char* const points[] = {"before-first-sync", "after-sync"};
      if (auto done = system.FreezeInside(sink, dice.Pick(points)); !done) {
        return done;
      }
      if (auto stopped = sink.child->AwaitStopped(kToStop); !stopped) {
        return stopped;
      }
      auto passed = system.Pass(system.session_timeout() + kBeyond);
      if (!passed) return passed;
      if (auto woken = sink.child->Continue(); !woken) return woken;
      if (passed = system.Pass(seconds(1)); !passed) return passed;
    } while (Before(end));
    return {};
  }
};

class KilledBroker final : public Nemesis {
 public:
  std::string name() const override { return "kill -9 of the broker"; }
  Result<void> Strike(System& system, pages::Dice& dice,
                      Duration time) override {
    const auto end = steady_clock::now() + time;
    do {
      system.services().broker().Kill9();
      const milliseconds away(dice.Between(0, 2000));
      if (auto passed = system.Pass(away); !passed) return passed;
      if (auto up = system.services().broker().Restart(); !up) return up;
      if (auto passed = system.Pass(seconds(3)); !passed) return passed;
    } while (Before(end));
    return {};
  }
};

class KilledDatabase final : public Nemesis {
 public:
  std::string name() const override { return "kill -9 of PostgreSQL"; }
  Result<void> Strike(System& system, pages::Dice& dice,
                      Duration time) override {
    const auto end = steady_clock::now() + time;
    do {
      const milliseconds before(dice.Between(0, 1500));
      if (auto passed = system.Pass(before); !passed) return passed;
      system.services().postgres().Kill9();
      if (auto up = system.services().postgres().Resume(); !up) return up;
      if (auto passed = system.Pass(seconds(2)); !passed) return passed;
    } while (Before(end));
    return {};
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

// Records that nobody can read on every topic, pages that are cut, far too
// large or of no known kind, and one that ends its parser.
class Poison final : public Nemesis {
 public:
  std::string name() const override { return "poison"; }
  Result<void> Strike(System& system, pages::Dice& dice,
                      Duration time) override {
    const auto end = steady_clock::now() + time;
    if (auto put = PutCrashing(system); !put) return put;
    do {
      if (auto put = PutUnreadable(system, dice); !put) return put;
      if (auto put = PutPages(system); !put) return put;
      if (auto passed = system.Pass(seconds(2)); !passed) return passed;
    } while (Before(end));
    return {};
  }

 private:
  // Hosts of their own: broken answers speak against a host.
  static constexpr int kHost = 20;

  Result<void> PutCrashing(System& system) {
    const std::string path = "/crash/" + std::to_string(++rounds_);
    const Generator& generator = system.generator();
    planted_.crashing += 1;
    return system.generator().Put({generator.UrlOn(kHost, path)});
  }

  Result<void> PutPages(System& system) {
    const std::string n = std::to_string(++rounds_);
    const Generator& generator = system.generator();
    return system.generator().Put({generator.UrlOn(kHost + 1, "/big/" + n),
                                   generator.UrlOn(kHost + 2, "/cut/" + n),
                                   generator.UrlOn(kHost + 3, "/binary/" + n)});
  }

  Result<void> PutUnreadable(System& system, pages::Dice& dice) {
    const std::string prefix = system.prefix();
    std::string garbage = "\xff\xff\x01 garbage " + std::to_string(dice.Next());
    auto put = system.services().Put(prefix + "tasks",
                                     "{\"task_id\": \"" + garbage + "\n");
    if (!put) return put;
    planted_.unreadable_tasks += 1;
    // An outcome of a page that nobody asked for would be an orphan, so it has
    // the ID of a task; that one's own outcome is the higher one.
    const std::string url = system.generator().UrlOn(0, "/ok/1");
    if (put = system.generator().Put({url}); !put) return put;
    const auto ledger = system.generator().Ledger();
    const auto of = std::find_if(
        ledger.begin(), ledger.end(),
        [&url](const auto& entry) { return entry.second.url == url; });
    const std::string owner = "newsmill-task-id=" + of->first;
    put = system.services().Put(prefix + "pages", garbage + "\n", owner);
    if (!put) return put;
    planted_.unreadable_records += 1;
    for (const char* topic : {"articles", "outcomes"}) {
      put = system.services().Put(prefix + topic, garbage + "\n");
      if (!put) return put;
      planted_.unreadable_records += 1;
    }
    return {};
  }

  int rounds_ = 0;
};

}  // namespace

std::vector<std::unique_ptr<Nemesis>> AllNemeses() {
  std::vector<std::unique_ptr<Nemesis>> all;
  all.push_back(std::make_unique<FrozenTransactions>());
  all.push_back(std::make_unique<FrozenWorkers>());
  all.push_back(std::make_unique<JoinAndLeave>());
  all.push_back(std::make_unique<KilledBroker>());
  all.push_back(std::make_unique<KilledDatabase>());
  all.push_back(std::make_unique<KilledWorkers>());
  all.push_back(std::make_unique<Poison>());
  return all;
}

}  // namespace newsmill::chaos
