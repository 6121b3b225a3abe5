#include "parser/parse_handler.h"

#include <algorithm>
#include <chrono>

#include "core/base/id.h"
#include "core/flow/task_codec.h"
#include "core/runtime/log.h"
#include "core/runtime/metrics.h"

namespace newsmill {
namespace {

// A `fetched_at` further ahead of the log's clock is not believed (design,
// section 2, Times).
constexpr Duration kMostAhead = std::chrono::minutes(5);
// `max.message.bytes` of `articles`, less what key and headers may take.
constexpr size_t kMaxArticleBytes = (8 << 20) - (64 << 10);

prometheus::Counter& PagesCounter(const char* result) {
  return metrics::Counter("newsmill_parser_pages_total",
                          "Pages that were parsed, by what became of them.",
                          {{"result", result}});
}

struct ParserMetrics {
  prometheus::Counter& articles = PagesCounter("article");
  prometheus::Counter& gone = PagesCounter("gone");
  prometheus::Counter& skipped = PagesCounter("skipped");
  prometheus::Counter& dead = PagesCounter("dead");
  prometheus::Counter& corrected = metrics::Counter(
      "newsmill_parser_fetched_at_corrected_total",
      "Pages whose time of fetch was more than 5 minutes later than the "
      "record's append time, which was taken instead.");
  prometheus::Histogram& seconds = metrics::Histogram(
      "newsmill_parser_page_seconds", "Time it took to parse a page.",
      {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2});
  prometheus::Gauge& waiting = metrics::Gauge("newsmill_parser_waiting_pages",
                                              "Pages that wait for a thread.");

  prometheus::Counter& Of(v1::OutcomeKind kind) {
    return kind == v1::GONE ? gone : kind == v1::DEAD ? dead : skipped;
  }
};

ParserMetrics& Metrics() {
  static ParserMetrics metrics;
  return metrics;
}

size_t ThreadCount(int64_t configured) {
  if (configured > 0) return static_cast<size_t>(configured);
  return std::max(1U, std::thread::hardware_concurrency());
}

Failure MakeFailure(v1::Reason reason, std::string detail, int http_status) {
  Failure failure;
  failure.reason = reason;
  failure.detail = std::move(detail);
  failure.http_status = http_status;
  return failure;
}

v1::Outcome OutcomeOf(const Verdict& verdict, const v1::FetchedPage& page) {
  v1::Outcome outcome;
  outcome.set_kind(verdict.kind);
  outcome.set_reason(verdict.reason);
  outcome.set_detail(verdict.detail);
  outcome.set_article_key(page.article_key());
  *outcome.mutable_fetched_at() = page.fetched_at();
  outcome.set_parse_generation(verdict.parse_generation);
  outcome.set_http_status(page.status());
  outcome.set_url(page.final_url());
  return outcome;
}

}  // namespace

bool DecodePage(const Message& message, v1::FetchedPage* page) {
  if (!page->ParseFromString(message.value)) return false;
  const Timestamp fetched_at = FromProto(page->fetched_at());
  if (!page->has_fetched_at() ||
      fetched_at > message.append_time + kMostAhead) {
    *page->mutable_fetched_at() = ToProto(message.append_time);
    Metrics().corrected.Increment();
  }
  return true;
}

ParseHandler::ParseHandler(PageParser& parser, const Topics& topics,
                           int64_t threads)
    : parser_(parser),
      articles_topic_(topics.articles),
      room_(ThreadCount(threads) * 16) {
  for (size_t i = 0; i < ThreadCount(threads); ++i) {
    threads_.emplace_back([this] { RunThread(); });
  }
}

ParseHandler::~ParseHandler() {
  std::deque<Delivery> returned;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    returned.swap(waiting_);
  }
  returned.clear();  // outside of the lock: this calls into the worker
  has_work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ParseHandler::Attach(WorkerPort& port) {
  const std::lock_guard<std::mutex> lock(mutex_);
  port_ = &port;
}

Result<Offsets> ParseHandler::Assigned(const std::vector<TopicPartition>&) {
  return Offsets{};
}

void ParseHandler::Revoked(const std::vector<TopicPartition>& partitions,
                           bool /*lost*/) {
  const auto revoked = [&partitions](const TopicPartition& partition) {
    return std::find(partitions.begin(), partitions.end(), partition) !=
           partitions.end();
  };
  std::deque<Delivery> returned;
  std::unique_lock<std::mutex> lock(mutex_);
  std::deque<Delivery> kept;
  for (Delivery& delivery : waiting_) {
    (revoked(delivery.message().topic_partition()) ? returned : kept)
        .push_back(std::move(delivery));
  }
  waiting_ = std::move(kept);
  lock.unlock();
  returned.clear();  // outside of the lock: this calls into the worker
  lock.lock();
  became_idle_.wait(lock, [this, &revoked] {
    return std::none_of(working_.begin(), working_.end(),
                        [&revoked](const auto& entry) {
                          return entry.second > 0 && revoked(entry.first);
                        });
  });
}

void ParseHandler::Handle(Delivery delivery) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.push_back(std::move(delivery));
    Metrics().waiting.Set(static_cast<double>(waiting_.size()));
  }
  has_work_.notify_one();
}

bool ParseHandler::HasRoom(const TopicPartition&) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return waiting_.size() < room_;
}

void ParseHandler::Tick(Instant now) {
  parser_.Refresh(now);
  if (trial_ != nullptr) trial_->Rest(now);
  if (erased_ != nullptr) erased_->Refresh(now);
}

void ParseHandler::Drain() {}

std::string ParseHandler::NotReadyBecause() const { return ""; }

void ParseHandler::RunThread() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    has_work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Delivery delivery = std::move(waiting_.front());
    waiting_.pop_front();
    Metrics().waiting.Set(static_cast<double>(waiting_.size()));
    const TopicPartition partition = delivery.message().topic_partition();
    ++working_[partition];
    WorkerPort* wake = waiting_.size() + 1 == room_ ? port_ : nullptr;
    lock.unlock();
    if (wake != nullptr) wake->Wake();
    Work(std::move(delivery));
    lock.lock();
    if (--working_[partition] == 0) working_.erase(partition);
    became_idle_.notify_all();
  }
}

void ParseHandler::Work(Delivery delivery) const {
  const Message& message = delivery.message();
  if (const std::string* id = message.FindHeader(kTaskIdHeader)) {
    delivery.task().set_task_id(*id);
  }
  v1::FetchedPage page;
  if (!DecodePage(message, &page)) {
    Metrics().dead.Increment();
    if (sieve_ != nullptr) sieve_->Dies(delivery);
    return std::move(delivery).Fail(
        MakeFailure(v1::REASON_MALFORMED_RECORD,
                    "the record of " + std::to_string(message.value.size()) +
                        " bytes is no newsmill.v1.FetchedPage",
                    0));
  }
  if (!page.task().task_id().empty()) delivery.Describe(page.task());
  if (sieve_ != nullptr && !sieve_->Wants(page, delivery)) {
    return std::move(delivery).Ack();
  }
  if (erased_ != nullptr && erased_->Has(page.article_key())) {
    return PassOver(page, std::move(delivery));
  }
  FinishPage(page, std::move(delivery));
}

void ParseHandler::PassOver(const v1::FetchedPage& page,
                            Delivery delivery) const {
  Metrics().skipped.Increment();
  v1::Outcome outcome;
  outcome.set_kind(v1::SKIPPED);
  outcome.set_reason(v1::REASON_SUPPRESSED);
  outcome.set_detail(page.article_key() + " was erased");
  if (sieve_ != nullptr) sieve_->Ends(page, outcome, delivery);
  std::move(delivery).Finish(std::move(outcome));
}

void ParseHandler::FinishPage(const v1::FetchedPage& page,
                              Delivery delivery) const {
  if (trial_ != nullptr && delivery.suspect()) {
    return TryPage(page, std::move(delivery));
  }
  const auto start = std::chrono::steady_clock::now();
  std::variant<v1::Article, Verdict> result = parser_.Parse(page);
  Metrics().seconds.Observe(
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count());
  if (const auto* article = std::get_if<v1::Article>(&result)) {
    return AckArticle(*article, std::move(delivery));
  }
  Settle(page, std::get<Verdict>(result), std::move(delivery));
}

void ParseHandler::TryPage(const v1::FetchedPage& page,
                           Delivery delivery) const {
  const Result<PageTrial::Verdicts> result = trial_->Parse(page);
  if (!result) {  // handed back, and tried again
    log::Warn(
        "A page that may have ended a worker cannot be tried now.",
        {{"task", page.task().task_id()}, {"error", result.error().message}});
    return;
  }
  if (const auto* article = std::get_if<v1::Article>(&*result)) {
    return AckArticle(*article, std::move(delivery));
  }
  if (const auto* verdict = std::get_if<Verdict>(&*result)) {
    return Settle(page, *verdict, std::move(delivery));
  }
  Metrics().dead.Increment();
  if (sieve_ != nullptr) sieve_->Dies(delivery);
  std::move(delivery).Fail(
      MakeFailure(v1::REASON_CRASHED,
                  "a parser ended on it " + std::to_string(kMostCrashes) +
                      " times: " + std::get<PageTrial::Crashed>(*result).how,
                  page.status()));
}

void ParseHandler::Settle(const v1::FetchedPage& page, const Verdict& verdict,
                          Delivery delivery) const {
  Metrics().Of(verdict.kind).Increment();
  if (verdict.kind == v1::DEAD) {  // with a dead letter, to be found again
    if (sieve_ != nullptr) sieve_->Dies(delivery);
    return std::move(delivery).Fail(
        MakeFailure(verdict.reason, verdict.detail, page.status()));
  }
  v1::Outcome outcome = OutcomeOf(verdict, page);
  if (sieve_ != nullptr) sieve_->Ends(page, outcome, delivery);
  std::move(delivery).Finish(std::move(outcome));
}

void ParseHandler::AckArticle(const v1::Article& article,
                              Delivery delivery) const {
  if (sieve_ != nullptr && !sieve_->Keeps(article, delivery)) {
    return std::move(delivery).Ack();
  }
  Record record;
  record.topic = articles_topic_;
  record.key = article.article_key();
  record.value = article.SerializeAsString();
  if (record.value.size() > kMaxArticleBytes) {
    Metrics().dead.Increment();
    if (sieve_ != nullptr) sieve_->Dies(delivery);
    return std::move(delivery).Fail(
        MakeFailure(v1::REASON_TOO_LARGE,
                    "the article has " + std::to_string(record.value.size()) +
                        " bytes; at most " + std::to_string(kMaxArticleBytes) +
                        " fit into a record",
                    article.http_status()));
  }
  record.headers = RecordHeaders("newsmill.v1.Article", article.task_id(),
                                 ChildTraceparent(article.traceparent()));
  if (sieve_ != nullptr) {
    for (Header& header : sieve_->HeadersOf(delivery.message())) {
      record.headers.push_back(std::move(header));
    }
  }
  Metrics().articles.Increment();
  std::vector<Record> outputs;
  outputs.push_back(std::move(record));
  std::move(delivery).Ack(std::move(outputs));
}

}  // namespace newsmill
