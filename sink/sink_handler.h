#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/bus/topics.h"
#include "core/flow/backoff.h"
#include "core/flow/handler.h"
#include "core/sites/site_catalogue.h"
#include "sink/claim.h"
#include "sink/config.h"
#include "sink/sink_batch.h"
#include "sink/store.h"
#include "sink/task_trimmer.h"

namespace newsmill {

// Articles, outcomes, dead letters and accepted tasks -> rows.
//
// Reads where the store says, collects a batch, commits it with its offsets on
// the worker's thread, and only then acknowledges the records; the offsets that
// the group keeps are a copy for lag tools. While the store cannot be reached
// the batch is kept, nothing more is taken, and readiness says why. A row that
// the store refuses becomes a dead letter, and the rest is committed. A
// partition of which the store remembers another log is not read while it is
// ours, and readiness says what to do.
class SinkHandler final : public Handler {
 public:
  // All outlive the handler.
  SinkHandler(const SinkConfig& config, Bus& bus, const Topics& topics,
              const SiteCatalogue& sites, Store& store, const Clock& clock);

  // Has `tasks` trimmed once a minute, as far as its partitions are ours.
  // With it the topics on which tasks wait.
  void TrimWith(TaskTrimmer& trimmer, const std::string& retry_group = "") {
    trimmer_ = &trimmer;
    retry_group_ = retry_group;
  }

  // The topics that a sink reads.
  static std::vector<std::string> ReadTopics(const Topics& topics);

  void Attach(WorkerPort& port) override { port_ = &port; }
  Result<Offsets> Assigned(
      const std::vector<TopicPartition>& partitions) override;
  void Revoked(const std::vector<TopicPartition>& partitions,
               bool lost) override;
  void Handle(Delivery delivery) override;
  bool HasRoom(const TopicPartition& partition) const override;
  void Tick(Instant now) override;
  void Drain() override;
  std::string NotReadyBecause() const override;

 private:
  bool Full() const;
  // Commits what is in hand, as far as it goes.
  void Flush();
  void Settle(const BatchResult& result, const StoreBatch& rows);
  // Whether to try the rest of the batch at once.
  bool Recover(const Error& error);
  void LetGoOfFenced();
  void WaitForStore(const Error& error);
  // Tasks that wait for another one's outcome. False: the store is in trouble.
  bool SettleWaiting();
  void TrimTasks(Instant now);

  const SinkConfig config_;
  Bus& bus_;
  const Topics& topics_;
  const std::string tasks_topic_;
  Store& store_;
  const Clock& clock_;
  WorkerPort* port_ = nullptr;

  std::map<TopicPartition, Owned> owned_;
  std::map<TopicPartition, Stopped> stopped_;  // ours, and not to be read
  SinkBatch batch_;
  Instant oldest_{};  // when the first record in hand came
  bool draining_ = false;

  Backoff backoff_;
  std::optional<Instant> not_before_;  // set: the store is in trouble
  std::string trouble_;
  Instant last_answer_{};  // of the store
  // Since tasks that wait for others were looked at; a former sink's count too.
  bool written_ = true;

  TaskTrimmer* trimmer_ = nullptr;
  std::string retry_group_;
  Instant last_trim_{};
};

}  // namespace newsmill
