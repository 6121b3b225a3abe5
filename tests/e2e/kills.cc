#include "tests/e2e/kills.h"

#include <iostream>
#include <thread>

namespace newsmill::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The worker of this kind that says it has records in hand; asked again until
// one does.
Result<WorkerProcess*> BusyWorker(Pipeline& pipeline, const std::string& kind,
                                  steady_clock::time_point end,
                                  double* in_hand) {
  while (steady_clock::now() < end) {
    if (auto alive = pipeline.CheckAlive(); !alive) return alive.error();
    for (WorkerProcess* worker : pipeline.WorkersOf(kind)) {
      *in_hand = Pipeline::InHand(*worker);
      if (*in_hand > 0) return worker;
    }
  }
  return Error{Code::kTimedOut,
               "no " + kind + " ever said that it has records in hand"};
}

Result<void> KillWorker(Pipeline& pipeline, const Kill& kill,
                        steady_clock::time_point end) {
  double in_hand = 0;
  const Result<WorkerProcess*> worker =
      BusyWorker(pipeline, kill.kind, end, &in_hand);
  if (!worker) return worker.error();
  const pid_t pid = (*worker)->child->pid();
  if (auto killed = pipeline.KillAndReplace(**worker); !killed) return killed;
  std::cout << "killed -9: " << kill.kind << " (pid " << pid << ") with "
            << static_cast<int64_t>(in_hand) << " records in hand, at "
            << kill.settled << " settled tasks" << std::endl;
  return {};
}

}  // namespace

std::vector<Kill> KillEachKind(int64_t tasks, int rounds) {
  std::vector<Kill> kills;
  const char* const kinds[] = {"fetcher", "parser", "sink"};
  const int64_t steps = 3 * rounds;
  for (int64_t i = 0; i < steps; ++i) {
    kills.push_back({.settled = tasks * (i + 1) / (2 * (steps + 1)),
                     .kind = kinds[i % 3],
                     .what = {},
                     .action = {}});
  }
  return kills;
}

Result<void> Execute(Pipeline& pipeline, const std::vector<Kill>& kills,
                     Duration deadline) {
  const auto end = steady_clock::now() + deadline;
  for (const Kill& kill : kills) {
    const auto left =
        std::chrono::duration_cast<Duration>(end - steady_clock::now());
    if (auto reached = pipeline.AwaitSettled(kill.settled, left); !reached) {
      return reached;
    }
    if (!kill.kind.empty()) {
      if (auto done = KillWorker(pipeline, kill, end); !done) return done;
      continue;
    }
    if (auto done = kill.action(); !done) return done;
    std::cout << "killed -9: " << kill.what << ", at " << kill.settled
              << " settled tasks" << std::endl;
  }
  return {};
}

}  // namespace newsmill::e2e
