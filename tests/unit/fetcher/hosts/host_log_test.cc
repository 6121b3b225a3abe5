#include "fetcher/hosts/host_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/registry.h"
#include "fetcher/hosts/orders.h"
#include "fetcher/hosts/read_topic.h"
#include "newsmill/v1/dead_letter.pb.h"
#include "tests/support/manual_clock.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

v1::HostState StateOf(const std::string& host, int64_t delay_ms = 0) {
  v1::HostState state;
  state.set_host(host);
  state.set_learned_delay_ms(delay_ms);
  return state;
}

// One worker's log, turned by the test.
struct Owner {
  Owner(Bus& bus, const Topics& topics, const Clock& clock)
      : log(bus, topics, clock, {"t.", 10s},
            {[this](TakenPartition t) { taken.push_back(std::move(t)); },
             [this](int32_t partition, uint64_t) {
               fenced.push_back(partition);
             },
             [this](const std::vector<v1::Order>& some) {
               orders.insert(orders.end(), some.begin(), some.end());
             },
             [this](const std::vector<std::string>& some) {
               died.insert(died.end(), some.begin(), some.end());
             }}) {}

  std::vector<std::string> HostsTaken() const {
    std::vector<std::string> hosts;
    for (const auto& each : taken) {
      for (const auto& state : each.states) hosts.push_back(state.host());
    }
    return hosts;
  }

  std::vector<TakenPartition> taken;
  std::vector<int32_t> fenced;
  std::vector<v1::Order> orders;
  std::vector<std::string> died;
  HostLog log;
};

class HostLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    config_.prefix = "t.";
    config_.tasks_partitions = 2;
    config_.data_dir = folder_.path().string();
    topics_ = std::make_unique<Topics>(config_, std::vector<Duration>{});
    auto bus = OpenBus(config_);
    ASSERT_TRUE(bus) << bus.error().message;
    bus_ = *std::move(bus);
    for (const TopicSpec& spec : topics_->specs) {
      ASSERT_TRUE(bus_->admin().CreateTopic(spec));
    }
  }

  std::unique_ptr<Owner> NewOwner() {
    return std::make_unique<Owner>(*bus_, *topics_, clock_);
  }
  // An owner that took partition 0 on, after whatever wait that needs.
  std::unique_ptr<Owner> OwnerOfZero() {
    auto owner = NewOwner();
    owner->log.Take({0});
    owner->log.Turn();
    clock_.Advance(5s);
    owner->log.Turn();
    EXPECT_EQ(owner->taken.size(), 1u);
    return owner;
  }
  // Turns until the release is written, on another thread, as a worker does.
  static void Release(Owner& owner, int32_t partition) {
    std::thread worker([&] { owner.log.Release({partition}, 30s); });
    std::atomic<bool> done = false;
    std::thread waiter([&] {
      worker.join();
      done = true;
    });
    while (!done) owner.log.Turn();
    waiter.join();
  }
  static std::optional<bool> Save(Owner& owner, const v1::HostState& state) {
    std::optional<bool> durable;
    owner.log.Save(0, state, [&](bool is) { durable = is; });
    owner.log.Turn();
    return durable;
  }
  void Order(const v1::Order& order) {
    auto producer = bus_->NewProducer({});
    (*producer)->Produce(EncodeOrder(order, topics_->control),
                         [](const Result<RecordMetadata>&) {});
    ASSERT_TRUE((*producer)->Flush(30s));
  }

  process::TempFolder folder_;
  BusConfig config_;
  ManualClock clock_;
  std::unique_ptr<Topics> topics_;
  std::unique_ptr<Bus> bus_;
};

TEST_F(HostLogTest, WhatNobodyEverOwnedIsTakenAtOnce) {
  const auto owner = NewOwner();
  const uint64_t take = owner->log.Take({0, 1});
  owner->log.Turn();
  ASSERT_EQ(owner->taken.size(), 2u);
  EXPECT_EQ(owner->taken[0].take, take);
  EXPECT_THAT(owner->HostsTaken(), IsEmpty());
}

TEST_F(HostLogTest, ASuccessorOfAKilledOwnerWaitsHalfASessionAndKnowsAll) {
  {
    const auto killed = OwnerOfZero();
    EXPECT_EQ(Save(*killed, StateOf("a.example", 2000)), true);
    EXPECT_EQ(Save(*killed, StateOf("a.example", 4000)), true);
  }
  const auto owner = NewOwner();
  owner->log.Take({0});
  owner->log.Turn();
  clock_.Advance(5s - 1ms);
  owner->log.Turn();
  EXPECT_THAT(owner->taken, IsEmpty()) << "the former owner may still ask";
  clock_.Advance(1ms);
  owner->log.Turn();
  ASSERT_EQ(owner->taken.size(), 1u);
  ASSERT_THAT(owner->HostsTaken(), ElementsAre("a.example"));
  EXPECT_EQ(owner->taken[0].states[0].learned_delay_ms(), 4000);
}

TEST_F(HostLogTest, ASuccessorOfAnOwnerThatLetGoNeedNotWait) {
  const auto former = OwnerOfZero();
  Release(*former, 0);
  const auto owner = NewOwner();
  owner->log.Take({0});
  owner->log.Turn();
  EXPECT_EQ(owner->taken.size(), 1u);
}

TEST_F(HostLogTest, WhatWaitsToBeWrittenIsWrittenBeforeLettingGo) {
  const auto former = OwnerOfZero();
  former->log.Save(0, StateOf("a.example", 2000), {});
  Release(*former, 0);
  const auto owner = NewOwner();
  owner->log.Take({0});
  owner->log.Turn();
  EXPECT_THAT(owner->HostsTaken(), ElementsAre("a.example"));
}

TEST_F(HostLogTest, AFormerOwnersLateRecordErasesNothing) {
  const auto former = OwnerOfZero();
  const auto owner = OwnerOfZero();
  EXPECT_EQ(Save(*owner, StateOf("a.example", 9000)), true);
  EXPECT_EQ(Save(*former, StateOf("a.example", 1000)), false);
  EXPECT_THAT(former->fenced, ElementsAre(0));

  const auto next = OwnerOfZero();
  ASSERT_EQ(next->taken.at(0).states.size(), 1u);
  EXPECT_EQ(next->taken[0].states[0].learned_delay_ms(), 9000);
}

TEST_F(HostLogTest, AFormerOwnerCannotSayThatThePresentOneLetGo) {
  const auto former = OwnerOfZero();
  const auto owner = OwnerOfZero();
  Release(*former, 0);
  const auto next = NewOwner();
  next->log.Take({0});
  next->log.Turn();
  EXPECT_THAT(next->taken, IsEmpty());
}

TEST_F(HostLogTest, AnOwnerThatIsFencedWhileItWaitsIsTold) {
  const auto killed = OwnerOfZero();
  const auto waiting = NewOwner();
  waiting->log.Take({0});
  waiting->log.Turn();
  const auto owner = NewOwner();
  owner->log.Take({0});
  owner->log.Turn();
  clock_.Advance(5s);
  waiting->log.Turn();
  EXPECT_THAT(waiting->taken, IsEmpty());
  EXPECT_THAT(waiting->fenced, ElementsAre(0));
  owner->log.Turn();
  EXPECT_EQ(owner->taken.size(), 1u);
}

TEST_F(HostLogTest, WhatIsNotOursIsNotWritten) {
  const auto owner = NewOwner();
  EXPECT_EQ(Save(*owner, StateOf("a.example")), false);
}

TEST_F(HostLogTest, WhatWasDroppedIsNotWritten) {
  const auto owner = OwnerOfZero();
  owner->log.Drop({0});
  EXPECT_EQ(Save(*owner, StateOf("a.example", 2000)), false);
}

TEST_F(HostLogTest, SeveralStatesOfAHostThatWaitAreOneRecord) {
  const auto owner = OwnerOfZero();
  int durable = 0;
  for (int i = 1; i <= 5; ++i) {
    owner->log.Save(0, StateOf("a.example", i),
                    [&](bool is) { durable += is; });
  }
  owner->log.Turn();
  EXPECT_EQ(durable, 5);
  std::vector<int64_t> delays;
  ASSERT_TRUE(ReadToEnd(*bus_, {{topics_->hosts, 0}}, 30s, Clock::System(),
                        [&](const Message& message) {
                          v1::HostState state;
                          ASSERT_TRUE(state.ParseFromString(message.value));
                          if (!state.host().empty())
                            delays.push_back(state.learned_delay_ms());
                        }));
  EXPECT_THAT(delays, ElementsAre(5));
}

TEST_F(HostLogTest, AHostOfWhichNothingIsKnownIsTakenBackFromTheLog) {
  const auto owner = OwnerOfZero();
  EXPECT_EQ(Save(*owner, StateOf("a.example", 2000)), true);
  EXPECT_EQ(Save(*owner, StateOf("b.example", 2000)), true);
  EXPECT_EQ(Save(*owner, StateOf("a.example")), true);
  EXPECT_THAT(OwnerOfZero()->HostsTaken(), ElementsAre("b.example"));
  // With an empty value, which compaction drops as a whole.
  std::optional<std::string> last;
  ASSERT_TRUE(ReadToEnd(*bus_, {{topics_->hosts, 0}}, 30s, Clock::System(),
                        [&](const Message& message) {
                          if (message.key == "a.example") last = message.value;
                        }));
  EXPECT_EQ(last, "");
}

TEST_F(HostLogTest, AStateTheLogFindsTooLargeIsKeptWithoutItsRobotsCopy) {
  const auto owner = OwnerOfZero();
  v1::HostState state = StateOf("a.example", 2000);
  state.add_robots()->set_body(std::string(size_t{2} << 20, 'x'));
  std::optional<bool> durable;
  owner->log.Save(0, state, [&](bool is) { durable = is; });
  owner->log.Turn();
  clock_.Advance(30s);
  owner->log.Turn();
  EXPECT_EQ(durable, true);
  const auto next = OwnerOfZero();
  ASSERT_THAT(next->HostsTaken(), ElementsAre("a.example"));
  EXPECT_TRUE(next->taken[0].states[0].robots().empty());
}

TEST_F(HostLogTest, OrdersAreReadWholeBeforeAnyHostIsAsked) {
  v1::Order order;
  order.set_kind(v1::Order::HOLD);
  order.set_action(v1::Order::PAUSE);
  order.set_host("a.example");
  Order(order);
  const auto owner = NewOwner();
  owner->log.Take({0});
  owner->log.Turn();
  owner->log.Turn();
  ASSERT_EQ(owner->orders.size(), 1u);
  EXPECT_EQ(owner->orders[0].host(), "a.example");
  EXPECT_EQ(owner->taken.size(), 1u);
}

TEST_F(HostLogTest, ANewOrderArrivesWithinASecond) {
  const auto owner = OwnerOfZero();
  EXPECT_THAT(owner->orders, IsEmpty());
  v1::Order order;
  order.set_kind(v1::Order::HOLD);
  order.set_action(v1::Order::BLOCK);
  order.set_site("gazette");
  Order(order);
  clock_.Advance(1s);
  owner->log.Turn();
  ASSERT_EQ(owner->orders.size(), 1u);
  EXPECT_EQ(owner->orders[0].site(), "gazette");
}

// Pages that were seen.

v1::SeenPage SeenPage(const std::string& key, const std::string& task) {
  v1::SeenPage page;
  page.set_article_key(key);
  page.set_task_id(task);
  return page;
}

TEST_F(HostLogTest, PagesAreWrittenSoonAndReadByTheNextOwner) {
  {
    const auto owner = OwnerOfZero();
    owner->log.Remember(0, SeenPage("a", "first"));
    owner->log.Remember(0, SeenPage("a", "second"));
    owner->log.Remember(0, SeenPage("b", "third"));
    owner->log.Turn();
    clock_.Advance(1s);
    owner->log.Turn();
  }
  const auto next = OwnerOfZero();
  ASSERT_EQ(next->taken.size(), 1u);
  std::map<std::string, std::string> seen;
  for (const auto& page : next->taken[0].seen) {
    seen[page.article_key()] = page.task_id();
  }
  EXPECT_THAT(seen, ElementsAre(Pair("a", "second"), Pair("b", "third")));
}

TEST_F(HostLogTest, PagesGoWithTheNextStateOrWithTheRelease) {
  const auto owner = OwnerOfZero();
  owner->log.Remember(0, SeenPage("a", "first"));
  EXPECT_EQ(Save(*owner, StateOf("a.example")), true);
  owner->log.Remember(0, SeenPage("b", "second"));
  Release(*owner, 0);
  EXPECT_EQ(OwnerOfZero()->taken.at(0).seen.size(), 2u);
}

TEST_F(HostLogTest, AFormerOwnersPageReplacesNoNewerOne) {
  const auto former = OwnerOfZero();
  former->log.Remember(0, SeenPage("a", "late"));
  former->log.Turn();
  const auto owner = OwnerOfZero();
  owner->log.Remember(0, SeenPage("a", "newer"));
  EXPECT_EQ(Save(*owner, StateOf("a.example")), true);
  clock_.Advance(2s);
  former->log.Turn();
  EXPECT_THAT(former->fenced, ElementsAre(0));
  const auto next = OwnerOfZero();
  ASSERT_EQ(next->taken.at(0).seen.size(), 1u);
  EXPECT_EQ(next->taken[0].seen[0].task_id(), "newer");
}

// Revisits.

v1::PlannedRevisit PlanOf(const std::string& key) {
  v1::PlannedRevisit plan;
  plan.set_article_key(key);
  plan.set_chain("chain");
  plan.set_round(1);
  return plan;
}

TEST_F(HostLogTest, APlanIsDurableBeforeItIsTold) {
  const auto owner = OwnerOfZero();
  std::optional<bool> durable;
  owner->log.Plan(0, PlanOf("a"), std::nullopt, [&](bool is) { durable = is; });
  EXPECT_FALSE(durable);
  owner->log.Turn();
  EXPECT_EQ(durable, true);
  const auto next = OwnerOfZero();
  ASSERT_EQ(next->taken.at(0).revisits.size(), 1u);
  EXPECT_EQ(next->taken[0].revisits[0].chain(), "chain");
}

TEST_F(HostLogTest, AFormerOwnerPutsNoTask) {
  const auto former = OwnerOfZero();
  const auto owner = OwnerOfZero();
  v1::FetchTask task;
  task.set_task_id("next");
  task.set_url("http://a.example/1");
  const auto ends = [&] {
    int64_t end = 0;
    for (int32_t i = 0; i < 2; ++i) {
      const TopicPartition tasks{topics_->tasks, i};
      end += bus_->admin().FetchWatermarks({tasks})->at(tasks).end;
    }
    return end;
  };
  std::optional<bool> durable;
  former->log.Plan(0, PlanOf("a"), task, [&](bool is) { durable = is; });
  former->log.Turn();
  EXPECT_EQ(durable, false);
  EXPECT_EQ(ends(), 0);
  owner->log.Plan(0, PlanOf("a"), task, [&](bool is) { durable = is; });
  owner->log.Turn();
  EXPECT_EQ(durable, true);
  EXPECT_EQ(ends(), 1);
}

// Dead letters.

TEST_F(HostLogTest, TasksWhosePageDiedAreToldBeforeAnyHostIsAsked) {
  auto producer = bus_->NewProducer({});
  const auto bury = [&](const std::string& task, v1::Stage stage) {
    v1::DeadLetter letter;
    letter.set_task_id(task);
    letter.set_stage(stage);
    Record record;
    record.topic = topics_->dead;
    record.value = letter.SerializeAsString();
    (*producer)->Produce(std::move(record),
                         [](const Result<RecordMetadata>&) {});
    ASSERT_TRUE((*producer)->Flush(30s));
  };
  bury("crashed", v1::STAGE_PARSER);
  bury("unreachable", v1::STAGE_FETCHER);
  const auto owner = OwnerOfZero();
  EXPECT_THAT(owner->died, ElementsAre("crashed"));
  bury("refused", v1::STAGE_SINK);
  clock_.Advance(kLookForOrders);
  owner->log.Turn();
  EXPECT_THAT(owner->died, ElementsAre("crashed", "refused"));
}

}  // namespace
}  // namespace newsmill
