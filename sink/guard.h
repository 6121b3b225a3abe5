#pragma once

#include <optional>
#include <string>

#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/outcome.pb.h"
#include "sink/store.h"
#include "sink/value.h"

// The guard decides what an article's row and a task's line in the ledger hold
// after all that was ever said of them, in any order and any number of times.
//
// It is SQL, one text for every database, and has no second version in C++:
// an upsert compares and writes while it holds the row, also a row that another
// sink is inserting at this moment, which reading first and deciding here could
// not see.
//
// A row has two versions, each written only with a greater one:
//   content (has body, fetched_at, parse_generation, content_hash), by
//   articles; state (fetched_at, parse_generation, content_hash or "", reason),
//   by articles and by outcomes that speak of the article.
// An article without a body counts as older than any with one: it never
// replaces a body, and in every order the same article is left.
//
// A newer fetch whose body has shrunk to less than half, read by no newer rule,
// is more often a broken page than a shortened article: it is kept beside the
// row as a candidate, and the row only learns that the page was seen.
//
// An erased row (state ERASED, no content) is below nothing that comes: neither
// version is written any more.

namespace newsmill::sql {

// An article's row. Parameters: ArticleValues, then the present time. Answers
// with last_change (NEW, UPDATED, SAME_CONTENT) where the content was written,
// with nothing where it was refused.
const Statement& UpsertArticle();

// What is known of the row that refused an article. Parameters: key,
// fetched_at, parse_generation and body_length of the article. Answers with (is
// the key suppressed, content_hash, has_body, has the body shrunk), as 0 or 1.
const Statement& StandingArticle();

// An article whose body has shrunk, kept where it is the newest such.
// Parameters as batch_plan.cc gives them.
const Statement& KeepCandidate();

// The state of a row; makes a row without content where there is none.
// Parameters as batch_plan.cc gives them.
const Statement& RaiseState();

// Keeps the row's content as a version, where the article is of another fetch
// and its content another, and wins: before its upsert. Parameters as
// batch_plan.cc gives them.
const Statement& KeepVersion();
// An article of a version's fetch, read by a newer rule, takes its place; there
// is none more or less afterwards. Likewise.
const Statement& ReplaceVersion();

// A task's outcome, kept where it is the highest so far, else counted.
// Parameters as batch_plan.cc gives them.
const Statement& SettleTask();

// A task that was read from the log; the first accepted target stands.
const Statement& AcceptTask();

// Parameters: DeadLetterValues, the present time, and the failed record's key:
// one of an erased article is not kept.
const Statement& InsertDeadLetter();

// Whether an outcome says something about an article's page, and not only about
// the task: it then raises the row's state.
bool SpeaksOfArticle(const v1::Outcome& outcome);

// What became of an article, from the answers of the statements above.
ArticleResult JudgeWritten(const std::string& last_change);
ArticleResult JudgeRefused(const v1::Article& article,
                           const std::optional<Row>& standing);

}  // namespace newsmill::sql
