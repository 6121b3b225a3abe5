#include "app/enqueueing.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include "app/cli/format.h"
#include "core/flow/task_codec.h"
#include "core/runtime/signals.h"

namespace newsmill {
namespace {

constexpr int64_t kProgressStep = 500;
constexpr Duration kFlushTimeout = std::chrono::seconds(60);

// What the log answered; told from the producer's threads.
class Acknowledgements {
 public:
  Producer::Done Expect() {
    return [this](const Result<RecordMetadata>& result) {
      if (result) {
        accepted_.fetch_add(1);
        return;
      }
      const std::lock_guard lock(mutex_);
      if (!first_error_) first_error_ = result.error();
    };
  }
  int64_t accepted() const { return accepted_; }
  std::optional<Error> first_error() {
    const std::lock_guard lock(mutex_);
    return first_error_;
  }

 private:
  std::atomic<int64_t> accepted_{0};
  std::mutex mutex_;
  std::optional<Error> first_error_;  // guarded by mutex_
};

}  // namespace

Result<bool> IsKeptLongEnough(Context& context, Admin& admin,
                              const Topics& topics, const Estimate& estimate,
                              bool force) {
  const auto there = admin.ListTopics();
  if (!there) return there.error();
  const std::vector<std::string> of_tasks = topics.OfTasks();
  const TopicInfo* shortest = nullptr;
  for (const TopicInfo& topic : *there) {
    if (!topic.retention || std::find(of_tasks.begin(), of_tasks.end(),
                                      topic.name) == of_tasks.end()) {
      continue;
    }
    if (shortest == nullptr || *topic.retention < *shortest->retention) {
      shortest = &topic;
    }
  }
  if (shortest == nullptr) return true;
  const bool enough = estimate.total < *shortest->retention;
  context.err.Line(
      "newsmill: the log keeps " + shortest->name + " for " +
      FormatDuration(*shortest->retention) + ", and these tasks take about " +
      FormatSpan(estimate.total) + ". Whatever waits longer is lost.");
  if (!enough && !force) {
    context.err.Line(
        "newsmill: nothing was enqueued. Have the cluster keep the topics of "
        "tasks (retention.ms = -1, see `newsmill topics check`), enqueue less "
        "at a time, or say --force.");
  }
  return enough;
}

Result<void> PutTasks(Context& context, Bus& bus, const std::string& topic,
                      const std::vector<ResolvedTargets::Good>& targets,
                      const TaskOptions& options, const v1::FetchTask& common) {
  Acknowledgements acknowledged;  // outlives the producer, which tells it
  const auto producer = bus.NewProducer({.client_id = "newsmill-enqueue"});
  if (!producer) return producer.error();

  int64_t produced = 0;
  for (const ResolvedTargets::Good& good : targets) {
    if (StopRequested()) break;
    const v1::FetchTask task =
        options.TaskFor(good, common, context.clock.Now());
    (*producer)->Produce(EncodeTask(task, topic), acknowledged.Expect());
    if (++produced % kProgressStep == 0) {
      context.err.Progress("enqueued " + FormatCount(produced) + " of " +
                           FormatCount(std::ssize(targets)));
    }
  }
  const auto flushed = (*producer)->Flush(kFlushTimeout);
  context.err.EndProgress();
  const std::optional<Error> refused = acknowledged.first_error();
  if (!flushed || refused || produced < std::ssize(targets)) {
    const Error error = refused    ? *refused
                        : !flushed ? flushed.error()
                                   : Error{Code::kCancelled, "interrupted"};
    return Error{error.code, "the log took " +
                                 FormatCount(acknowledged.accepted()) + " of " +
                                 Counted(std::ssize(targets), "task") + ": " +
                                 error.message};
  }
  return {};
}

}  // namespace newsmill
