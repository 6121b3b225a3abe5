#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/dead_letter.pb.h"
#include "newsmill/v1/outcome.pb.h"

namespace newsmill {

struct ArticleFilter {
  std::string site;
  std::string batch;
  std::optional<Timestamp> fetched_since;
  std::optional<int64_t> limit;
};

// A key that was erased.
struct SuppressedKey {
  std::string article_key;
  Timestamp at{};
  std::string who, why;
};

// An article whose text says nearly the same as another's.
struct SimilarArticle {
  v1::Article article;
  int bits = 0;  // that differ between the SimHashes
};

// One task of the ledger.
struct LedgerRow {
  std::string task_id;
  std::string target;
  std::string site;
  std::string batch;
  std::optional<Timestamp> accepted_at;  // nullopt: an outcome without a task
  std::optional<Timestamp> settled_at;   // nullopt: open
  v1::OutcomeKind kind = v1::OUTCOME_KIND_UNSPECIFIED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  std::string detail;
  std::string article_key;
  // Where its first record stands.
  TopicPartition where;
  int64_t offset = 0;
  int64_t further_outcomes = 0;  // counted, not kept
  int64_t conflicts = 0;         // other targets under the same ID
  // The page was confirmed to be as this task's, whose outcome it waits for.
  std::string awaits_task_id;
  std::string requested_url;  // what is asked first
  std::string url;            // that the outcome speaks of
  std::string stage;          // that settled it: "FETCHER" …
  int64_t http_status = 0;    // 0: no answer
  int64_t attempts = 0;
  std::optional<Timestamp> fetched_at;
  std::string traceparent;
};

// Where the store stands in a partition that was claimed.
struct StoreOffset {
  TopicPartition partition;
  std::optional<int64_t> next;  // nullopt: never read
  std::string cluster_id;
};

struct LedgerFilter {
  std::string site;
  std::string batch;
  std::string reason;
  std::optional<Timestamp> accepted_since;
  bool only_open = false;
  bool only_unaccepted = false;  // an outcome is known, its task is not
  std::string task_id;
  std::string article_key;
  // As target, as what was asked first, or as what the outcome speaks of.
  std::string target_or_url;
  bool newest_first = false;  // by acceptance
  std::optional<Timestamp> settled_since;
  std::optional<int64_t> limit;
};

// Counts of the ledger, by kind and reason; open tasks under (UNSPECIFIED, …).
struct LedgerCount {
  v1::OutcomeKind kind = v1::OUTCOME_KIND_UNSPECIFIED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  int64_t tasks = 0;
};

struct BatchRow {
  std::string name;
  int64_t accepted = 0;
  int64_t open = 0;
  std::map<v1::OutcomeKind, int64_t> by_kind;
  Timestamp first_accepted{};
  Timestamp last_change{};
};

struct DeadFilter {
  std::string site;
  std::string batch;
  std::string reason;
  std::string stage;  // "PARSER" …
  std::optional<Timestamp> died_since;
  std::optional<Timestamp> died_before;
  std::optional<int64_t> limit;
};

// Questions of the commands. Rows are streamed in a stable order; a visitor
// that returns false ends the walk. Used by one thread at a time; may stand on
// a connection of its own beside a running sink.
class StoreReader {
 public:
  virtual ~StoreReader() = default;

  // Ordered by (fetched_at, article_key). Rows without content are left out.
  virtual Result<void> VisitArticles(
      const ArticleFilter& filter,
      const std::function<bool(const v1::Article&)>& visit) = 0;
  // Newer fetches whose body has shrunk below half of the row's, which was
  // kept; `former_length` in characters. Ordered by (fetched_at, article_key).
  virtual Result<void> VisitShrunk(
      const ArticleFilter& filter,
      const std::function<bool(const v1::Article&, int64_t former_length)>&
          visit) = 0;
  // What the article of this key said before, the oldest fetch first; the
  // present content is not among them.
  virtual Result<void> VisitVersions(
      const std::string& article_key,
      const std::function<bool(const v1::Article&)>& visit) = 0;
  // By article key, URL or article ID. kNotFound.
  virtual Result<v1::Article> FindArticle(const std::string& key) = 0;
  // nullopt: the article of this key was not erased.
  virtual Result<std::optional<SuppressedKey>> FindErased(
      const std::string& article_key) = 0;

  virtual Result<void> VisitLedger(
      const LedgerFilter& filter,
      const std::function<bool(const LedgerRow&)>& visit) = 0;
  virtual Result<std::vector<LedgerCount>> CountLedger(
      const LedgerFilter& filter) = 0;
  // Which of these task IDs were accepted.
  virtual Result<std::set<std::string>> AcceptedAmong(
      const std::vector<std::string>& task_ids) = 0;
  // Tasks that are STORED or UNCHANGED and whose article has no content.
  virtual Result<std::vector<LedgerRow>> SettledWithoutArticle(
      const LedgerFilter& filter, int64_t limit) = 0;

  virtual Result<std::vector<BatchRow>> ListBatches() = 0;

  // Newest first.
  virtual Result<void> VisitDead(
      const DeadFilter& filter,
      const std::function<bool(int64_t id, const v1::DeadLetter&)>& visit) = 0;
  virtual Result<v1::DeadLetter> FindDead(int64_t id) = 0;

  // The store's own offsets. A partition that was claimed and never read is
  // left out.
  virtual Result<Offsets> NextOffsets() = 0;
  // All that were claimed, with the log that they speak of.
  virtual Result<std::vector<StoreOffset>> StoreOffsets() = 0;

  // Per partition, where the first record of the oldest open task stands. The
  // log keeps `tasks` from there on.
  virtual Result<Offsets> FirstUnsettled() = 0;

  // When the oldest open task was accepted; nullopt: none is open.
  virtual Result<std::optional<Timestamp>> OldestOpen() = 0;

  // Those whose SimHash differs from that of `key`'s article in at most `bits`
  // bits, the nearest first; at most kSimilarBits are found by the bands.
  // kNotFound without such a key; kInvalidArgument where its text is too short
  // for one.
  virtual Result<std::vector<SimilarArticle>> FindSimilar(
      const std::string& key, int bits) = 0;
};

}  // namespace newsmill
