#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/bus/topics.h"
#include "core/flow/handler.h"
#include "core/flow/suppressions.h"
#include "parser/page_parser.h"
#include "parser/page_trial.h"

namespace newsmill {

// The record as a page, with a time of fetch that can be believed. False: it is
// none.
bool DecodePage(const Message& message, v1::FetchedPage* page);

// Says which pages are parsed and what becomes of the articles: a replay's.
// Called by the parser's threads.
class PageSieve {
 public:
  virtual ~PageSieve() = default;
  // False: the page is passed over.
  virtual bool Wants(const v1::FetchedPage& page, Delivery& delivery) = 0;
  // False: the article is not written.
  virtual bool Keeps(const v1::Article& article, Delivery& delivery) = 0;
  // The page is no article, and this outcome says so.
  virtual void Ends(const v1::FetchedPage& page, v1::Outcome& outcome,
                    Delivery& delivery) = 0;
  // The record becomes a dead letter.
  virtual void Dies(Delivery& delivery) = 0;
  // Of what is written.
  virtual std::vector<Header> HeadersOf(const Message& source) = 0;
};

// The parser's stage: pages in, articles or outcomes out. Pages are parsed by
// threads of its own; several pages of one partition may finish in any order.
class ParseHandler : public Handler {
 public:
  // `parser` and `topics` outlive the handler. `threads` as in ParserConfig.
  ParseHandler(PageParser& parser, const Topics& topics, int64_t threads);
  // Pages that may have ended a worker are tried there, before the first
  // record; it outlives the handler. Without it they are pages as all others.
  void TryWith(PageTrial& trial) { trial_ = &trial; }
  // Pages of erased articles are not parsed: their tasks end as SKIPPED
  // (SUPPRESSED). Before the first record; outlives the handler.
  void Heed(Suppressions& erased) { erased_ = &erased; }
  // Before the first record; `sieve` outlives the handler.
  void ReplayTo(const std::string& topic, PageSieve& sieve) {
    articles_topic_ = topic;
    sieve_ = &sieve;
  }
  // Hands back what waits and finishes what is being parsed.
  ~ParseHandler() override;

  void Attach(WorkerPort& port) override;
  Result<Offsets> Assigned(
      const std::vector<TopicPartition>& partitions) override;
  // Hands back what waits of these partitions and waits for what is being
  // parsed; a page takes at most the parser's deadline and a little.
  void Revoked(const std::vector<TopicPartition>& partitions,
               bool lost) override;
  void Handle(Delivery delivery) override;
  bool HasRoom(const TopicPartition& partition) const override;
  void Tick(Instant now) override;
  void Drain() override;
  std::string NotReadyBecause() const override;

 private:
  void RunThread();
  void Work(Delivery delivery) const;
  void PassOver(const v1::FetchedPage& page, Delivery delivery) const;
  void FinishPage(const v1::FetchedPage& page, Delivery delivery) const;
  void TryPage(const v1::FetchedPage& page, Delivery delivery) const;
  void Settle(const v1::FetchedPage& page, const Verdict& verdict,
              Delivery delivery) const;
  void AckArticle(const v1::Article& article, Delivery delivery) const;

  PageParser& parser_;
  PageTrial* trial_ = nullptr;
  Suppressions* erased_ = nullptr;
  PageSieve* sieve_ = nullptr;
  std::string articles_topic_;
  const size_t room_;  // most pages waiting

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::condition_variable has_work_;
  std::condition_variable became_idle_;
  std::deque<Delivery> waiting_;
  std::map<TopicPartition, int> working_;  // pages being parsed
  WorkerPort* port_ = nullptr;
  bool stopping_ = false;

  std::vector<std::thread> threads_;  // constant after construction
};

}  // namespace newsmill
