#include "sink/confirmations.h"

#include <fmt/format.h>

#include "sink/rows.h"

namespace newsmill::sql {
namespace {

Value IntegerOrNull(int64_t number) {
  return number == 0 ? Value(Null{}) : Value(number);
}

Statement MakeAwaitTask() {
  // UNCHANGED and STORED are as high as this can bring the task.
  std::string set;
  for (const char* name : {"article_key", "url", "http_status", "attempts",
                           "fetched_at", "awaits_task_id", "awaits_reason"})
    set += fmt::format(
        "{0} = CASE WHEN ledger.kind_rank < 4 THEN excluded.{0}"
        " ELSE ledger.{0} END, ",
        name);
  for (const char* name : {"target", "site", "batch", "labels", "traceparent"})
    set += fmt::format("{0} = COALESCE(ledger.{0}, excluded.{0}), ", name);
  return {"await_task",
          fmt::format(
              "INSERT INTO ledger (task_id, target, url, site, batch, labels,"
              " article_key, http_status, attempts, fetched_at, traceparent,"
              " awaits_task_id, awaits_reason)"
              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
              " ON CONFLICT (task_id) DO UPDATE SET {}"
              " further_outcomes = ledger.further_outcomes +"
              " CASE WHEN ledger.kind_rank > 0 OR"
              " ledger.awaits_task_id IS NOT NULL THEN 1 ELSE 0 END",
              set),
          {Type::kText, Type::kText, Type::kText, Type::kText, Type::kText,
           Type::kJson, Type::kText, Type::kInteger, Type::kInteger,
           Type::kTime, Type::kText, Type::kText, Type::kText}};
}

Statement MakeSettleWaiting() {
  std::string set;
  for (const char* name : {"kind", "kind_rank", "reason", "detail", "stage"})
    set += fmt::format(
        "{0} = CASE WHEN found.kind_rank > ledger.kind_rank"
        " THEN found.{0} ELSE ledger.{0} END, ",
        name);
  return {
      "settle_waiting",
      fmt::format(
          "UPDATE ledger SET {},"
          " settled_at = CASE WHEN found.kind_rank > ledger.kind_rank"
          " THEN $1 ELSE ledger.settled_at END,"
          " awaits_task_id = NULL, awaits_reason = NULL"
          " FROM (SELECT waiting.task_id AS task_id,"
          " CASE WHEN stored.article_key IS NOT NULL THEN 'UNCHANGED'"
          " WHEN erased.article_key IS NOT NULL THEN 'SKIPPED'"
          " ELSE other.kind END AS kind,"
          " CASE WHEN stored.article_key IS NOT NULL THEN 4"
          " WHEN erased.article_key IS NOT NULL THEN 2"
          " ELSE other.kind_rank END AS kind_rank,"
          " CASE WHEN stored.article_key IS NOT NULL THEN waiting.awaits_reason"
          " WHEN erased.article_key IS NOT NULL THEN 'SUPPRESSED'"
          " ELSE other.reason END AS reason,"
          " CASE WHEN stored.article_key IS NOT NULL"
          " OR erased.article_key IS NOT NULL OR other.detail IS NULL"
          " THEN 'as the page of task ' || waiting.awaits_task_id"
          " ELSE 'as the page of task ' || waiting.awaits_task_id || ': ' ||"
          " other.detail END AS detail,"
          " CASE WHEN stored.article_key IS NOT NULL THEN 'FETCHER'"
          " ELSE COALESCE(other.stage, 'SINK') END AS stage"
          " FROM ledger AS waiting"
          " LEFT JOIN ledger AS other ON other.task_id = waiting.awaits_task_id"
          " LEFT JOIN articles AS stored ON"
          " stored.article_key = waiting.article_key AND"
          " stored.fetched_at IS NOT NULL"
          " LEFT JOIN suppressed AS erased ON"
          " erased.article_key = waiting.article_key"
          " WHERE waiting.awaits_task_id IS NOT NULL AND"
          " (stored.article_key IS NOT NULL OR erased.article_key IS NOT NULL"
          " OR other.kind_rank > 0)) AS found"
          " WHERE ledger.task_id = found.task_id",
          set.substr(0, set.size() - 2)),
      {Type::kTime}};
}

Statement MakeConfirmState() {
  constexpr char kContent[] = "articles.fetched_at = $3";
  return {
      "confirm_state",
      fmt::format(
          "UPDATE articles SET"
          " state = CASE WHEN {0} THEN 'LIVE' ELSE state END,"
          " state_reason = CASE WHEN {0} THEN NULL ELSE state_reason END,"
          " state_generation = CASE WHEN {0} THEN parse_generation"
          " ELSE state_generation END,"
          " state_hash = CASE WHEN {0} THEN content_hash ELSE state_hash END,"
          " state_fetched_at = $2, updated_at = $4"
          " WHERE article_key = $1 AND state <> 'ERASED'"
          " AND state_fetched_at < $2"
          " AND ({0} OR state_fetched_at = $3)",
          kContent),
      {Type::kText, Type::kTime, Type::kTime, Type::kTime}};
}

}  // namespace

const Statement& AwaitTaskStatement() {
  static const Statement statement = MakeAwaitTask();
  return statement;
}

const Statement& SettleWaitingStatement() {
  static const Statement statement = MakeSettleWaiting();
  return statement;
}

const Statement& ConfirmStateStatement() {
  static const Statement statement = MakeConfirmState();
  return statement;
}

bool IsConfirmation(const v1::Outcome& outcome) {
  return outcome.kind() == v1::UNCHANGED &&
         !outcome.validated_by_task_id().empty() &&
         outcome.validated_by_task_id() != outcome.task_id() &&
         !outcome.article_key().empty() && outcome.has_fetched_at() &&
         outcome.has_validated_fetched_at();
}

Write AwaitTask(const v1::Outcome& outcome, Refusal origin) {
  return {&AwaitTaskStatement(),
          {Text(outcome.task_id()), TextOrNull(outcome.target()),
           TextOrNull(outcome.url()), TextOrNull(outcome.site()),
           TextOrNull(outcome.batch()), LabelsJson(outcome.labels()),
           Text(outcome.article_key()), IntegerOrNull(outcome.http_status()),
           IntegerOrNull(outcome.attempts()), TimeOrNull(outcome.fetched_at()),
           TextOrNull(outcome.traceparent()),
           Text(outcome.validated_by_task_id()), ReasonName(outcome.reason())},
          origin};
}

Write SettleWaiting(Timestamp now, Refusal origin) {
  return {&SettleWaitingStatement(), {now}, origin};
}

Write ConfirmState(const v1::Outcome& outcome, Timestamp now, Refusal origin) {
  return {&ConfirmStateStatement(),
          {Text(outcome.article_key()), TimeOrNull(outcome.fetched_at()),
           TimeOrNull(outcome.validated_fetched_at()), now},
          origin};
}

}  // namespace newsmill::sql
