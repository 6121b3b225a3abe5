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
#include "parser/page_parser.h"

namespace newsmill {

// The parser's stage: pages in, articles or outcomes out. Pages are parsed by
// threads of its own; several pages of one partition may finish in any order.
class ParseHandler final : public Handler {
 public:
  // `parser` and `topics` outlive the handler. `threads` as in ParserConfig.
  ParseHandler(PageParser& parser, const Topics& topics, int64_t threads);
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
  void FinishPage(const v1::FetchedPage& page, Delivery delivery) const;
  void AckArticle(const v1::Article& article, Delivery delivery) const;

  PageParser& parser_;
  const std::string articles_topic_;
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
