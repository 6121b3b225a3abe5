// A sink over a real store, with rows in its batches that the store refuses,
// and with a store that is in trouble.

#include <sys/resource.h>

#include <csignal>

#include "core/flow/settlement_queue.h"
#include "core/flow/task_codec.h"
#include "sink/postgres/connection.h"
#include "sink/sink_handler.h"
#include "sink/sqlite/database.h"
#include "tests/contract/store_fixture.h"
#include "tests/support/fake_bus.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kDeadRows[] =
    "SELECT reason, record_offset FROM dead_letters"
    " ORDER BY topic, record_offset";

class QuietPort : public WorkerPort {
 public:
  bool IsFresh(const TopicPartition&) const override { return true; }
  void Reclaim(std::vector<TopicPartition>) override {}
  void Stop(Error error) override { stopped = error; }
  void Wake() override {}

  std::optional<Error> stopped;
};

class BadRow : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    config_.batch_rows = 1000;  // flushed by the tests alone
    config_.session_timeout = 2s;
    store_ = Open();
    ASSERT_NE(store_, nullptr);
    bus_.CreateTopics(topics_);
    handler_ = std::make_unique<SinkHandler>(config_, bus_, topics_, sites_,
                                             *store_, clock_);
    handler_->Attach(port_);
    ASSERT_TRUE(handler_->Assigned(
        {{topics_.articles, 0}, {topics_.outcomes, 0}, {topics_.tasks, 0}}));
  }

  void Hand(const std::string& topic, const std::string& value,
            std::vector<Header> headers = {}) {
    Message message;
    message.topic = topic;
    message.value = value;
    message.headers = std::move(headers);
    message.offset = bus_.Append({topic, 0}, message);
    message.append_time = clock_.Now();
    handler_->Handle(Delivery(std::move(message), 1, queue_));
  }
  void HandArticle(const v1::Article& article) {
    Hand(topics_.articles, article.SerializeAsString(),
         {{kTaskIdHeader, article.task_id()}});
  }
  void HandOutcome(const v1::Outcome& outcome) {
    Hand(topics_.outcomes, outcome.SerializeAsString(),
         {{kTaskIdHeader, outcome.task_id()}});
  }

  std::vector<std::string> Keys() {
    return Sql("SELECT article_key FROM articles ORDER BY article_key");
  }
  void ExpectAllStoredOnceItIsWell() {
    clock_.Advance(1min);
    handler_->Tick(clock_.Uptime());
    EXPECT_THAT(Keys(), ElementsAre("a", "b"));
    EXPECT_THAT(Sql(kDeadRows), IsEmpty());
    EXPECT_EQ(Acked(), 2u);
    EXPECT_FALSE(port_.stopped);
    EXPECT_TRUE(handler_->HasRoom({topics_.articles, 0}));
  }
  size_t Acked() {
    size_t acked = 0;
    for (const Settlement& settled : queue_->Take())
      if (settled.kind == Settlement::Kind::kAck) ++acked;
    return acked;
  }

  ManualClock clock_;
  FakeBus bus_{clock_};
  const Topics topics_{BusConfig(), {}};
  SiteCatalogue sites_;
  QuietPort port_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<SettlementQueue> queue_ = std::make_shared<SettlementQueue>();
  std::unique_ptr<SinkHandler> handler_;
};

TEST_P(BadRow, AmongGoodOnesIsFoundWhereverItStands) {
  for (int i = 0; i < 40; ++i) {
    v1::Article article =
        MakeArticle("key-" + std::to_string(100 + i), 10, "a");
    // The first, the last and two neighbours have keys that no index holds.
    if (i == 0 || i == 20 || i == 21 || i == 39)
      article.set_article_key(std::string(3000, 'k'));
    HandArticle(article);
  }
  handler_->Drain();
  EXPECT_EQ(Keys().size(), 36u);
  EXPECT_THAT(Sql(kDeadRows), ElementsAre("ROW_REFUSED|0", "ROW_REFUSED|20",
                                          "ROW_REFUSED|21", "ROW_REFUSED|39"));
  EXPECT_THAT(Sql("SELECT kind, count(*) FROM ledger GROUP BY kind"),
              UnorderedElementsAre("STORED|36", "DEAD|4"));
  EXPECT_EQ(Acked(), 40u);
  EXPECT_FALSE(port_.stopped);
}

TEST_P(BadRow, OfEveryTopicIsTheOnlyOneThatDies) {
  HandArticle(MakeArticle("", 10, "a"));  // a key must be there
  HandArticle(MakeArticle("good", 10, "a"));
  HandOutcome(
      MakeOutcome(std::string(3000, 't'), v1::GONE, v1::REASON_HTTP_NOT_FOUND));
  HandOutcome(MakeOutcome("t-1", v1::GONE, v1::REASON_HTTP_NOT_FOUND));
  Hand(topics_.tasks, "https://news.example/1");
  handler_->Drain();
  EXPECT_THAT(Keys(), ElementsAre("good"));
  EXPECT_THAT(Sql(kDeadRows), ElementsAre("ROW_REFUSED|0", "ROW_REFUSED|0"));
  EXPECT_THAT(Sql("SELECT count(*) FROM ledger WHERE accepted_at IS NOT NULL"),
              ElementsAre("1"));
  EXPECT_THAT(Sql("SELECT kind FROM ledger WHERE task_id = 't-1'"),
              ElementsAre("GONE"));
  EXPECT_EQ(Acked(), 5u);
}

TEST_P(BadRow, RefusedByAConstraintOfTheDatabasesOwnerIsADeadLetter) {
  if (GetParam() == "postgres")
    Sql("ALTER TABLE articles ADD CHECK (headline <> '标题 forbidden')");
  else
    Sql("CREATE TRIGGER no_such BEFORE INSERT ON articles"
        " WHEN NEW.headline = '标题 forbidden'"
        " BEGIN SELECT RAISE(ABORT, 'not here'); END");
  HandArticle(MakeArticle("a", 10, "x"));
  HandArticle(MakeArticle("b", 10, "forbidden"));
  HandArticle(MakeArticle("c", 10, "x"));
  handler_->Drain();
  EXPECT_THAT(Keys(), ElementsAre("a", "c"));
  EXPECT_THAT(Sql(kDeadRows), ElementsAre("ROW_REFUSED|1"));
}

TEST_P(BadRow, WithNulCharactersIsStoredWithoutThem) {
  v1::Article article = MakeArticle("nul", 10, "a");
  article.set_headline(std::string("a\0b", 3));
  article.add_keywords(std::string("c\0d", 3));
  HandArticle(article);
  handler_->Drain();
  EXPECT_THAT(Sql("SELECT headline FROM articles"), ElementsAre("ab"));
  EXPECT_THAT(Sql(kDeadRows), IsEmpty());
}

TEST_P(BadRow, OfBytesThatAreNoTextIsADeadLetterThatCanBeReadAgain) {
  // 0x0a is an article_key of two bytes that are not UTF-8.
  Hand(topics_.articles, "\x0a\x02\xff\xfe",
       {{"made-by", "\xff\xfe"}, {kTaskIdHeader, "task-\xff"}});
  HandArticle(MakeArticle("good", 10, "a"));
  handler_->Drain();
  EXPECT_THAT(Keys(), ElementsAre("good"));
  EXPECT_THAT(Sql(kDeadRows), ElementsAre("MALFORMED_RECORD|0"));
  std::vector<std::string> values;
  const auto reader = Reader();
  ASSERT_TRUE(reader->VisitDead({}, [&](int64_t, const v1::DeadLetter& dead) {
    values.push_back(dead.value());
    EXPECT_EQ(dead.headers(0).value(), "\ufffd\ufffd");
    return true;
  }));
  EXPECT_THAT(values, ElementsAre("\x0a\x02\xff\xfe"));
}

// What another session holds while this lives.
class TableLock {
 public:
  TableLock(const SinkConfig& config, const std::string& dir) {
    if (config.backend == "postgres") {
      postgres::ConnectionOptions options;
      options.url = config.url;
      options.schema = config.schema;
      auto session = postgres::Connection::Open(options);
      EXPECT_TRUE(session && (*session)->Execute("BEGIN; LOCK TABLE articles"));
      if (session) session_ = std::move(*session);
      return;
    }
    auto database = sqlite::Database::Open(dir + "/store.db",
                                           sqlite::Database::Mode::kReadWrite);
    EXPECT_TRUE(database && (*database)->Execute("BEGIN IMMEDIATE"));
    if (database) database_ = std::move(*database);
  }

 private:
  std::unique_ptr<postgres::Connection> session_;
  std::unique_ptr<sqlite::Database> database_;
};

TEST_P(BadRow, IsNoneWhereTheStoreIsInTrouble) {
  HandArticle(MakeArticle("a", 10, "x"));
  HandArticle(MakeArticle("b", 10, "x"));
  {
    const TableLock lock(config_, dir_);
    handler_->Drain();
    EXPECT_FALSE(handler_->HasRoom({topics_.articles, 0}));
    EXPECT_NE(handler_->NotReadyBecause(), "");
    EXPECT_EQ(Acked(), 0u);
  }
  ExpectAllStoredOnceItIsWell();
}

// No file may grow: what a full disk does to SQLite.
class NoRoomToWrite {
 public:
  NoRoomToWrite() {
    former_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &former_);
    rlimit none = former_;
    none.rlim_cur = 1;
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~NoRoomToWrite() {
    setrlimit(RLIMIT_FSIZE, &former_);
    (void)std::signal(SIGXFSZ, former_handler_);
  }

 private:
  rlimit former_{};
  void (*former_handler_)(int) = nullptr;
};

using BadRowOnAFullDisk = BadRow;

TEST_P(BadRowOnAFullDisk, IsNone) {
  HandArticle(MakeArticle("a", 10, "x"));
  HandArticle(MakeArticle("b", 10, "x"));
  {
    const NoRoomToWrite full;
    handler_->Drain();
  }
  EXPECT_NE(handler_->NotReadyBecause(), "");
  EXPECT_EQ(Acked(), 0u);
  ExpectAllStoredOnceItIsWell();
}

INSTANTIATE_TEST_SUITE_P(Of, BadRowOnAFullDisk, ::testing::Values("sqlite"));
INSTANTIATE_TEST_SUITE_P(Every, BadRow, ::testing::ValuesIn(StoreBackends()),
                         [](const auto& backend) { return backend.param; });

}  // namespace
}  // namespace newsmill
