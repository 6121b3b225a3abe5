#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/dead_letter.pb.h"
#include "newsmill/v1/fetch_task.pb.h"
#include "newsmill/v1/outcome.pb.h"

namespace newsmill {

// The last record that the store has behind it, for recognising another
// cluster, a recreated topic or a restored database.
struct RecordIdentity {
  int64_t offset = 0;
  Timestamp append_time{};
};

// A partition that was claimed.
struct Claimed {
  // nullopt: the store has never read this partition.
  std::optional<int64_t> next;
  int64_t epoch = 0;
  // Of the last record taken; the claimant compares it with the log.
  std::optional<RecordIdentity> last;
  std::string cluster_id;
};

// How far a batch moves one partition.
struct OffsetMove {
  TopicPartition partition;
  int64_t from = 0;  // must be what the store holds
  int64_t to = 0;
  int64_t epoch = 0;  // must be the one that Claim gave
  RecordIdentity last;
};

struct AcceptedTask {
  v1::FetchTask task;
  Timestamp accepted_at{};
  TopicPartition where;
  int64_t offset = 0;
};

// What a sink transaction makes durable together. Rows are handed in the order
// they were read.
struct StoreBatch {
  std::vector<v1::Article> articles;
  std::vector<v1::Outcome> outcomes;
  std::vector<AcceptedTask> accepted;
  std::vector<v1::DeadLetter> dead_letters;
  std::vector<OffsetMove> offsets;
};

// What became of one article of a batch.
struct ArticleResult {
  v1::OutcomeKind kind = v1::OUTCOME_KIND_UNSPECIFIED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
};

struct BatchResult {
  std::vector<ArticleResult> articles;  // as StoreBatch::articles
};

// Where the store is to read a partition on; nullopt: from its beginning.
struct AdoptedOffset {
  TopicPartition partition;
  std::optional<int64_t> next = std::nullopt;
};

// Which part of a batch made its Commit fail.
struct Refusal {
  enum class What { kArticle, kOutcome, kAccepted, kDeadLetter, kOffset };
  What what = What::kArticle;
  size_t index = 0;  // in that vector of StoreBatch

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// A place where articles come to rest.
//
// Rows, ledger, dead letters and the offsets they came from become durable
// together, so a batch that is read again after a crash changes nothing. Used
// by one thread at a time.
class Store {
 public:
  virtual ~Store() = default;

  // Makes the caller the owner of `partition` of the log `cluster_id` and says
  // where to read on. Every earlier owner's Commit fails with kFenced from here
  // on. Where the store's offset speaks of another cluster nothing is changed;
  // Claimed::cluster_id says so.
  virtual Result<Claimed> Claim(const TopicPartition& partition,
                                const std::string& cluster_id) = 0;

  // Returns when rows and offsets are durable, with a result per article. On an
  // error nothing of the batch is written: kFenced (one of the partitions has
  // another owner), retryable (commit it all again), or kInvalidArgument (the
  // store refuses a row). `refusal` then names the partition or the row.
  //
  // An answer that was lost leaves open whether the batch is written: committed
  // again, it is refused as kFenced, and a new Claim says where to read on.
  virtual Result<BatchResult> Commit(const StoreBatch& batch) = 0;

  // An operator's word that these are the offsets on the log `cluster_id`, all
  // or none. Owners of the partitions are fenced and find them at their next
  // Claim; of the last record nothing is remembered.
  virtual Result<void> AdoptOffsets(const std::vector<AdoptedOffset>& offsets,
                                    const std::string& cluster_id) = 0;

  // Of the last Commit, where one row or partition is to blame for its error.
  virtual std::optional<Refusal> refusal() const { return std::nullopt; }

  // Settles tasks that wait for another one's outcome (confirmations.h), where
  // transactions that ran at the same time did not see each other. May be
  // called at any time, by any sink.
  virtual Result<void> SettleWaiting() = 0;

  // Whether the store answers.
  virtual Result<void> Ping() = 0;
};

}  // namespace newsmill
