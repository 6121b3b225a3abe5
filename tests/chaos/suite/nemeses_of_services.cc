#include <utility>

#include "tests/chaos/suite/nemesis.h"

namespace newsmill::chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::TcpProxy;

bool Before(steady_clock::time_point end) { return steady_clock::now() < end; }

// Beyond the session, so that another has taken over.
constexpr Duration kBeyond = seconds(3);

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

// kill -9 of PostgreSQL between a COMMIT and its answer.
class KilledAtCommit final : public Nemesis {
 public:
  std::string name() const override {
    return "kill -9 of PostgreSQL at COMMIT";
  }
  Result<void> Strike(System& system, pages::Dice&, Duration time) override {
    // CommandComplete, with its length, as the protocol has it.
    const std::string committed(
        "C\0\0\0\x0b"
        "COMMIT\0",
        12);
    const auto end = steady_clock::now() + time;
    TcpProxy& proxy = system.services().postgres_proxy();
    do {
      proxy.KeepBack(committed);
      const auto kept = proxy.AwaitKeptBack(std::chrono::minutes(2));
      if (!kept) return Error{Code::kTimedOut, "no sink has committed"};
      system.services().postgres().Kill9();
      proxy.Cut();
      if (auto up = system.services().postgres().Resume(); !up) return up;
      if (auto passed = system.Pass(seconds(2)); !passed) return passed;
    } while (Before(end));
    return {};
  }
};

// What lies between the workers and broker or database: the one or the other.
class Network : public Nemesis {
 public:
  Network(std::string name, TcpProxy::Weather weather)
      : name_(std::move(name)), weather_(weather) {}
  std::string name() const override { return name_; }
  Result<void> Strike(System& system, pages::Dice& dice,
                      Duration time) override {
    TcpProxy* proxies[] = {&system.services().broker_proxy(),
                           &system.services().postgres_proxy()};
    const auto half = time / 2;
    if (dice.Below(2) == 0) std::swap(proxies[0], proxies[1]);
    for (TcpProxy* proxy : proxies) {
      const Result<void> done = Harm(system, *proxy, dice, half);
      proxy->Set({});
      if (!done) return done;
    }
    return {};
  }

 protected:
  virtual Result<void> Harm(System& system, TcpProxy& proxy, pages::Dice&,
                            Duration time) {
    proxy.Set(weather_);
    return system.Pass(time);
  }

 private:
  const std::string name_;
  const TcpProxy::Weather weather_;
};

class CutNetwork final : public Network {
 public:
  CutNetwork() : Network("network: cut", {}) {}

 private:
  Result<void> Harm(System& system, TcpProxy& proxy, pages::Dice& dice,
                    Duration time) override {
    const auto end = steady_clock::now() + time;
    do {
      // At times nobody comes through for a while.
      proxy.Set({.closed = dice.Below(3) == 0});
      proxy.Cut();
      const milliseconds until_next(dice.Between(100, 1500));
      if (auto passed = system.Pass(until_next); !passed) return passed;
    } while (Before(end));
    return {};
  }
};

class HalfOpenNetwork final : public Network {
 public:
  HalfOpenNetwork() : Network("network: half-open", {}) {}

 private:
  Result<void> Harm(System& system, TcpProxy& proxy, pages::Dice&,
                    Duration time) override {
    const auto end = steady_clock::now() + time;
    do {
      proxy.HalfOpen();
      auto passed = system.Pass(system.session_timeout() + kBeyond);
      // As a host that comes back: it does not know these connections.
      proxy.Cut();
      if (!passed) return passed;
      if (passed = system.Pass(seconds(1)); !passed) return passed;
    } while (Before(end));
    return {};
  }
};

}  // namespace

void AddNemesesOfServices(std::vector<std::unique_ptr<Nemesis>>* all) {
  all->push_back(std::make_unique<KilledAtCommit>());
  all->push_back(std::make_unique<KilledBroker>());
  all->push_back(std::make_unique<KilledDatabase>());
  all->push_back(std::make_unique<CutNetwork>());
  all->push_back(std::make_unique<HalfOpenNetwork>());
  all->push_back(std::make_unique<Network>(
      "network: 2 s late", TcpProxy::Weather{.delay = seconds(2)}));
  all->push_back(std::make_unique<Network>(
      "network: 10 KB/s", TcpProxy::Weather{.bytes_per_second = 10'000}));
}

}  // namespace newsmill::chaos
