#include "sink/guard.h"

#include <fmt/format.h>

#include "core/flow/planted_fault.h"
#include "sink/rows.h"

namespace newsmill::sql {
namespace {

// The new side of a comparison with a row, as SQL.
struct NewSide {
  std::string has_body, fetched_at, parse_generation, content_hash, body_length;
};

// False where one of the lengths is not known.
std::string HasShrunk(const NewSide& side) {
  return fmt::format(
      "COALESCE(articles.has_body AND {} > articles.fetched_at AND"
      " {} <= articles.parse_generation AND"
      " {} * 2 < articles.body_length, FALSE)",
      side.fetched_at, side.parse_generation, side.body_length);
}

std::string ContentWins(const NewSide& side) {
#ifdef NEWSMILL_PLANTED_FAULTS
  if (planted_fault::Is("no-version-guard")) {
    return "articles.state <> 'ERASED'";
  }
  if (planted_fault::Is("one-version")) {
    return fmt::format("{} >= articles.state_fetched_at", side.fetched_at);
  }
#endif
  return fmt::format(
      "articles.state <> 'ERASED' AND (articles.fetched_at IS NULL OR"
      " (({}, {}, {}, {}) > (articles.has_body, articles.fetched_at,"
      " articles.parse_generation, articles.content_hash)"
      " AND NOT {}))",
      side.has_body, side.fetched_at, side.parse_generation, side.content_hash,
      HasShrunk(side));
}

NewSide Excluded() {
  return {"excluded.has_body", "excluded.fetched_at",
          "excluded.parse_generation", "excluded.content_hash",
          "excluded.body_length"};
}

// What was erased stays so: the row says it itself, because an eraser that
// commits at this moment is not seen by a look into `suppressed`.
constexpr char kStateWins[] =
    "articles.state <> 'ERASED' AND"
    " (excluded.state_fetched_at, excluded.state_generation,"
    " excluded.state_hash, COALESCE(excluded.state_reason, '')) >"
    " (articles.state_fetched_at, articles.state_generation,"
    " articles.state_hash, COALESCE(articles.state_reason, ''))";

constexpr char kNotSuppressed[] =
    "NOT EXISTS (SELECT 1 FROM suppressed WHERE suppressed.article_key = $1)";

constexpr const char* kStateColumns[] = {"state", "state_reason",
                                         "state_fetched_at", "state_generation",
                                         "state_hash"};

// "$3" for the column of that name.
std::string Parameter(const std::vector<Column>& columns,
                      const std::string& name) {
  for (size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == name) return fmt::format("${}", i + 1);
  std::abort();  // a column that is not in the list is a bug
}

// Names and parameters of an INSERT, and their types.
struct InsertList {
  explicit InsertList(const std::vector<Column>& columns) {
    for (const Column& column : columns) {
      const char* separator = names.empty() ? "" : ", ";
      types.push_back(column.type);
      names += separator + column.name;
      parameters += fmt::format("{}${}", separator, types.size());
    }
  }
  std::string names, parameters;
  std::vector<Type> types;
};

Statement MakeUpsertArticle() {
  const std::vector<Column>& columns = ArticleColumns();
  InsertList list(columns);
  std::string set;
  for (const Column& column : columns)
    if (column.name != "article_key")
      set += fmt::format("{0} = excluded.{0}, ", column.name);
  for (const char* name : kStateColumns)
    set += fmt::format(
        "{0} = CASE WHEN {1} THEN excluded.{0} ELSE articles.{0} END, ", name,
        kStateWins);
  list.types.push_back(Type::kTime);

  Statement statement{"upsert_article", "", list.types};
  statement.text = fmt::format(
      "INSERT INTO articles ({names}, state, state_reason, state_fetched_at,"
      " state_generation, state_hash, last_change, first_stored_at, updated_at)"
      " SELECT {parameters}, 'LIVE', NULL, {fetched}, {generation}, {hash},"
      " 'NEW', ${now}, ${now} WHERE {not_suppressed}"
      " ON CONFLICT (article_key) DO UPDATE SET {set}"
      " last_change = CASE WHEN articles.fetched_at IS NULL THEN 'NEW'"
      " WHEN articles.content_hash = excluded.content_hash"
      " THEN 'SAME_CONTENT' ELSE 'UPDATED' END,"
      " first_stored_at ="
      " COALESCE(articles.first_stored_at, excluded.first_stored_at),"
      " updated_at = excluded.updated_at"
      " WHERE {content_wins} RETURNING last_change",
      fmt::arg("names", list.names), fmt::arg("parameters", list.parameters),
      fmt::arg("fetched", Parameter(columns, "fetched_at")),
      fmt::arg("generation", Parameter(columns, "parse_generation")),
      fmt::arg("hash", Parameter(columns, "content_hash")),
      fmt::arg("now", list.types.size()),
      fmt::arg("not_suppressed", kNotSuppressed), fmt::arg("set", set),
      fmt::arg("content_wins", ContentWins(Excluded())));
  return statement;
}

Statement MakeRaiseState() {
  std::string set;
  for (const char* name : {"site", "article_id", "url"})
    set += fmt::format(
        "{0} = CASE WHEN articles.fetched_at IS NULL THEN excluded.{0}"
        " ELSE articles.{0} END, ",
        name);
  for (const char* name : kStateColumns)
    set += fmt::format("{0} = excluded.{0}, ", name);
  return {
      "raise_state",
      fmt::format("INSERT INTO articles (article_key, site, article_id, url,"
                  " state, state_reason, state_fetched_at, state_generation,"
                  " state_hash, updated_at)"
                  " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 WHERE {}"
                  " ON CONFLICT (article_key) DO UPDATE SET {}"
                  " updated_at = excluded.updated_at WHERE {}",
                  kNotSuppressed, set, kStateWins),
      {Type::kText, Type::kText, Type::kText, Type::kText, Type::kText,
       Type::kText, Type::kTime, Type::kBigint, Type::kText, Type::kTime}};
}

Statement MakeSettleTask() {
  std::string set;
  for (const char* name :
       {"article_key", "url", "settled_at", "kind", "reason", "detail", "stage",
        "http_status", "attempts", "fetched_at"})
    set += fmt::format(
        "{0} = CASE WHEN excluded.kind_rank > ledger.kind_rank"
        " THEN excluded.{0} ELSE ledger.{0} END, ",
        name);
  for (const char* name : {"target", "site", "batch", "labels", "traceparent"})
    set += fmt::format("{0} = COALESCE(ledger.{0}, excluded.{0}), ", name);
  return {"settle_task",
          fmt::format(
              "INSERT INTO ledger (task_id, target, url, site, batch, labels,"
              " article_key, settled_at, kind, kind_rank, reason, detail,"
              " stage, http_status, attempts, fetched_at, traceparent)"
              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
              " $13, $14, $15, $16, $17)"
              " ON CONFLICT (task_id) DO UPDATE SET {}"
              " further_outcomes = ledger.further_outcomes +"
              " CASE WHEN ledger.kind_rank > 0 THEN 1 ELSE 0 END,"
              " kind_rank = CASE WHEN excluded.kind_rank > ledger.kind_rank"
              " THEN excluded.kind_rank ELSE ledger.kind_rank END",
              set),
          {Type::kText, Type::kText, Type::kText, Type::kText, Type::kText,
           Type::kJson, Type::kText, Type::kTime, Type::kText, Type::kInteger,
           Type::kText, Type::kText, Type::kText, Type::kInteger,
           Type::kInteger, Type::kTime, Type::kText}};
}

Statement MakeAcceptTask() {
  // What an outcome has told before the task itself was read gives way.
  std::string set;
  for (const char* name :
       {"target", "requested_url", "site", "batch", "labels", "accepted_topic",
        "accepted_partition", "accepted_offset", "traceparent"})
    set += fmt::format(
        "{0} = CASE WHEN ledger.accepted_at IS NULL"
        " THEN COALESCE(excluded.{0}, ledger.{0}) ELSE ledger.{0} END, ",
        name);
  return {
      "accept_task",
      fmt::format("INSERT INTO ledger (task_id, target, requested_url, site,"
                  " batch, labels, accepted_at, accepted_topic,"
                  " accepted_partition, accepted_offset, traceparent)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
                  " ON CONFLICT (task_id) DO UPDATE SET {}"
                  " conflicts = ledger.conflicts +"
                  " CASE WHEN ledger.accepted_at IS NULL THEN 0 ELSE 1 END,"
                  " accepted_at ="
                  " COALESCE(ledger.accepted_at, excluded.accepted_at)"
                  " WHERE ledger.accepted_at IS NULL"
                  " OR excluded.requested_url <> ledger.requested_url",
                  set),
      {Type::kText, Type::kText, Type::kText, Type::kText, Type::kText,
       Type::kJson, Type::kTime, Type::kText, Type::kInteger, Type::kBigint,
       Type::kText}};
}

Statement MakeStandingArticle() {
  const NewSide side{"", "$2", "$3", "", "$4"};
  return {"standing_article",
          fmt::format("SELECT CASE WHEN EXISTS (SELECT 1 FROM suppressed WHERE"
                      " suppressed.article_key = wanted.article_key)"
                      " THEN 1 ELSE 0 END, articles.content_hash,"
                      " CASE WHEN articles.has_body THEN 1 ELSE 0 END,"
                      " CASE WHEN {} THEN 1 ELSE 0 END"
                      " FROM (SELECT $1 AS article_key) AS wanted"
                      " LEFT JOIN articles"
                      " ON articles.article_key = wanted.article_key",
                      HasShrunk(side)),
          {Type::kText, Type::kTime, Type::kBigint, Type::kInteger}};
}

Statement MakeKeepCandidate() {
  std::string set;
  for (const char* name : {"fetched_at", "parse_generation", "content_hash",
                           "body_length", "record", "noted_at"})
    set += fmt::format("{1}{0} = excluded.{0}", name, set.empty() ? "" : ", ");
  return {"keep_candidate",
          fmt::format(
              "INSERT INTO article_candidates (article_key, fetched_at,"
              " parse_generation, content_hash, body_length, record, noted_at)"
              " VALUES ($1, $2, $3, $4, $5, $6, $7)"
              " ON CONFLICT (article_key) DO UPDATE SET {} WHERE"
              " (excluded.fetched_at, excluded.parse_generation,"
              " excluded.content_hash) > (article_candidates.fetched_at,"
              " article_candidates.parse_generation,"
              " article_candidates.content_hash)",
              set),
          {Type::kText, Type::kTime, Type::kBigint, Type::kText, Type::kInteger,
           Type::kBytes, Type::kTime}};
}

// The row is locked before it is read, so that the version kept is the one that
// the upsert replaces.
Statement MakeKeepVersion() {
  const NewSide side{"$5", "$2", "$3", "$4", "$6"};
  return {"keep_version",
          fmt::format(
              "INSERT INTO article_versions (article_key, fetched_at,"
              " parse_generation, content_hash, headline, body_length, record,"
              " replaced_at) SELECT article_key, fetched_at, parse_generation,"
              " content_hash, headline, body_length, record, $7 FROM articles"
              " WHERE article_key = $1 AND fetched_at IS NOT NULL"
              " AND fetched_at <> $2 AND content_hash <> $4 AND ({}) AND {}"
              " FOR UPDATE ON CONFLICT (article_key, fetched_at) DO NOTHING",
              ContentWins(side), kNotSuppressed),
          {Type::kText, Type::kTime, Type::kBigint, Type::kText, Type::kBoolean,
           Type::kInteger, Type::kTime}};
}

Statement MakeReplaceVersion() {
  return {"replace_version",
          "UPDATE article_versions SET parse_generation = $3,"
          " content_hash = $4, headline = $5, body_length = $6, record = $7"
          " WHERE article_key = $1 AND fetched_at = $2"
          " AND (parse_generation, content_hash) < ($3, $4)",
          {Type::kText, Type::kTime, Type::kBigint, Type::kText, Type::kText,
           Type::kInteger, Type::kBytes}};
}

Statement MakeInsertDeadLetter() {
  InsertList list(DeadLetterColumns());
  list.types.push_back(Type::kTime);
  const size_t now = list.types.size();
  list.types.push_back(Type::kText);
  return {"insert_dead_letter",
          fmt::format("INSERT INTO dead_letters ({}, stored_at)"
                      " SELECT {}, ${} WHERE NOT EXISTS (SELECT 1 FROM"
                      " suppressed WHERE suppressed.article_key = ${})"
                      " ON CONFLICT (topic, partition, record_offset,"
                      " appended_at) DO NOTHING",
                      list.names, list.parameters, now, now + 1),
          list.types};
}

}  // namespace

const Statement& UpsertArticle() {
  static const Statement statement = MakeUpsertArticle();
  return statement;
}

const Statement& StandingArticle() {
  static const Statement statement = MakeStandingArticle();
  return statement;
}

const Statement& KeepCandidate() {
  static const Statement statement = MakeKeepCandidate();
  return statement;
}

const Statement& KeepVersion() {
  static const Statement statement = MakeKeepVersion();
  return statement;
}

const Statement& ReplaceVersion() {
  static const Statement statement = MakeReplaceVersion();
  return statement;
}

const Statement& RaiseState() {
  static const Statement statement = MakeRaiseState();
  return statement;
}

const Statement& SettleTask() {
  static const Statement statement = MakeSettleTask();
  return statement;
}

const Statement& AcceptTask() {
  static const Statement statement = MakeAcceptTask();
  return statement;
}

const Statement& InsertDeadLetter() {
  static const Statement statement = MakeInsertDeadLetter();
  return statement;
}

bool SpeaksOfArticle(const v1::Outcome& outcome) {
  if (outcome.article_key().empty() || !outcome.has_fetched_at()) return false;
  if (outcome.kind() == v1::GONE) return true;
  if (outcome.kind() != v1::SKIPPED) return false;
  switch (outcome.reason()) {
    case v1::REASON_EXTERNAL:
    case v1::REASON_LIST:
    case v1::REASON_EMPTY_SHELL:
    case v1::REASON_CHALLENGE:
    case v1::REASON_CONSENT:
    case v1::REASON_LOGIN:
    case v1::REASON_NOT_HTML:
    case v1::REASON_NO_ARTICLE:
    case v1::REASON_USAGE_OPT_OUT:
    case v1::REASON_EMPTY_BODY:
      return true;
    default:  // robots, operator, expired …: the page was not seen
      return false;
  }
}

ArticleResult JudgeWritten(const std::string& last_change) {
  if (last_change == "NEW") return {v1::STORED, v1::REASON_NEW};
  if (last_change == "UPDATED") return {v1::STORED, v1::REASON_UPDATED};
  return {v1::UNCHANGED, v1::REASON_SAME_CONTENT};
}

ArticleResult JudgeRefused(const v1::Article& article,
                           const std::optional<Row>& standing) {
  if (standing && standing->at(0) == "1")
    return {v1::SKIPPED, v1::REASON_SUPPRESSED};
  if (standing && standing->at(1) == article.content_hash())
    return {v1::UNCHANGED, v1::REASON_SAME_CONTENT};
  if (standing && standing->at(2) == "1" && article.article_body().empty())
    return {v1::UNCHANGED, v1::REASON_BODY_KEPT};
  if (standing && standing->at(3) == "1")
    return {v1::UNCHANGED, v1::REASON_SHRUNK};
  return {v1::UNCHANGED, v1::REASON_SUPERSEDED};
}

}  // namespace newsmill::sql
