#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/replay/plan_book.h"
#include "core/flow/handler.h"
#include "core/flow/suppressions.h"
#include "core/sites/site_catalogue.h"
#include "newsmill/v1/dead_letter.pb.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "newsmill/v1/replay_plan.pb.h"
#include "parser/parse_handler.h"
#include "sink/store_reader.h"

namespace newsmill {

// Headers of what a replay writes.
inline constexpr char kReplayHeader[] = "newsmill-replay";
inline constexpr char kReplayedFromHeader[] = "newsmill-replayed-from";
inline constexpr char kFirstAppendedHeader[] = "newsmill-first-appended-at";

// What the store holds, as a replay asks for it. Thread-safe.
class StoredArticles {
 public:
  explicit StoredArticles(StoreReader& reader) : reader_(reader) {}

  // nullopt: no article of that key.
  Result<std::optional<v1::Article>> Find(const std::string& key);
  // How the task ended; nullopt where the ledger does not know it.
  Result<std::optional<LedgerRow>> Task(const std::string& task_id);

 private:
  std::mutex mutex_;
  StoreReader& reader_;  // guarded by mutex_
};

// What a replayed article is, beside the stored one.
enum class Standing {
  kNew,        // it would be written
  kOlder,      // the store has a newer fetch, or one parsed by newer rules
  kUnchanged,  // the same content, by newer rules: the row's version rises
  kSame,       // the same content and version
};
Standing Compare(const v1::Article& article,
                 const std::optional<v1::Article>& stored);

// The record that a letter is about, for the topic where it failed; a task goes
// back to `tasks` as the task that it is, without its attempts. nullopt where
// the letter does not hold the whole record, or it is nothing to work on.
std::optional<Record> RecordOf(const v1::DeadLetter& letter,
                               const Topics& topics,
                               const SiteCatalogue& sites);

// Whether a record is one of those that the plan asks for. Thread-safe.
class PlanFilter {
 public:
  // `stored` may be nullptr where the filter asks for nothing of the ledger.
  // What was erased is not asked for by any plan; `erased` outlives this.
  PlanFilter(const v1::ReplayPlan::Filter& filter, StoredArticles* stored,
             const Suppressions& erased)
      : filter_(filter), stored_(stored), erased_(erased) {}

  Result<bool> Wants(const v1::FetchedPage& page) const;
  Result<bool> Wants(const v1::Article& article) const;
  Result<bool> Wants(const v1::DeadLetter& letter) const;

 private:
  bool Fits(const std::string& site, const std::string& batch,
            const std::vector<std::string>& urls) const;
  Result<bool> EndedSo(const std::string& task_id) const;

  const v1::ReplayPlan::Filter filter_;
  StoredArticles* const stored_;
  const Suppressions& erased_;
};

// What the handlers of a replay share: the counts by partition, the rate, and
// whether the plan was cancelled. Used by the worker's thread, Count apart.
class ReplayDesk {
 public:
  // `share`: of the plan's rate, by the number of processes.
  ReplayDesk(const v1::ReplayPlan& plan, double share, PlanWatch* watch);

  // Counts the delivery so when it is settled. Any thread.
  using Field = void (*)(v1::ReplayCounts&);
  void Count(Delivery& delivery, Field field);

  void Tick(Instant now, WorkerPort* port);
  bool HasRoom() const;
  void Handed() { ++handed_; }

  std::string TallyOf(const TopicPartition& partition) const;
  void Recall(const TopicPartition& partition, const std::string& tally);

 private:
  const double rate_;  // records a second; 0: any
  const std::string name_;
  PlanWatch* const watch_;
  std::map<TopicPartition, v1::ReplayCounts> counts_;
  std::optional<Instant> started_;
  Instant now_{};
  Instant look_at_{};
  double allowed_ = 0;
  double handed_ = 0;
};

inline void Filtered(v1::ReplayCounts& c) { c.set_filtered(c.filtered() + 1); }
inline void Written(v1::ReplayCounts& c) { c.set_written(c.written() + 1); }
inline void Refused(v1::ReplayCounts& c) { c.set_refused(c.refused() + 1); }
inline void Unchanged(v1::ReplayCounts& c) {
  c.set_unchanged(c.unchanged() + 1);
}
inline void Dead(v1::ReplayCounts& c) { c.set_dead(c.dead() + 1); }

// Pages are parsed again, and what the store would take is written to
// `articles.replay`.
class PageReplay final : public ParseHandler, private PageSieve {
 public:
  // All outlive the handler.
  PageReplay(PageParser& parser, const Topics& topics, int64_t threads,
             const v1::ReplayPlan& plan, StoredArticles& stored,
             Suppressions& erased, ReplayDesk& desk);

  void Attach(WorkerPort& port) override;
  void Handle(Delivery delivery) override;
  bool HasRoom(const TopicPartition& partition) const override;
  void Tick(Instant now) override;
  std::string TallyOf(const TopicPartition& partition) const override;
  void RecallTally(const TopicPartition& partition,
                   const std::string& tally) override;

 private:
  bool Wants(const v1::FetchedPage& page, Delivery& delivery) override;
  bool Keeps(const v1::Article& article, Delivery& delivery) override;
  void Ends(const v1::FetchedPage& page, v1::Outcome& outcome,
            Delivery& delivery) override;
  void Dies(Delivery& delivery) override;
  std::vector<Header> HeadersOf(const Message& source) override;
  // The store does not answer: the worker ends and the record is read again.
  void StopFor(const Error& error);

  const std::string name_;
  const PlanFilter filter_;
  StoredArticles& stored_;
  ReplayDesk& desk_;
  WorkerPort* port_ = nullptr;
};

// Articles are written to `articles.replay` again; the records of dead letters
// go back to the topic where they failed.
class RecordReplay final : public Handler {
 public:
  RecordReplay(const Topics& topics, const SiteCatalogue& sites,
               const v1::ReplayPlan& plan, StoredArticles& stored,
               Suppressions& erased, ReplayDesk& desk);

  void Attach(WorkerPort& port) override { port_ = &port; }
  Result<Offsets> Assigned(const std::vector<TopicPartition>&) override {
    return Offsets();
  }
  void Revoked(const std::vector<TopicPartition>&, bool) override {}
  void Handle(Delivery delivery) override;
  bool HasRoom(const TopicPartition&) const override { return desk_.HasRoom(); }
  void Tick(Instant now) override {
    desk_.Tick(now, port_);
    erased_.Refresh(now);
  }
  void Drain() override {}
  std::string NotReadyBecause() const override { return ""; }
  std::string TallyOf(const TopicPartition& partition) const override {
    return desk_.TallyOf(partition);
  }
  void RecallTally(const TopicPartition& partition,
                   const std::string& tally) override {
    desk_.Recall(partition, tally);
  }

 private:
  Result<void> HandleArticle(Delivery& delivery, std::vector<Record>* outputs);
  Result<void> HandleLetter(Delivery& delivery, std::vector<Record>* outputs);

  const Topics& topics_;
  const SiteCatalogue& sites_;
  const v1::ReplayPlan plan_;
  const PlanFilter filter_;
  StoredArticles& stored_;
  Suppressions& erased_;
  ReplayDesk& desk_;
  WorkerPort* port_ = nullptr;
};

}  // namespace newsmill
