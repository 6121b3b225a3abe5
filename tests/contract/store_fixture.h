#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sink/registry.h"
#include "tests/support/postgres/postgres_cluster.h"

// What every test over a real store needs: an empty one, and short ways to make
// records.

namespace newsmill {

inline Timestamp At(int64_t seconds) {
  return Timestamp(std::chrono::seconds(1'800'000'000 + seconds));
}

inline v1::Article MakeArticle(const std::string& key, int64_t fetched,
                               const std::string& hash,
                               const std::string& body = "正文") {
  v1::Article article;
  article.set_article_key(key);
  article.set_site("example");
  article.set_url("https://news.example/" + key);
  article.set_task_id("task-" + key + "-" + std::to_string(fetched));
  *article.mutable_fetched_at() = ToProto(At(fetched));
  article.set_parse_generation(1);
  article.set_content_hash(hash);
  article.set_headline("标题 " + hash);
  article.set_article_body(body);
  return article;
}

inline v1::Outcome MakeOutcome(const std::string& task, v1::OutcomeKind kind,
                               v1::Reason reason) {
  v1::Outcome outcome;
  outcome.set_task_id(task);
  outcome.set_kind(kind);
  outcome.set_reason(reason);
  outcome.set_stage(v1::STAGE_PARSER);
  return outcome;
}

inline v1::Outcome AboutArticle(v1::Outcome outcome, const std::string& key,
                                int64_t fetched) {
  outcome.set_article_key(key);
  outcome.set_site("example");
  *outcome.mutable_fetched_at() = ToProto(At(fetched));
  return outcome;
}

inline AcceptedTask MakeAccepted(const std::string& task,
                                 const std::string& target, int64_t offset) {
  AcceptedTask accepted;
  accepted.task.set_task_id(task);
  accepted.task.set_target(target);
  accepted.task.set_requested_url("https://news.example/" + target);
  accepted.task.set_site("example");
  accepted.accepted_at = At(offset);
  accepted.where = {"tasks", 0};
  accepted.offset = offset;
  return accepted;
}

inline v1::DeadLetter MakeDead(int64_t offset, v1::Reason reason) {
  v1::DeadLetter dead;
  dead.set_task_id("dead-" + std::to_string(offset));
  dead.set_stage(v1::STAGE_PARSER);
  dead.set_reason(reason);
  dead.set_topic("pages");
  dead.set_partition(1);
  dead.set_offset(offset);
  *dead.mutable_appended_at() = ToProto(At(offset));
  dead.set_value("bytes");
  return dead;
}

// One partition's owner: claims, and moves the offset by the size of a batch.
class Owner {
 public:
  explicit Owner(Store& store, TopicPartition partition = {"articles", 0})
      : store_(store), partition_(std::move(partition)) {}

  Claimed Claim(const std::string& cluster = "cluster-a") {
    Result<Claimed> claimed = store_.Claim(partition_, cluster);
    EXPECT_TRUE(claimed) << (claimed ? "" : claimed.error().message);
    if (!claimed) return {};
    epoch_ = claimed->epoch;
    next_ = claimed->next.value_or(0);
    return *claimed;
  }

  OffsetMove Move(int64_t by) const {
    return {partition_,
            next_,
            next_ + by,
            epoch_,
            {next_ + by - 1, At(next_ + by - 1)}};
  }

  Result<BatchResult> Commit(StoreBatch batch, int64_t by = 1) {
    batch.offsets = {Move(by)};
    Result<BatchResult> result = store_.Commit(batch);
    if (result) next_ += by;
    return result;
  }

  ArticleResult Put(const v1::Article& article) {
    StoreBatch batch;
    batch.articles = {article};
    const Result<BatchResult> result = Commit(std::move(batch));
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? result->articles.at(0) : ArticleResult{};
  }
  void Settle(const v1::Outcome& outcome) {
    StoreBatch batch;
    batch.outcomes = {outcome};
    const Result<BatchResult> result = Commit(std::move(batch));
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
  }
  void Accept(const AcceptedTask& accepted) {
    StoreBatch batch;
    batch.accepted = {accepted};
    const Result<BatchResult> result = Commit(std::move(batch));
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
  }

  int64_t next() const { return next_; }
  int64_t epoch() const { return epoch_; }

 private:
  Store& store_;
  TopicPartition partition_;
  int64_t next_ = 0;
  int64_t epoch_ = 0;
};

// The database that the tests of one binary share; started at its first use.
testing::PostgresCluster& Cluster();

// An empty place of the backend that the parameter names.
class StoreTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override;
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::unique_ptr<Store> Open() {
    Result<std::unique_ptr<Store>> store = OpenStore(config_, dir_);
    EXPECT_TRUE(store) << (store ? "" : store.error().message);
    return store ? std::move(*store) : nullptr;
  }
  std::unique_ptr<StoreReader> Reader() {
    Result<std::unique_ptr<StoreReader>> reader =
        OpenStoreReader(config_, dir_);
    EXPECT_TRUE(reader) << (reader ? "" : reader.error().message);
    return reader ? std::move(*reader) : nullptr;
  }

  // Straight to the tables, for what no reader shows; rows as "a|b".
  std::vector<std::string> Sql(const std::string& text);

  std::string dir_;
  SinkConfig config_;
};

}  // namespace newsmill
