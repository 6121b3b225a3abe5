#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "core/sites/site_catalogue.h"
#include "newsmill/v1/common.pb.h"
#include "sink/store_reader.h"

namespace newsmill {

// Whose tasks are looked for: as the user typed it, and the article key that
// it stands for where it is a target.
struct TrailQuestion {
  std::string text;         // task ID, URL or `site:id`
  std::string article_key;  // empty: the text is no target
  size_t most_tasks = 10;   // the newest
  Duration patience = std::chrono::seconds(30);
  // The groups whose committed offsets tell what is still to be read.
  std::string fetcher_group, retry_group, parser_group;
};

// A record of the log that speaks of a task.
struct TrailRecord {
  TopicPartition where;
  int64_t offset = 0;
  Timestamp appended_at{};
  std::string what;      // for a person
  bool is_read = false;  // its reader has it behind it
};

// The life of one task, from two sources: the ledger's line and the records
// that the log still holds.
struct TaskTrail {
  LedgerRow row;           // of the record, where the ledger knows none
  bool in_ledger = false;  // else only the log speaks of it
  // The first record is deleted from the log: what followed may be, too.
  bool trimmed = false;
  std::vector<TrailRecord> records;   // by append time
  std::vector<v1::Attempt> attempts;  // that failed, oldest first
};

struct TrailReport {
  std::vector<TaskTrail> tasks;  // the newest first
  // The log holds `tasks` from its very first record.
  bool whole_log = false;
};

// Reads the log from when the oldest of the tasks was accepted; where the
// ledger knows none, all of `tasks` first. Nothing has to stand still. All
// outlive the call.
Result<TrailReport> FollowTasks(Bus& bus, const Topics& topics,
                                const SiteCatalogue& sites, StoreReader& reader,
                                const TrailQuestion& question);

}  // namespace newsmill
