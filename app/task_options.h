#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/cli/arguments.h"
#include "app/revisit_options.h"
#include "app/targets.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "newsmill/v1/fetch_task.pb.h"

namespace newsmill {

// What a user says about all tasks of one call.
struct TaskOptions {
  std::string batch, id, lane;
  std::vector<std::string> labels;
  std::optional<Duration> expires_in;
  RevisitOptions revisit;
  bool force = false;

  void Declare(Arguments& arguments);
  // kInvalidArgument for what no task can carry.
  Result<void> Check() const;
  // What all of them have in common.
  v1::FetchTask Common(Timestamp now) const;
  // The task of a target.
  v1::FetchTask TaskFor(const ResolvedTargets::Good& good,
                        const v1::FetchTask& common, Timestamp now) const;
};

}  // namespace newsmill
