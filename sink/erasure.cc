#include "sink/erasure.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sink/rows.h"

namespace newsmill::sql {
namespace {

// In one transaction: sinks wait for these rows meanwhile.
constexpr size_t kAtATime = 200;
// Dead letters may hold whole pages.
constexpr int kLettersAtOnce = 20;

using Keys = Erasure::Keys;

std::vector<Keys> Portions(const Keys& keys) {
  std::vector<Keys> portions;
  for (size_t first = 0; first < keys.size(); first += kAtATime) {
    const size_t end = std::min(keys.size(), first + kAtATime);
    portions.emplace_back(keys.begin() + static_cast<std::ptrdiff_t>(first),
                          keys.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return portions;
}

// "($1, $2, …)" for as many.
std::string ListOf(size_t count) {
  std::string list;
  for (size_t i = 1; i <= count; ++i)
    list += fmt::format("{}${}", i == 1 ? "(" : ", ", i);
  return list + ")";
}

std::vector<Value> ValuesOf(const Keys& keys) {
  std::vector<Value> values;
  values.reserve(keys.size());
  for (const std::string& key : keys) values.emplace_back(key);
  return values;
}

// A row of nothing but its key, its site and when it was erased; also where
// there was no row.
std::string MakeTombstone() {
  std::string set;
  for (const Column& column : ArticleColumns())
    if (column.name != "article_key" && column.name != "site")
      set += column.name + " = NULL, ";
  for (const char* name : {"body_length", "last_change", "first_stored_at"})
    if (set.find(fmt::format("{} = NULL", name)) == std::string::npos)
      set += fmt::format("{} = NULL, ", name);
  for (const char* name : {"state", "state_reason", "state_fetched_at",
                           "state_generation", "state_hash"})
    set += fmt::format("{0} = excluded.{0}, ", name);
  return fmt::format(
      "INSERT INTO articles (article_key, state, state_reason,"
      " state_fetched_at, state_generation, state_hash, updated_at)"
      " VALUES ($1, 'ERASED', 'SUPPRESSED', $2, 0, '', $2)"
      " ON CONFLICT (article_key) DO UPDATE SET {}"
      " updated_at = excluded.updated_at"
      " WHERE articles.state <> 'ERASED' OR articles.record IS NOT NULL",
      set);
}

}  // namespace

Result<std::vector<std::string>> Erasure::Texts(
    const std::string& sql, const std::vector<Value>& values) {
  const auto rows = changes_.Ask(sql, values);
  if (!rows) return rows.error();
  std::set<std::string> texts;
  for (const Row& row : *rows)
    if (row.at(0) && !row.at(0)->empty()) texts.insert(*row.at(0));
  return std::vector<std::string>(texts.begin(), texts.end());
}

Result<Keys> Erasure::KeysNamed(const std::string& text) {
  return Texts(
      "SELECT article_key FROM articles"
      " WHERE $1 IN (article_key, url, requested_url, final_url)"
      " UNION SELECT article_key FROM ledger WHERE article_key IS NOT NULL"
      " AND $1 IN (article_key, target, requested_url, url)",
      {text});
}

Result<Keys> Erasure::KeysOfSite(const std::string& site) {
  return Texts(
      "SELECT article_key FROM articles WHERE site = $1"
      " UNION SELECT article_key FROM ledger WHERE article_key IS NOT NULL"
      " AND site = $1",
      {site});
}

Result<std::vector<std::string>> Erasure::UrlsOf(const Keys& keys) {
  std::set<std::string> urls;
  for (const Keys& portion : Portions(keys)) {
    const std::string list = ListOf(portion.size());
    std::string sql;
    for (const char* name : {"url", "requested_url", "final_url"})
      sql += fmt::format(
          "SELECT {} FROM articles WHERE article_key IN {} UNION ", name, list);
    sql += fmt::format(
        "SELECT url FROM ledger WHERE article_key IN {0} UNION"
        " SELECT requested_url FROM ledger WHERE article_key IN {0}",
        list);
    const auto found = Texts(sql, ValuesOf(portion));
    if (!found) return found.error();
    urls.insert(found->begin(), found->end());
  }
  return std::vector<std::string>(urls.begin(), urls.end());
}

Result<int64_t> Erasure::Count(const std::string& sql, const Keys& keys) {
  const auto rows = changes_.Ask(
      fmt::format("{} article_key IN {}", sql, ListOf(keys.size())),
      ValuesOf(keys));
  if (!rows) return rows.error();
  return ReadInteger(rows->at(0).at(0));
}

Result<StoredTraces> Erasure::TracesOf(const Keys& keys) {
  StoredTraces traces;
  const std::pair<const char*, int64_t*> parts[] = {
      {"SELECT count(*) FROM articles WHERE fetched_at IS NOT NULL AND",
       &traces.rows},
      {"SELECT count(*) FROM article_versions WHERE", &traces.versions},
      {"SELECT count(*) FROM article_candidates WHERE", &traces.candidates}};
  for (const Keys& portion : Portions(keys)) {
    for (const auto& [sql, count] : parts) {
      const Result<int64_t> found = Count(sql, portion);
      if (!found) return found.error();
      *count += *found;
    }
  }
  const auto letters = DeadLettersOf(keys);
  if (!letters) return letters.error();
  traces.dead_letters = std::ssize(*letters);
  return traces;
}

Result<void> Erasure::Bury(const std::string& key, const std::string& who,
                           const std::string& why, Timestamp now) {
  static const std::string tombstone = MakeTombstone();
  const auto buried = changes_.Ask(tombstone, {key, now});
  if (!buried) return buried.error();
  const auto listed = changes_.Ask(
      "INSERT INTO suppressed (article_key, suppressed_at, who, why)"
      " VALUES ($1, $2, $3, $4) ON CONFLICT (article_key) DO NOTHING",
      {key, now, TextOrNull(who), TextOrNull(why)});
  return listed ? Result<void>() : listed.error();
}

Result<StoredTraces> Erasure::EraseTogether(const Keys& keys,
                                            const std::string& who,
                                            const std::string& why,
                                            Timestamp now) {
  StoredTraces erased;
  const Result<void> done = Together(changes_, [&]() -> Result<void> {
    const auto rows = Count(
        "SELECT count(*) FROM articles WHERE fetched_at IS NOT NULL AND", keys);
    if (!rows) return rows.error();
    erased.rows = *rows;
    // In the order of the sinks, which take rows by key.
    for (const std::string& key : keys) {
      const Result<void> buried = Bury(key, who, why, now);
      if (!buried) return buried;
    }
    const std::pair<const char*, int64_t*> parts[] = {
        {"article_versions", &erased.versions},
        {"article_candidates", &erased.candidates}};
    for (const auto& [table, count] : parts) {
      const auto deleted =
          changes_.Ask(fmt::format("DELETE FROM {} WHERE article_key IN {}"
                                   " RETURNING article_key",
                                   table, ListOf(keys.size())),
                       ValuesOf(keys));
      if (!deleted) return deleted.error();
      *count = std::ssize(*deleted);
    }
    return {};
  });
  if (!done) return done.error();
  return erased;
}

Result<StoredTraces> Erasure::Erase(const Keys& keys, const std::string& who,
                                    const std::string& why, Timestamp now) {
  StoredTraces erased;
  for (const Keys& portion : Portions(keys)) {
    const auto part = EraseTogether(portion, who, why, now);
    if (!part) return part.error();
    erased.rows += part->rows;
    erased.versions += part->versions;
    erased.candidates += part->candidates;
  }
  const auto letters = DeadLettersOf(keys);
  if (!letters) return letters.error();
  for (const int64_t id : *letters) {
    const auto deleted =
        changes_.Ask("DELETE FROM dead_letters WHERE id = $1", {id});
    if (!deleted) return deleted.error();
  }
  erased.dead_letters = std::ssize(*letters);
  return erased;
}

Result<std::vector<int64_t>> Erasure::DeadLettersOf(const Keys& keys) {
  std::vector<int64_t> ids;
  int64_t last = 0;
  while (!keys.empty()) {
    const auto rows = changes_.Ask(
        fmt::format("SELECT id, record FROM dead_letters WHERE id > $1"
                    " ORDER BY id LIMIT {}",
                    kLettersAtOnce),
        {last});
    if (!rows) return rows.error();
    for (const Row& row : *rows) {
      last = ReadInteger(row.at(0));
      v1::DeadLetter letter;
      if (!letter.ParseFromString(row.at(1).value_or("")))
        return Error{Code::kCorrupt,
                     "a record of table dead_letters cannot be read"};
      if (std::binary_search(keys.begin(), keys.end(), letter.key()))
        ids.push_back(last);
    }
    if (std::ssize(*rows) < kLettersAtOnce) break;
  }
  return ids;
}

Result<std::vector<SuppressedKey>> Erasure::Suppressed() {
  const auto rows = changes_.Ask(
      fmt::format("SELECT article_key, {}, who, why FROM suppressed"
                  " ORDER BY article_key",
                  changes_.TimeText("suppressed_at")),
      {});
  if (!rows) return rows.error();
  std::vector<SuppressedKey> keys;
  for (const Row& row : *rows) {
    const auto at = ParseRfc3339(row.at(1).value_or(""));
    if (!at) return at.error();
    keys.push_back({row.at(0).value_or(""), *at, row.at(2).value_or(""),
                    row.at(3).value_or("")});
  }
  return keys;
}

}  // namespace newsmill::sql
