#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/e2e/pipeline.h"

namespace newsmill::e2e {

// A process that is killed when so many tasks are settled.
struct Kill {
  int64_t settled = 0;
  std::string kind;  // of worker; empty: `action`
  std::string what;  // for the print
  std::function<Result<void>()> action;
};

// Kills of each kind of worker, `rounds` times, spread over the part of a run
// in which all stages have work.
std::vector<Kill> KillEachKind(int64_t tasks, int rounds);

// Executes the kills in their order, each with SIGKILL on a worker that has
// records in hand by its own word a moment before, and puts another process in
// its place at once. Prints which, and how many records it had.
Result<void> Execute(Pipeline& pipeline, const std::vector<Kill>& kills,
                     Duration deadline);

}  // namespace newsmill::e2e
