#pragma once

#include <string>
#include <vector>

#include "tests/e2e/kills.h"
#include "tests/e2e/pipeline.h"

// What the tests of the whole pipeline share; failures are GoogleTest's.

namespace newsmill::e2e {

// 10,000, or what NEWSMILL_E2E_TASKS says.
size_t TaskCount();

// The targets, one a line.
std::string Lines(const std::vector<ExpectedTask>& tasks);

// Three processes of each worker.
void StartThreeOfEach(Pipeline& pipeline);

// Every task has the outcome and every row the fields that the makers know;
// prints counts.
void ExpectEverythingAsMade(Pipeline& pipeline,
                            const std::vector<ExpectedTask>& tasks);

// `newsmill audit` finds nothing; prints what it says.
void ExpectCleanAudit(const Pipeline& pipeline);

// Kills, waits until all is settled, stops the workers: everything is as made
// and the audit is clean.
void ExpectNothingLostByKills(Pipeline& pipeline,
                              const std::vector<ExpectedTask>& tasks,
                              const std::vector<Kill>& kills);

}  // namespace newsmill::e2e
