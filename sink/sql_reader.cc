#include "sink/sql_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/simhash.h"
#include "sink/rows.h"
#include "sink/sql_where.h"

namespace newsmill::sql {
namespace {

std::string Limit(const std::optional<int64_t>& limit) {
  return limit ? fmt::format(" LIMIT {}", *limit) : "";
}

std::optional<Timestamp> ReadTime(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const Result<Timestamp> time = ParseRfc3339(*text);
  return time ? std::optional(*time) : std::nullopt;
}

// Parses records of one answer; an unreadable one ends the walk with kCorrupt.
template <typename Record>
Result<Record> ParseRecord(const std::optional<std::string>& bytes,
                           const char* table) {
  Record record;
  if (!bytes || !record.ParseFromString(*bytes))
    return Error{Code::kCorrupt,
                 fmt::format("a record of table {} cannot be read", table)};
  return record;
}

Where LedgerWhere(const LedgerFilter& filter) {
  Where where;
  if (!filter.site.empty()) where.And("site = {}", filter.site);
  if (!filter.batch.empty()) where.And("batch = {}", filter.batch);
  if (!filter.reason.empty()) where.And("reason = {}", filter.reason);
  if (filter.accepted_since)
    where.And("accepted_at >= {}", *filter.accepted_since);
  if (filter.settled_since)
    where.And("settled_at >= {}", *filter.settled_since);
  if (filter.only_open) where.And("kind_rank = 0");
  if (filter.only_unaccepted) where.And("accepted_at IS NULL");
  if (!filter.task_id.empty()) where.And("task_id = {}", filter.task_id);
  if (!filter.article_key.empty())
    where.And("article_key = {}", filter.article_key);
  if (!filter.target_or_url.empty())
    where.And("{0} IN (target, requested_url, url)", filter.target_or_url);
  return where;
}

class SqlReader final : public StoreReader {
 public:
  explicit SqlReader(std::unique_ptr<Queries> queries)
      : queries_(std::move(queries)) {}

  Result<void> VisitArticles(
      const ArticleFilter& filter,
      const std::function<bool(const v1::Article&)>& visit) override;
  Result<void> VisitShrunk(
      const ArticleFilter& filter,
      const std::function<bool(const v1::Article&, int64_t)>& visit) override;
  Result<void> VisitVersions(
      const std::string& article_key,
      const std::function<bool(const v1::Article&)>& visit) override;
  Result<v1::Article> FindArticle(const std::string& key) override;
  Result<std::optional<SuppressedKey>> FindErased(
      const std::string& article_key) override;
  Result<std::vector<SimilarArticle>> FindSimilar(const std::string& key,
                                                  int bits) override;
  Result<void> VisitLedger(
      const LedgerFilter& filter,
      const std::function<bool(const LedgerRow&)>& visit) override;
  Result<std::vector<LedgerCount>> CountLedger(
      const LedgerFilter& filter) override;
  Result<std::set<std::string>> AcceptedAmong(
      const std::vector<std::string>& task_ids) override;
  Result<std::vector<LedgerRow>> SettledWithoutArticle(
      const LedgerFilter& filter, int64_t limit) override;
  Result<std::vector<BatchRow>> ListBatches() override;
  Result<void> VisitDead(
      const DeadFilter& filter,
      const std::function<bool(int64_t, const v1::DeadLetter&)>& visit)
      override;
  Result<v1::DeadLetter> FindDead(int64_t id) override;
  Result<Offsets> NextOffsets() override;
  Result<std::vector<StoreOffset>> StoreOffsets() override;
  Result<Offsets> FirstUnsettled() override;
  Result<std::optional<Timestamp>> OldestOpen() override;

 private:
  std::string LedgerColumns() const;
  Result<void> VisitLedgerRows(
      const std::string& rest, const std::vector<Value>& values,
      const std::function<bool(const LedgerRow&)>& visit);
  Result<Offsets> ReadOffsets(const std::string& sql);

  std::unique_ptr<Queries> queries_;
};

Result<void> SqlReader::VisitArticles(
    const ArticleFilter& filter,
    const std::function<bool(const v1::Article&)>& visit) {
  Where where;
  where.And("fetched_at IS NOT NULL");
  if (!filter.site.empty()) where.And("site = {}", filter.site);
  if (!filter.batch.empty()) where.And("batch = {}", filter.batch);
  if (filter.fetched_since)
    where.And("fetched_at >= {}", *filter.fetched_since);
  Result<void> outcome;
  const Result<void> read = queries_->Query(
      "SELECT record FROM articles" + where.text() +
          " ORDER BY fetched_at, article_key" + Limit(filter.limit),
      where.values(), [&](const Row& row) {
        const auto article = ParseRecord<v1::Article>(row.at(0), "articles");
        if (!article) outcome = article.error();
        return article.has_value() && visit(*article);
      });
  return read ? outcome : read;
}

Result<void> SqlReader::VisitShrunk(
    const ArticleFilter& filter,
    const std::function<bool(const v1::Article&, int64_t)>& visit) {
  Where where;
  // What was fetched later makes a candidate void.
  where.And("articles.fetched_at < article_candidates.fetched_at");
  if (!filter.site.empty()) where.And("articles.site = {}", filter.site);
  if (!filter.batch.empty()) where.And("articles.batch = {}", filter.batch);
  if (filter.fetched_since)
    where.And("article_candidates.fetched_at >= {}", *filter.fetched_since);
  Result<void> outcome;
  const Result<void> read = queries_->Query(
      "SELECT article_candidates.record, articles.body_length"
      " FROM article_candidates JOIN articles"
      " ON articles.article_key = article_candidates.article_key" +
          where.text() +
          " ORDER BY article_candidates.fetched_at,"
          " article_candidates.article_key" +
          Limit(filter.limit),
      where.values(), [&](const Row& row) {
        const auto article =
            ParseRecord<v1::Article>(row.at(0), "article_candidates");
        if (!article) outcome = article.error();
        return article.has_value() && visit(*article, ReadInteger(row.at(1)));
      });
  return read ? outcome : read;
}

Result<void> SqlReader::VisitVersions(
    const std::string& article_key,
    const std::function<bool(const v1::Article&)>& visit) {
  Result<void> outcome;
  const Result<void> read = queries_->Query(
      "SELECT record FROM article_versions WHERE article_key = $1"
      " ORDER BY fetched_at",
      {article_key}, [&](const Row& row) {
        const auto version =
            ParseRecord<v1::Article>(row.at(0), "article_versions");
        if (!version) outcome = version.error();
        return version.has_value() && visit(*version);
      });
  return read ? outcome : read;
}

Result<v1::Article> SqlReader::FindArticle(const std::string& key) {
  std::optional<Result<v1::Article>> found;
  for (const char* column : {"article_key", "url", "article_id"}) {
    const Result<void> read = queries_->Query(
        fmt::format("SELECT record FROM articles WHERE {} = $1 AND"
                    " fetched_at IS NOT NULL ORDER BY fetched_at DESC,"
                    " article_key LIMIT 1",
                    column),
        {key}, [&](const Row& row) {
          found = ParseRecord<v1::Article>(row.at(0), "articles");
          return false;
        });
    if (!read) return read.error();
    if (found) return *found;
  }
  return Error{Code::kNotFound,
               fmt::format("no article with key, URL or ID '{}'", key)};
}

Result<std::optional<SuppressedKey>> SqlReader::FindErased(
    const std::string& article_key) {
  std::optional<SuppressedKey> erased;
  std::optional<Error> unread;
  const Result<void> read = queries_->Query(
      fmt::format("SELECT {}, who, why FROM suppressed WHERE article_key = $1",
                  queries_->TimeText("suppressed_at")),
      {article_key}, [&](const Row& row) {
        const auto at = ParseRfc3339(row.at(0).value_or(""));
        if (!at) {
          unread = at.error();
        } else {
          erased = {article_key, *at, row.at(1).value_or(""),
                    row.at(2).value_or("")};
        }
        return false;
      });
  if (!read) return read.error();
  if (unread) return *unread;
  return erased;
}

Result<std::vector<SimilarArticle>> SqlReader::FindSimilar(
    const std::string& key, int bits) {
  const Result<v1::Article> article = FindArticle(key);
  if (!article) return article.error();
  const std::optional<uint64_t> hash = SimHash(article->article_body());
  if (!hash) {
    return Error{Code::kInvalidArgument,
                 fmt::format("the text of '{}' is too short to be compared",
                             article->article_key())};
  }
  // One look into each index; a UNION keeps each row once.
  const auto bands = SimHashBands(*hash);
  std::string candidates;
  std::vector<Value> values;
  for (size_t i = 0; i < bands.size(); ++i) {
    values.emplace_back(int64_t{bands[i]});
    candidates += fmt::format(
        "{}SELECT article_key FROM articles WHERE simhash_band_{} = ${}",
        i == 0 ? "" : " UNION ", i, i + 1);
  }
  std::vector<SimilarArticle> similar;
  Result<void> outcome;
  const Result<void> read = queries_->Query(
      "SELECT record, simhash FROM articles WHERE article_key IN (" +
          candidates + ") ORDER BY article_key",
      values, [&](const Row& row) {
        const auto other = static_cast<uint64_t>(ReadInteger(row.at(1)));
        const int distance = HammingDistance(*hash, other);
        if (distance > bits) return true;
        auto found = ParseRecord<v1::Article>(row.at(0), "articles");
        if (!found) {
          outcome = found.error();
          return false;
        }
        if (found->article_key() != article->article_key()) {
          similar.push_back({*std::move(found), distance});
        }
        return true;
      });
  if (!read) return read.error();
  if (!outcome) return outcome.error();
  std::stable_sort(
      similar.begin(), similar.end(),
      [](const auto& a, const auto& b) { return a.bits < b.bits; });
  return similar;
}

std::string SqlReader::LedgerColumns() const {
  return fmt::format(
      "task_id, target, site, batch, {}, {}, kind, reason, detail,"
      " article_key, accepted_topic, accepted_partition, accepted_offset,"
      " further_outcomes, conflicts, awaits_task_id, requested_url, url, stage,"
      " http_status, attempts, {}, traceparent",
      queries_->TimeText("ledger.accepted_at"),
      queries_->TimeText("ledger.settled_at"),
      queries_->TimeText("ledger.fetched_at"));
}

LedgerRow ReadLedgerRow(const Row& row) {
  LedgerRow task;
  task.task_id = row.at(0).value_or("");
  task.target = row.at(1).value_or("");
  task.site = row.at(2).value_or("");
  task.batch = row.at(3).value_or("");
  task.accepted_at = ReadTime(row.at(4));
  task.settled_at = ReadTime(row.at(5));
  task.kind = KindFromName(row.at(6).value_or(""));
  task.reason = ReasonFromName(row.at(7).value_or(""));
  task.detail = row.at(8).value_or("");
  task.article_key = row.at(9).value_or("");
  task.where.topic = row.at(10).value_or("");
  task.where.partition = static_cast<int32_t>(ReadInteger(row.at(11)));
  task.offset = ReadInteger(row.at(12));
  task.further_outcomes = ReadInteger(row.at(13));
  task.conflicts = ReadInteger(row.at(14));
  task.awaits_task_id = row.at(15).value_or("");
  task.requested_url = row.at(16).value_or("");
  task.url = row.at(17).value_or("");
  task.stage = row.at(18).value_or("");
  task.http_status = ReadInteger(row.at(19));
  task.attempts = ReadInteger(row.at(20));
  task.fetched_at = ReadTime(row.at(21));
  task.traceparent = row.at(22).value_or("");
  return task;
}

Result<void> SqlReader::VisitLedgerRows(
    const std::string& rest, const std::vector<Value>& values,
    const std::function<bool(const LedgerRow&)>& visit) {
  return queries_->Query(
      "SELECT " + LedgerColumns() + " FROM ledger" + rest, values,
      [&](const Row& row) { return visit(ReadLedgerRow(row)); });
}

Result<void> SqlReader::VisitLedger(
    const LedgerFilter& filter,
    const std::function<bool(const LedgerRow&)>& visit) {
  const Where where = LedgerWhere(filter);
  // The expression keeps what was never accepted last on every database.
  return VisitLedgerRows(
      where.text() +
          (filter.newest_first
               ? " ORDER BY accepted_at IS NULL, ledger.accepted_at DESC,"
                 " task_id"
               : " ORDER BY accepted_at IS NULL, ledger.accepted_at, task_id") +
          Limit(filter.limit),
      where.values(), visit);
}

Result<std::vector<LedgerCount>> SqlReader::CountLedger(
    const LedgerFilter& filter) {
  const Where where = LedgerWhere(filter);
  std::vector<LedgerCount> counts;
  const Result<void> read = queries_->Query(
      "SELECT kind, reason, count(*) FROM ledger" + where.text() +
          " GROUP BY kind, reason, kind_rank ORDER BY kind_rank DESC,"
          " count(*) DESC, reason",
      where.values(), [&](const Row& row) {
        counts.push_back({KindFromName(row.at(0).value_or("")),
                          ReasonFromName(row.at(1).value_or("")),
                          ReadInteger(row.at(2))});
        return true;
      });
  if (!read) return read.error();
  return counts;
}

Result<std::set<std::string>> SqlReader::AcceptedAmong(
    const std::vector<std::string>& task_ids) {
  constexpr size_t kAtATime = 500;  // well below SQLite's bound of parameters
  std::set<std::string> accepted;
  for (size_t first = 0; first < task_ids.size(); first += kAtATime) {
    const size_t end = std::min(task_ids.size(), first + kAtATime);
    std::string list;
    std::vector<Value> values;
    for (size_t i = first; i < end; ++i) {
      values.emplace_back(task_ids[i]);
      list += fmt::format("{}${}", list.empty() ? "" : ", ", values.size());
    }
    const Result<void> read = queries_->Query(
        "SELECT task_id FROM ledger WHERE accepted_at IS NOT NULL"
        " AND task_id IN (" +
            list + ")",
        values, [&](const Row& row) {
          accepted.insert(row.at(0).value_or(""));
          return true;
        });
    if (!read) return read.error();
  }
  return accepted;
}

Result<std::vector<LedgerRow>> SqlReader::SettledWithoutArticle(
    const LedgerFilter& filter, int64_t limit) {
  Where where = LedgerWhere(filter);
  where.And("kind IN ('STORED', 'UNCHANGED')");
  where.And(
      "NOT EXISTS (SELECT 1 FROM articles WHERE"
      " articles.article_key = ledger.article_key"
      " AND articles.fetched_at IS NOT NULL)");
  // What was erased afterwards is no contradiction.
  where.And(
      "NOT EXISTS (SELECT 1 FROM suppressed WHERE"
      " suppressed.article_key = ledger.article_key)");
  std::vector<LedgerRow> rows;
  const Result<void> read =
      VisitLedgerRows(where.text() + " ORDER BY task_id" + Limit(limit),
                      where.values(), [&](const LedgerRow& row) {
                        rows.push_back(row);
                        return true;
                      });
  if (!read) return read.error();
  return rows;
}

Result<std::vector<BatchRow>> SqlReader::ListBatches() {
  std::vector<BatchRow> batches;
  const Result<void> read = queries_->Query(
      fmt::format("SELECT batch, kind, count(accepted_at), count(*), {}, {}"
                  " FROM ledger WHERE batch IS NOT NULL"
                  " GROUP BY batch, kind ORDER BY batch, kind",
                  queries_->TimeText("min(ledger.accepted_at)"),
                  queries_->TimeText(
                      "max(COALESCE(ledger.settled_at, ledger.accepted_at))")),
      {}, [&](const Row& row) {
        const std::string name = row.at(0).value_or("");
        if (batches.empty() || batches.back().name != name) {
          batches.emplace_back();
          batches.back().name = name;
          batches.back().first_accepted = Timestamp::max();
          batches.back().last_change = Timestamp::min();
        }
        BatchRow& batch = batches.back();
        batch.accepted += ReadInteger(row.at(2));
        if (row.at(1))
          batch.by_kind[KindFromName(*row[1])] += ReadInteger(row.at(3));
        else
          batch.open += ReadInteger(row.at(3));
        if (const auto first = ReadTime(row.at(4)))
          batch.first_accepted = std::min(batch.first_accepted, *first);
        if (const auto last = ReadTime(row.at(5)))
          batch.last_change = std::max(batch.last_change, *last);
        return true;
      });
  if (!read) return read.error();
  for (BatchRow& batch : batches) {
    // Outcomes alone say nothing about when a batch was accepted.
    if (batch.first_accepted == Timestamp::max())
      batch.first_accepted = batch.last_change;
  }
  return batches;
}

Result<void> SqlReader::VisitDead(
    const DeadFilter& filter,
    const std::function<bool(int64_t, const v1::DeadLetter&)>& visit) {
  const Where where = DeadWhere(filter);
  Result<void> outcome;
  const Result<void> read = queries_->Query(
      "SELECT id, record FROM dead_letters" + where.text() +
          " ORDER BY id DESC" + Limit(filter.limit),
      where.values(), [&](const Row& row) {
        const auto dead =
            ParseRecord<v1::DeadLetter>(row.at(1), "dead_letters");
        if (!dead) outcome = dead.error();
        return dead.has_value() && visit(ReadInteger(row.at(0)), *dead);
      });
  return read ? outcome : read;
}

Result<v1::DeadLetter> SqlReader::FindDead(int64_t id) {
  Result<v1::DeadLetter> found =
      Error{Code::kNotFound, fmt::format("no dead letter with ID {}", id)};
  const Result<void> read = queries_->Query(
      "SELECT record FROM dead_letters WHERE id = $1", {id},
      [&](const Row& row) {
        found = ParseRecord<v1::DeadLetter>(row.at(0), "dead_letters");
        return false;
      });
  if (!read) return read.error();
  return found;
}

Result<Offsets> SqlReader::ReadOffsets(const std::string& sql) {
  Offsets offsets;
  const Result<void> read = queries_->Query(sql, {}, [&](const Row& row) {
    const TopicPartition partition{
        row.at(0).value_or(""), static_cast<int32_t>(ReadInteger(row.at(1)))};
    offsets[partition] = ReadInteger(row.at(2));
    return true;
  });
  if (!read) return read.error();
  return offsets;
}

Result<Offsets> SqlReader::NextOffsets() {
  return ReadOffsets(
      "SELECT topic, partition, next FROM sink_offsets WHERE next IS NOT NULL");
}

Result<Offsets> SqlReader::FirstUnsettled() {
  return ReadOffsets(
      "SELECT accepted_topic, accepted_partition, min(accepted_offset)"
      " FROM ledger WHERE kind_rank = 0 AND accepted_topic IS NOT NULL"
      " GROUP BY accepted_topic, accepted_partition");
}

Result<std::vector<StoreOffset>> SqlReader::StoreOffsets() {
  std::vector<StoreOffset> offsets;
  const Result<void> read = queries_->Query(
      "SELECT topic, partition, next, cluster_id FROM sink_offsets"
      " ORDER BY topic, partition",
      {}, [&](const Row& row) {
        StoreOffset& offset = offsets.emplace_back();
        offset.partition = {
            row.at(0).value_or(""),
            static_cast<int32_t>(std::stol(row.at(1).value_or("0")))};
        if (row.at(2)) offset.next = std::stoll(*row.at(2));
        offset.cluster_id = row.at(3).value_or("");
        return true;
      });
  if (!read) return read.error();
  return offsets;
}

Result<std::optional<Timestamp>> SqlReader::OldestOpen() {
  std::optional<Timestamp> oldest;
  const Result<void> read = queries_->Query(
      "SELECT " + queries_->TimeText("min(accepted_at)") +
          " FROM ledger WHERE kind_rank = 0 AND accepted_topic IS NOT NULL",
      {}, [&](const Row& row) {
        oldest = ReadTime(row.at(0));
        return true;
      });
  if (!read) return read.error();
  return oldest;
}

}  // namespace

Where DeadWhere(const DeadFilter& filter) {
  Where where;
  if (!filter.site.empty()) where.And("site = {}", filter.site);
  if (!filter.batch.empty()) where.And("batch = {}", filter.batch);
  if (!filter.reason.empty()) where.And("reason = {}", filter.reason);
  if (!filter.stage.empty()) where.And("stage = {}", filter.stage);
  if (filter.died_since) where.And("died_at >= {}", *filter.died_since);
  if (filter.died_before) where.And("died_at < {}", *filter.died_before);
  return where;
}

std::unique_ptr<StoreReader> NewSqlReader(std::unique_ptr<Queries> queries) {
  return std::make_unique<SqlReader>(std::move(queries));
}

}  // namespace newsmill::sql
