#include <sstream>

#include <nlohmann/json.hpp>

#include "sink/postgres/connection.h"
#include "tests/chaos/suite/nemesis.h"

namespace newsmill::chaos {
namespace {

using e2e::WorkerProcess;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

bool Before(steady_clock::time_point end) { return steady_clock::now() < end; }

constexpr Duration kPatience = std::chrono::minutes(3);

Result<std::string> Do(System& system, std::vector<std::string> command) {
  const std::string what = command[0] + " " + command[1];
  const auto done =
      system.pipeline().Command(std::move(command), "", kPatience);
  if (!done) return done.error();
  if (done->status.Succeeded()) return done->output;
  return Error{Code::kInternal, "newsmill " + what + ": " +
                                    done->status.ToString() + "\n" +
                                    done->output + done->errors};
}

Result<void> LeaveAll(System& system, const std::string& kind) {
  return system.Leave(kind, system.Of(kind).size());
}

Result<void> JoinAll(System& system, const std::string& kind) {
  for (int i = 0; i < system.workers(); ++i) {
    if (auto joined = system.Join(kind); !joined) return joined;
  }
  return {};
}

// One fetcher's clock is two hours ahead, then two hours behind.
class WrongClock final : public Nemesis {
 public:
  std::string name() const override { return "a clock 2 h off"; }
  Result<void> Strike(System& system, pages::Dice& dice,
                      Duration time) override {
    const auto fetchers = system.Of("fetcher");
    WorkerProcess& fetcher = *dice.Pick(fetchers);
    for (const char* seconds_off : {"7200", "-7200"}) {
      if (auto set = system.SetClock(fetcher, seconds_off); !set) return set;
      // It has to take its place first.
      auto passed = system.Pass(system.session_timeout() + time / 2);
      if (!passed) return passed;
    }
    return system.Kill(fetcher);
  }
};

// What was fetched until now is parsed again while more comes in.
class Replayed final : public Nemesis {
 public:
  std::string name() const override { return "a replay beside live work"; }
  Result<void> Strike(System& system, pages::Dice& dice,
                      Duration time) override {
    const auto end = steady_clock::now() + time;
    do {
      const std::string name = "chaos-" + std::to_string(++rounds_);
      const std::string prefix =
          system.generator().UrlOn(dice.Between(0, 7), "/ok/");
      const auto planned =
          Do(system, {"replay", "plan", "pages", "--from", "1d", "--url-prefix",
                      prefix, "--name", name});
      if (!planned) return planned.error();
      const auto run = Do(system, {"replay", "run", name});
      if (!run) return run.error();
      if (auto passed = system.Pass(seconds(1)); !passed) return passed;
    } while (Before(end));
    return {};
  }

 private:
  int rounds_ = 0;
};

// `articles` is deleted and made again while fetchers work on; the sinks refuse
// it, and somebody tells them where to go on.
class TopicMadeAgain final : public Nemesis {
 public:
  std::string name() const override { return "a topic made again"; }
  Result<void> Strike(System& system, pages::Dice&, Duration time) override {
    if (auto read = AwaitRead(system, false); !read) return read;
    if (auto left = LeaveAll(system, "parser"); !left) return left;
    if (auto read = AwaitRead(system, true); !read) return read;
    if (auto left = LeaveAll(system, "sink"); !left) return left;
    const testing::KafkaBroker& broker = system.services().broker();
    const auto deleted =
        broker.Tool({"org.apache.kafka.tools.TopicCommand",
                     "--bootstrap-server", broker.bootstrap(), "--delete",
                     "--topic", system.prefix() + "articles"});
    if (!deleted) return deleted.error();
    if (!deleted->status.Succeeded()) {
      return Error{Code::kInternal, deleted->output + deleted->errors};
    }
    if (auto made = MakeTopics(system); !made) return made;
    if (auto joined = JoinAll(system, "parser"); !joined) return joined;
    if (auto joined = JoinAll(system, "sink"); !joined) return joined;
    if (auto passed = system.Pass(time); !passed) return passed;
    if (auto refused = AwaitRefusal(system); !refused) return refused;
    if (auto left = LeaveAll(system, "sink"); !left) return left;
    const auto reset =
        Do(system, {"offsets", "reset", "--topic", "articles", "--apply"});
    if (!reset) return reset.error();
    return JoinAll(system, "sink");
  }

 private:
  // A topic that is being deleted is there for a while.
  static Result<void> MakeTopics(System& system) {
    Result<std::string> made = Error{Code::kTimedOut, "no topics"};
    const auto by = steady_clock::now() + kPatience;
    while (!made && Before(by)) {
      made = Do(system, {"topics", "create"});
      if (made) made = Do(system, {"topics", "check"});
      if (auto passed = system.Pass(milliseconds(500)); !passed) return passed;
    }
    if (!made) return made.error();
    return {};
  }

  // The sinks have read something of the topic, or all of it.
  static Result<void> AwaitRead(System& system, bool all) {
    const auto by = steady_clock::now() + kPatience;
    while (Before(by)) {
      const auto shown =
          system.pipeline().Command({"offsets", "show", "--json"});
      if (!shown) return shown.error();
      int64_t behind = 0, read = 0;
      std::istringstream lines(shown->output);
      for (std::string line; std::getline(lines, line);) {
        const auto row = nlohmann::json::parse(line, nullptr, false);
        if (row.is_discarded() ||
            row["topic"] != system.prefix() + "articles") {
          continue;
        }
        const int64_t begin = row["begin"], end = row["end"];
        const int64_t next =
            row["next"].is_null() ? begin : int64_t{row["next"]};
        behind += end - next;
        read += next;
      }
      if (shown->status.Succeeded() && read > 0 && (!all || behind == 0)) {
        return {};
      }
      if (auto passed = system.Pass(milliseconds(300)); !passed) return passed;
    }
    return Error{Code::kTimedOut,
                 "the sinks do not read `articles` to its end"};
  }

  static Result<void> AwaitRefusal(System& system) {
    const auto by = steady_clock::now() + kPatience;
    while (Before(by)) {
      for (const WorkerProcess* sink : system.Of("sink")) {
        if (e2e::Pipeline::Metric(*sink, "newsmill_sink_stopped_partitions") >
            0) {
          return {};
        }
      }
      if (auto passed = system.Pass(milliseconds(300)); !passed) return passed;
    }
    return Error{Code::kInternal, "no sink refuses the topic made again"};
  }
};

// The database goes back to what it was before the last tasks.
class DatabaseRestored final : public Nemesis {
 public:
  std::string name() const override { return "a database restored"; }
  Result<void> Strike(System& system, pages::Dice&, Duration time) override {
    testing::PostgresCluster& postgres = system.services().postgres();
    if (auto left = LeaveAll(system, "sink"); !left) return left;
    if (auto stopped = postgres.Stop(); !stopped) return stopped;
    if (auto saved = postgres.Save(); !saved) return saved;
    if (auto up = postgres.Resume(); !up) return up;
    // For less than the minute after which sinks would trim `tasks`.
    if (auto joined = JoinAll(system, "sink"); !joined) return joined;
    auto passed = system.Pass(system.session_timeout() + time);
    if (!passed) return passed;
    if (auto left = LeaveAll(system, "sink"); !left) return left;
    // What the triggers saw goes with the rest.
    if (auto harm = system.NoHarmYet(); !harm) return harm;
    if (auto stopped = postgres.Stop(); !stopped) return stopped;
    if (auto restored = postgres.Restore(); !restored) return restored;
    if (auto up = postgres.Resume(); !up) return up;
    const auto fits = Do(system, {"offsets", "show"});
    if (!fits) return fits.error();
    return JoinAll(system, "sink");
  }
};

}  // namespace

void AddNemesesOfOperators(std::vector<std::unique_ptr<Nemesis>>* all) {
  all->push_back(std::make_unique<WrongClock>());
  all->push_back(std::make_unique<DatabaseRestored>());
  all->push_back(std::make_unique<Replayed>());
  all->push_back(std::make_unique<TopicMadeAgain>());
}

}  // namespace newsmill::chaos
