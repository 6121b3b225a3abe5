#pragma once

#include <memory>
#include <shared_mutex>
#include <string>
#include <unordered_set>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"

namespace newsmill {

// The key of the order that suppresses an article, on topic `control`.
std::string SuppressionKey(const std::string& article_key);

// The articles that were erased, as topic `control` has them, for stages that
// have no store to ask.
class Suppressions {
 public:
  // Reads the topic whole; `bus` outlives this. kTimedOut where that takes
  // longer than `timeout`.
  static Result<std::unique_ptr<Suppressions>> Open(Bus& bus,
                                                    const Topics& topics,
                                                    Duration timeout,
                                                    const Clock& clock);

  // Any thread.
  bool Has(const std::string& article_key) const;

  // Reads on, every few seconds; by one thread. Trouble is logged, and what is
  // known stands.
  void Refresh(Instant now);

 private:
  Suppressions(std::unique_ptr<Consumer> consumer, TopicPartition control)
      : consumer_(std::move(consumer)), control_(std::move(control)) {}
  // Whether there was anything.
  Result<bool> ReadOn(Duration wait);

  const std::unique_ptr<Consumer> consumer_;
  const TopicPartition control_;
  Instant look_at_{};
  mutable std::shared_mutex mutex_;
  std::unordered_set<std::string> keys_;  // guarded by mutex_
};

}  // namespace newsmill
