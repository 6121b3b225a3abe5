#pragma once

#include <string>
#include <vector>

#include "app/cli/command.h"
#include "app/targets.h"
#include "app/task_options.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"

namespace newsmill {

// Whether the log keeps tasks as long as these will take; says so where it
// keeps them for a time only. `force`: they are put whatever it is.
Result<bool> IsKeptLongEnough(Context& context, Admin& admin,
                              const Topics& topics, const Estimate& estimate,
                              bool force);

// Puts a task for each target on `topic`, made from `common`, and shows how far
// it is. Once all are durable; an error says how many the log took until it
// failed or a signal came.
Result<void> PutTasks(Context& context, Bus& bus, const std::string& topic,
                      const std::vector<ResolvedTargets::Good>& targets,
                      const TaskOptions& options, const v1::FetchTask& common);

}  // namespace newsmill
