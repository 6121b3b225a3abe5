#pragma once

#include "newsmill/v1/outcome.pb.h"
#include "sink/batch_plan.h"
#include "sink/value.h"

// Answers that say that a page is as it was: 304, or the same bytes. They name
// the task whose page that was, and settle theirs as UNCHANGED where the
// article is stored, else as that task was settled: a page that is no article
// never becomes one by being confirmed. Until either is known the task waits in
// the ledger, open, with the name of the other one.

namespace newsmill::sql {

bool IsConfirmation(const v1::Outcome& outcome);

// Lets the task wait for the other one's outcome.
Write AwaitTask(const v1::Outcome& outcome, Refusal origin);

// Settles what waits and can be settled. Belongs at the end of every
// transaction that writes to the ledger; what two transactions that run at the
// same time do not see of each other, a later one does.
Write SettleWaiting(Timestamp now, Refusal origin);

// The row's state was seen again: where it, or the content, comes from the page
// that was confirmed. Nothing else is known of what the page is now.
Write ConfirmState(const v1::Outcome& outcome, Timestamp now, Refusal origin);

const Statement& AwaitTaskStatement();
const Statement& SettleWaitingStatement();
const Statement& ConfirmStateStatement();

}  // namespace newsmill::sql
