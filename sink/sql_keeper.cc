#include "sink/sql_keeper.h"

#include <fmt/format.h>

#include "sink/erasure.h"
#include "sink/sql_where.h"

namespace newsmill::sql {
namespace {

using Keys = std::vector<std::string>;

class SqlKeeper final : public StoreKeeper {
 public:
  SqlKeeper(std::unique_ptr<Changes> changes, bool history, const Clock& clock)
      : changes_(std::move(changes)),
        erasure_(*changes_),
        history_(history),
        clock_(clock) {}

  Result<int64_t> DropDead(const std::vector<int64_t>& ids,
                           const DeadFilter& filter) override;
  Result<void> AcceptShrunk(const std::string& article_key) override;
  Result<Keys> KeysNamed(const std::string& text) override {
    return erasure_.KeysNamed(text);
  }
  Result<Keys> KeysOfSite(const std::string& site) override {
    return erasure_.KeysOfSite(site);
  }
  Result<std::vector<std::string>> UrlsOf(const Keys& keys) override {
    return erasure_.UrlsOf(keys);
  }
  Result<StoredTraces> Erase(const Keys& keys, const std::string& who,
                             const std::string& why) override {
    return erasure_.Erase(keys, who, why, clock_.Now());
  }
  Result<StoredTraces> TracesOf(const Keys& keys) override {
    return erasure_.TracesOf(keys);
  }
  Result<std::vector<SuppressedKey>> Suppressed() override {
    return erasure_.Suppressed();
  }

 private:
  Result<v1::Article> FindCandidate(const std::string& article_key);
  Result<void> WriteCandidate(const v1::Article& article);

  const std::unique_ptr<Changes> changes_;
  Erasure erasure_;
  const bool history_;
  const Clock& clock_;
};

Result<int64_t> SqlKeeper::DropDead(const std::vector<int64_t>& ids,
                                    const DeadFilter& filter) {
  Where where = DeadWhere(filter);
  if (!ids.empty()) where.And(fmt::format("id IN ({})", fmt::join(ids, ", ")));
  int64_t dropped = 0;
  const Result<void> done = Together(*changes_, [&]() -> Result<void> {
    const auto rows = changes_->Ask(
        "DELETE FROM dead_letters" + where.text() + " RETURNING id",
        where.values());
    if (!rows) return rows.error();
    dropped = static_cast<int64_t>(rows->size());
    return {};
  });
  if (!done) return done.error();
  return dropped;
}

Result<v1::Article> SqlKeeper::FindCandidate(const std::string& article_key) {
  const auto rows = changes_->Ask(
      "SELECT record FROM article_candidates WHERE article_key = $1",
      {article_key});
  if (!rows) return rows.error();
  if (rows->empty())
    return Error{Code::kNotFound,
                 fmt::format("no shrunk body is kept for '{}'", article_key)};
  v1::Article article;
  if (!article.ParseFromString(rows->front().at(0).value_or("")))
    return Error{Code::kCorrupt,
                 "a record of table article_candidates cannot be read"};
  return article;
}

Result<void> SqlKeeper::WriteCandidate(const v1::Article& article) {
  // A row of unknown length takes whatever is newer.
  const auto opened = changes_->Ask(
      "UPDATE articles SET body_length = NULL WHERE article_key = $1",
      {article.article_key()});
  if (!opened) return opened.error();
  StoreBatch batch;
  batch.articles = {article};
  Transaction& transaction = changes_->transaction();
  const auto half = WriteArticles(transaction, batch, clock_.Now(), history_);
  if (!half) return half.error();
  if (half->result.articles.at(0).reason != v1::REASON_UPDATED)
    return Error{Code::kNotFound,
                 fmt::format("the row of '{}' holds a newer fetch than the "
                             "body that was kept",
                             article.article_key())};
  const auto rest = transaction.Run(half->rest);
  if (!rest) return rest.error();
  const auto deleted =
      changes_->Ask("DELETE FROM article_candidates WHERE article_key = $1",
                    {article.article_key()});
  return deleted ? Result<void>() : deleted.error();
}

Result<void> SqlKeeper::AcceptShrunk(const std::string& article_key) {
  return Together(*changes_, [&]() -> Result<void> {
    const Result<v1::Article> article = FindCandidate(article_key);
    if (!article) return article.error();
    return WriteCandidate(*article);
  });
}

}  // namespace

Result<void> Together(Changes& changes,
                      const std::function<Result<void>()>& change) {
  const Result<void> begun = changes.Begin();
  if (!begun) return begun;
  Result<void> done = change();
  if (done) done = changes.Commit();
  if (!done) changes.Rollback();
  return done;
}

std::unique_ptr<StoreKeeper> NewSqlKeeper(std::unique_ptr<Changes> changes,
                                          bool history, const Clock& clock) {
  return std::make_unique<SqlKeeper>(std::move(changes), history, clock);
}

}  // namespace newsmill::sql
