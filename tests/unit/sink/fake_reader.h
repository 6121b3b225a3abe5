#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sink/store_reader.h"

namespace newsmill {

// A ledger in memory. `while_read` runs before its rows are handed out.
class FakeReader : public StoreReader {
 public:
  Result<void> VisitLedger(
      const LedgerFilter& filter,
      const std::function<bool(const LedgerRow&)>& visit) override {
    if (!filter.only_unaccepted && while_read) while_read();
    for (const auto& [id, row] : ledger)
      if (Wanted(filter, row) && !visit(row)) break;
    return {};
  }
  Result<std::set<std::string>> AcceptedAmong(
      const std::vector<std::string>& task_ids) override {
    std::set<std::string> accepted;
    for (const std::string& id : task_ids) {
      const auto row = ledger.find(id);
      if (row != ledger.end() && row->second.accepted_at) accepted.insert(id);
    }
    return accepted;
  }
  Result<std::vector<LedgerRow>> SettledWithoutArticle(const LedgerFilter&,
                                                       int64_t) override {
    return without_article;
  }
  Result<Offsets> NextOffsets() override { return next; }
  Result<std::vector<StoreOffset>> StoreOffsets() override {
    std::vector<StoreOffset> offsets;
    for (const auto& [name, offset] : next) {
      offsets.push_back({name, offset, ""});
    }
    return offsets;
  }
  Result<Offsets> FirstUnsettled() override { return first_unsettled; }
  Result<std::optional<Timestamp>> OldestOpen() override { return oldest_open; }

  Result<void> VisitArticles(
      const ArticleFilter&,
      const std::function<bool(const v1::Article&)>&) override {
    return {};
  }
  Result<void> VisitShrunk(
      const ArticleFilter&,
      const std::function<bool(const v1::Article&, int64_t)>&) override {
    return {};
  }
  Result<void> VisitVersions(
      const std::string&,
      const std::function<bool(const v1::Article&)>&) override {
    return {};
  }
  Result<v1::Article> FindArticle(const std::string&) override {
    return Error{Code::kNotFound, ""};
  }
  Result<std::optional<SuppressedKey>> FindErased(const std::string&) override {
    return std::optional<SuppressedKey>();
  }
  Result<std::vector<SimilarArticle>> FindSimilar(const std::string&,
                                                  int) override {
    return std::vector<SimilarArticle>();
  }
  Result<std::vector<LedgerCount>> CountLedger(const LedgerFilter&) override {
    return std::vector<LedgerCount>();
  }
  Result<std::vector<BatchRow>> ListBatches() override {
    return std::vector<BatchRow>();
  }
  Result<void> VisitDead(
      const DeadFilter&,
      const std::function<bool(int64_t, const v1::DeadLetter&)>&) override {
    return {};
  }
  Result<v1::DeadLetter> FindDead(int64_t) override {
    return Error{Code::kNotFound, ""};
  }

  static bool Wanted(const LedgerFilter& filter, const LedgerRow& row) {
    const auto is = [](const std::string& wanted, const std::string& text) {
      return wanted.empty() || wanted == text;
    };
    return (!filter.only_unaccepted || !row.accepted_at) &&
           is(filter.task_id, row.task_id) &&
           is(filter.article_key, row.article_key) &&
           (is(filter.target_or_url, row.target) ||
            is(filter.target_or_url, row.requested_url)) &&
           is(filter.site, row.site) && is(filter.batch, row.batch) &&
           (!filter.accepted_since ||
            (row.accepted_at && *row.accepted_at >= *filter.accepted_since));
  }

  std::map<std::string, LedgerRow> ledger;
  std::vector<LedgerRow> without_article;
  Offsets next, first_unsettled;
  std::optional<Timestamp> oldest_open;
  std::function<void()> while_read;
};

}  // namespace newsmill
