#pragma once

#include <optional>
#include <string>

#include "app/cli/command.h"
#include "app/replay/diff.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "core/flow/worker.h"
#include "newsmill/v1/replay_plan.pb.h"

namespace newsmill {

struct ReplayJob {
  std::optional<int> index, count;
  bool allow_gap = false;
};

// A log and a plan that stands on it.
struct OpenReplay {
  Topics topics;
  std::unique_ptr<Bus> bus;
  v1::ReplayPlan plan;
};

// kNotFound; kBadConfiguration where the plan was made on another log.
Result<OpenReplay> OpenPlan(Context& context, const std::string& name);

// Works the plan off, or the job's part of it, from where it stands, until its
// end or a stop. kOutOfRange where records of it are deleted by now and may not
// be missing. The plan is marked as finished when its last record is settled.
Result<RunEnd> RunReplay(Context& context, OpenReplay& replay,
                         const ReplayJob& job);

// Reads the whole plan and writes nothing. nullopt: stopped before the end.
Result<std::optional<ReplayDiff>> DiffReplay(Context& context,
                                             OpenReplay& replay,
                                             size_t examples);

}  // namespace newsmill
