#pragma once

#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/bus/topics.h"
#include "core/flow/delivery.h"
#include "newsmill/v1/dead_letter.pb.h"

namespace newsmill {

// A record's value up to this size stands in its dead letter; of a greater one
// only size and digest.
inline constexpr size_t kMostDeadValue = 768 * 1024;

// Decides what a settled delivery puts on the log: its own outputs, an outcome,
// a retry, or a dead letter with the outcome DEAD. Immutable; thread-safe.
class Settler {
 public:
  enum class Kind { kAck, kFinish, kRetry, kDead };

  struct Decision {
    Kind kind = Kind::kAck;
    std::vector<Record> outputs;
  };

  Settler(v1::Stage stage, const Topics& topics,
          std::vector<Duration> retry_delays);

  // Takes the settlement's outputs, keeps the rest for a Bury that may follow.
  Decision Decide(Settlement& settlement, Timestamp now) const;

  // The dead letter and the outcome DEAD; without the record's value where that
  // is what does not fit.
  std::vector<Record> Bury(const Settlement& settlement, const Failure& failure,
                           bool with_value, Timestamp now) const;

 private:
  Record Retry(const Settlement& settlement, Timestamp now) const;
  Record OutcomeRecord(const Settlement& settlement, v1::Outcome outcome,
                       Timestamp now) const;
  Record DeadRecord(const Settlement& settlement, const Failure& failure,
                    bool with_value, Timestamp now) const;

  const v1::Stage stage_;
  const Topics& topics_;
  const std::vector<Duration> retry_delays_;
};

// The first of `delays`, from index `first` on, that is not shorter than
// `wanted`; the last one where none is. There is one.
size_t RetryTier(const std::vector<Duration>& delays, size_t first,
                 Duration wanted);

}  // namespace newsmill
