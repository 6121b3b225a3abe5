#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "sink/store_reader.h"

namespace newsmill {

// Sees when all tasks that stood on the log at the start are settled: the store
// has read `tasks` up to where it ended then, and no accepted task is open.
// Used by one thread.
class SettledWatch {
 public:
  // Takes the ends now.
  static Result<std::unique_ptr<SettledWatch>> Start(
      Admin& admin, const Topics& topics, std::unique_ptr<StoreReader> reader);

  // Asks the store at most twice a second; false where it does not answer.
  bool IsSettled(Instant now);

 private:
  SettledWatch(Offsets ends, std::unique_ptr<StoreReader> reader)
      : ends_(std::move(ends)), reader_(std::move(reader)) {}
  Result<bool> Ask();

  const Offsets ends_;
  const std::unique_ptr<StoreReader> reader_;
  Instant ask_at_{};
  bool reached_ = false;
};

}  // namespace newsmill
