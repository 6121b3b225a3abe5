#pragma once

#include <optional>

#include "app/cli/arguments.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "newsmill/v1/fetch_task.pb.h"

namespace newsmill {

// What a user says about fetching an article again and again.
struct RevisitOptions {
  std::optional<Duration> interval, shortest, longest, during;

  void Declare(Arguments& arguments);
  // kInvalidArgument: bounds without an interval, or around nothing.
  Result<void> Check() const;
  // Nothing where no interval was given.
  void Fill(Timestamp now, v1::FetchTask* task) const;
};

}  // namespace newsmill
