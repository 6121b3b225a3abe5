#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "core/sites/site_catalogue.h"
#include "newsmill/v1/fetch_task.pb.h"
#include "sink/store_reader.h"

namespace newsmill {

struct AuditOptions {
  // The groups whose committed offsets are sampled, with the prefix.
  std::string fetcher_group;  // of `tasks` and its backlog
  std::string retry_group;    // of the retry topics
  std::string parser_group;   // of `pages`
  // Of each list in the report, at most so many are kept; counts are whole.
  size_t most_examples = 1000;
  // Of each reason, the tasks accepted last.
  size_t examples_per_reason = 3;
  // Whose tasks are counted and judged; only `site`, `batch` and
  // `accepted_since` count. Trimmed ranges are everybody's.
  LedgerFilter filter;
  Duration patience = std::chrono::seconds(30);
};

// A task that was accepted, has no outcome and stands nowhere any more.
struct LostTask {
  LedgerRow row;
  v1::FetchTask task;  // as it stood on the log, else made of the row
};

// A range of the log that was deleted before its reader had read it.
struct TrimmedRange {
  TopicPartition partition;
  std::string reader;  // a group, or "store"
  int64_t from = 0;    // where the reader stood
  int64_t to = 0;      // where the log begins
};

// Tasks of the ledger with one outcome; UNSPECIFIED: open.
struct AuditReason {
  LedgerCount count;
  std::vector<LedgerRow> examples;
};

// The log and the ledger, held against each other.
struct AuditReport {
  // The ledger.
  int64_t accepted = 0;
  int64_t open = 0;
  // Of accepted tasks, by kind and reason, those that are open last.
  std::vector<AuditReason> reasons;
  int64_t further_outcomes = 0;  // counted, not kept
  int64_t conflicts = 0;         // other targets under a known ID
  int64_t crashed = 0;           // a warning

  // Where open tasks are on their way, by topic; a task may be on several.
  std::map<std::string, int64_t> in_flight;

  // `tasks`, as far as it is retained and the store had read it.
  int64_t tasks_on_log = 0;     // distinct task IDs
  int64_t tasks_in_ledger = 0;  // of the same range
  bool whole_log = false;       // nothing of `tasks` was trimmed
  bool store_behind = false;    // orphans and counts could not all be judged

  // What must be empty.
  std::vector<LostTask> lost;
  int64_t lost_count = 0;
  std::vector<LedgerRow> orphans;  // an outcome of a task never accepted
  int64_t orphan_count = 0;
  std::vector<std::string> not_in_ledger;  // task IDs on the log alone
  int64_t not_in_ledger_count = 0;
  std::vector<std::string> not_on_log;  // accepted from there, and not there
  int64_t not_on_log_count = 0;
  std::vector<LedgerRow> without_article;  // STORED or UNCHANGED
  std::vector<TrimmedRange> trimmed;

  // Exit 0 or 1.
  bool Passed() const;
};

// Two independent sources: what the log holds, and what the store says. Nothing
// has to stand still meanwhile, because of the order: the offsets of all
// readers first, then all end offsets, then the records up to those, the ledger
// last. (In any other order a task that goes round through a retry topic is
// taken for lost.) All outlive the call.
Result<AuditReport> Audit(Bus& bus, const Topics& topics,
                          const SiteCatalogue& sites, StoreReader& reader,
                          const AuditOptions& options);

// Puts tasks back on `tasks`, under their IDs and without earlier attempts; the
// number that is durable.
Result<int64_t> Requeue(Bus& bus, const Topics& topics,
                        const std::vector<LostTask>& lost);

}  // namespace newsmill
