#include "app/replay/replay_run.h"

#include <algorithm>
#include <tuple>

#include "core/flow/task_codec.h"
#include "core/runtime/log.h"

namespace newsmill {
namespace {

constexpr Duration kLookEvery = std::chrono::seconds(2);
// What a second's rate may bring at once after a pause.
constexpr double kMostBurst = 1.0;

std::string PlaceOf(const Message& message) {
  return message.topic + "/" + std::to_string(message.partition) + "/" +
         std::to_string(message.offset);
}

std::vector<Header> ReplayHeaders(const std::string& name,
                                  const Message& source) {
  return {{kReplayHeader, name}, {kReplayedFromHeader, PlaceOf(source)}};
}

auto VersionOf(const v1::Article& article) {
  return std::make_tuple(!article.article_body().empty(),
                         FromProto(article.fetched_at()),
                         article.parse_generation());
}

}  // namespace

Result<std::optional<v1::Article>> StoredArticles::Find(
    const std::string& key) {
  const std::lock_guard lock(mutex_);
  auto found = reader_.FindArticle(key);
  if (found) {
    // An ID or URL of another article may read like this key.
    if (found->article_key() != key) return std::optional<v1::Article>();
    return std::optional<v1::Article>(std::move(*found));
  }
  if (found.error().code != Code::kNotFound) return found.error();
  return std::optional<v1::Article>();
}

Result<std::optional<LedgerRow>> StoredArticles::Task(
    const std::string& task_id) {
  const std::lock_guard lock(mutex_);
  std::optional<LedgerRow> found;
  LedgerFilter filter;
  filter.task_id = task_id;
  const auto visited = reader_.VisitLedger(filter, [&](const LedgerRow& row) {
    found = row;
    return false;
  });
  if (!visited) return visited.error();
  return found;
}

std::optional<Record> RecordOf(const v1::DeadLetter& letter,
                               const Topics& topics,
                               const SiteCatalogue& sites) {
  const bool whole =
      letter.value_size() == static_cast<int64_t>(letter.value().size());
  if (!whole || letter.topic() == topics.dead) return std::nullopt;
  Message message;
  message.topic = letter.topic();
  message.partition = letter.partition();
  message.offset = letter.offset();
  message.append_time = FromProto(letter.appended_at());
  message.key = letter.key();
  message.value = letter.value();
  for (const v1::HttpHeader& header : letter.headers()) {
    if (header.name().starts_with(kReplayHeader)) continue;
    message.headers.push_back({header.name(), header.value()});
  }
  Record record{letter.topic(), std::nullopt, message.key, message.value,
                message.headers};
  const std::vector<std::string> of_tasks = topics.OfTasks();
  if (std::find(of_tasks.begin(), of_tasks.end(), letter.topic()) !=
      of_tasks.end()) {
    // The same task, under the ID that it was accepted by, with its attempts
    // before it.
    DecodedTask decoded = DecodeTask(message, sites);
    if (decoded.reason != v1::REASON_UNSPECIFIED) return std::nullopt;
    decoded.task.set_task_id(letter.task_id());
    decoded.task.clear_attempt();
    decoded.task.clear_attempts();
    decoded.task.clear_not_before();
    record = EncodeTask(decoded.task, topics.tasks);
  }
  if (message.FindHeader(kFirstAppendedHeader) == nullptr) {
    record.headers.push_back(
        {kFirstAppendedHeader, FormatRfc3339(message.append_time)});
  }
  return record;
}

Standing Compare(const v1::Article& article,
                 const std::optional<v1::Article>& stored) {
  if (!stored) return Standing::kNew;
  const auto ours = VersionOf(article), theirs = VersionOf(*stored);
  if (ours < theirs) return Standing::kOlder;
  // The store decides between equal versions by the greater hash.
  if (ours == theirs && article.content_hash() < stored->content_hash()) {
    return Standing::kOlder;
  }
  if (article.content_hash() != stored->content_hash()) return Standing::kNew;
  return ours == theirs ? Standing::kSame : Standing::kUnchanged;
}

bool PlanFilter::Fits(const std::string& site, const std::string& batch,
                      const std::vector<std::string>& urls) const {
  if (!filter_.site().empty() && filter_.site() != site) return false;
  if (!filter_.batch().empty() && filter_.batch() != batch) return false;
  return filter_.url_prefix().empty() ||
         std::any_of(urls.begin(), urls.end(), [&](const std::string& url) {
           return url.starts_with(filter_.url_prefix());
         });
}

Result<bool> PlanFilter::EndedSo(const std::string& task_id) const {
  const bool by_outcome = filter_.outcome() != v1::OUTCOME_KIND_UNSPECIFIED;
  const bool by_reason = filter_.reason() != v1::REASON_UNSPECIFIED;
  if (!by_outcome && !by_reason) return true;
  const auto row = stored_->Task(task_id);
  if (!row) return row.error();
  return row->has_value() &&
         (!by_outcome || (*row)->kind == filter_.outcome()) &&
         (!by_reason || (*row)->reason == filter_.reason());
}

Result<bool> PlanFilter::Wants(const v1::FetchedPage& page) const {
  if (erased_.Has(page.article_key())) return false;
  const v1::FetchTask& task = page.task();
  if (!Fits(task.site(), task.batch(),
            {page.final_url(), task.url(), task.requested_url()})) {
    return false;
  }
  return EndedSo(task.task_id());
}

Result<bool> PlanFilter::Wants(const v1::Article& article) const {
  if (erased_.Has(article.article_key())) return false;
  if (!Fits(article.site(), article.batch(),
            {article.url(), article.final_url(), article.requested_url()})) {
    return false;
  }
  return EndedSo(article.task_id());
}

Result<bool> PlanFilter::Wants(const v1::DeadLetter& letter) const {
  // The key of a page or an article; a task's is its host.
  return !erased_.Has(letter.key()) &&
         Fits(letter.site(), letter.batch(), {letter.url(), letter.target()}) &&
         (filter_.outcome() == v1::OUTCOME_KIND_UNSPECIFIED ||
          filter_.outcome() == v1::DEAD) &&
         (filter_.reason() == v1::REASON_UNSPECIFIED ||
          filter_.reason() == letter.reason());
}

ReplayDesk::ReplayDesk(const v1::ReplayPlan& plan, double share,
                       PlanWatch* watch)
    : rate_(static_cast<double>(plan.rate()) * share),
      name_(plan.name()),
      watch_(watch) {}

void ReplayDesk::Count(Delivery& delivery, Field field) {
  delivery.WhenDurable(
      [this, field,
       where = delivery.message().topic_partition()](bool durable) {
        // What the log refuses for good becomes a dead letter.
        (durable ? field : &Dead)(counts_[where]);
      });
}

void ReplayDesk::Tick(Instant now, WorkerPort* port) {
  if (!started_) {
    started_ = now;
    look_at_ = now;
  }
  const double seconds =
      std::chrono::duration<double>(now - std::max(now_, *started_)).count();
  allowed_ = std::min(allowed_ + seconds * rate_,
                      handed_ + std::max(kMostBurst, rate_));
  now_ = now;
  if (watch_ == nullptr || port == nullptr || now < look_at_) return;
  look_at_ = now + kLookEvery;
  const auto state = watch_->Look();
  if (!state) {
    log::Warn("The plan cannot be looked at now.",
              {{"replay", name_}, {"error", state.error().message}});
  } else if (*state == v1::ReplayPlan::CANCELLED) {
    port->Stop({Code::kCancelled, "replay '" + name_ + "' was cancelled"});
  }
}

bool ReplayDesk::HasRoom() const {
  return rate_ <= 0 || handed_ + 1 <= allowed_;
}

std::string ReplayDesk::TallyOf(const TopicPartition& partition) const {
  const auto found = counts_.find(partition);
  return found == counts_.end() ? "" : EncodeCounts(found->second);
}

void ReplayDesk::Recall(const TopicPartition& partition,
                        const std::string& tally) {
  counts_[partition] = DecodeCounts(tally);
}

PageReplay::PageReplay(PageParser& parser, const Topics& topics,
                       int64_t threads, const v1::ReplayPlan& plan,
                       StoredArticles& stored, Suppressions& erased,
                       ReplayDesk& desk)
    : ParseHandler(parser, topics, threads),
      name_(plan.name()),
      filter_(plan.filter(), &stored, erased),
      stored_(stored),
      desk_(desk) {
  Heed(erased);
  ReplayTo(topics.articles_replay, *this);
}

void PageReplay::Attach(WorkerPort& port) {
  port_ = &port;
  ParseHandler::Attach(port);
}

void PageReplay::Handle(Delivery delivery) {
  desk_.Handed();
  ParseHandler::Handle(std::move(delivery));
}

bool PageReplay::HasRoom(const TopicPartition& partition) const {
  return desk_.HasRoom() && ParseHandler::HasRoom(partition);
}

void PageReplay::Tick(Instant now) {
  desk_.Tick(now, port_);
  ParseHandler::Tick(now);
}

std::string PageReplay::TallyOf(const TopicPartition& partition) const {
  return desk_.TallyOf(partition);
}

void PageReplay::RecallTally(const TopicPartition& partition,
                             const std::string& tally) {
  desk_.Recall(partition, tally);
}

// The delivery is acknowledged all the same; nothing is committed any more.
void PageReplay::StopFor(const Error& error) {
  port_->Stop({error.code, "the store does not answer: " + error.message});
}

bool PageReplay::Wants(const v1::FetchedPage& page, Delivery& delivery) {
  const Result<bool> wanted = filter_.Wants(page);
  if (!wanted) StopFor(wanted.error());
  if (!wanted || !*wanted) desk_.Count(delivery, &Filtered);
  return wanted && *wanted;
}

bool PageReplay::Keeps(const v1::Article& article, Delivery& delivery) {
  const auto stored = stored_.Find(article.article_key());
  if (!stored) {
    StopFor(stored.error());
    return false;
  }
  const Standing standing = Compare(article, *stored);
  desk_.Count(delivery, standing == Standing::kOlder ? &Refused
                        : standing == Standing::kNew ? &Written
                                                     : &Unchanged);
  return standing == Standing::kNew || standing == Standing::kUnchanged;
}

void PageReplay::Ends(const v1::FetchedPage& page, v1::Outcome& outcome,
                      Delivery& delivery) {
  // A replay says nothing new of when the task ended.
  *outcome.mutable_occurred_at() = page.fetched_at();
  desk_.Count(delivery, &Written);
}

void PageReplay::Dies(Delivery& delivery) { desk_.Count(delivery, &Dead); }

std::vector<Header> PageReplay::HeadersOf(const Message& source) {
  return ReplayHeaders(name_, source);
}

RecordReplay::RecordReplay(const Topics& topics, const SiteCatalogue& sites,
                           const v1::ReplayPlan& plan, StoredArticles& stored,
                           Suppressions& erased, ReplayDesk& desk)
    : topics_(topics),
      sites_(sites),
      plan_(plan),
      filter_(plan.filter(), &stored, erased),
      stored_(stored),
      erased_(erased),
      desk_(desk) {}

void RecordReplay::Handle(Delivery delivery) {
  desk_.Handed();
  std::vector<Record> outputs;
  const bool letters = plan_.source() == v1::ReplayPlan::DEAD_LETTERS;
  const Result<void> handled = letters ? HandleLetter(delivery, &outputs)
                                       : HandleArticle(delivery, &outputs);
  if (handled) return std::move(delivery).Ack(std::move(outputs));
  if (handled.error().code == Code::kCorrupt) {
    desk_.Count(delivery, &Dead);
    return std::move(delivery).Fail({.reason = v1::REASON_MALFORMED_RECORD,
                                     .detail = handled.error().message});
  }
  port_->Stop({handled.error().code,
               "the store does not answer: " + handled.error().message});
}

Result<void> RecordReplay::HandleArticle(Delivery& delivery,
                                         std::vector<Record>* outputs) {
  const Message& message = delivery.message();
  v1::Article article;
  if (!article.ParseFromString(message.value)) {
    return Error{Code::kCorrupt, "the value is no newsmill.v1.Article"};
  }
  const auto wanted = filter_.Wants(article);
  if (!wanted) return wanted.error();
  if (!*wanted) return desk_.Count(delivery, &Filtered), Result<void>();
  const auto stored = stored_.Find(article.article_key());
  if (!stored) return stored.error();
  const Standing standing = Compare(article, *stored);
  desk_.Count(delivery, standing == Standing::kOlder ? &Refused
                        : standing == Standing::kNew ? &Written
                                                     : &Unchanged);
  if (standing != Standing::kNew && standing != Standing::kUnchanged) return {};
  Record record{topics_.articles_replay, std::nullopt, message.key,
                message.value, message.headers};
  for (Header& header : ReplayHeaders(plan_.name(), message)) {
    record.headers.push_back(std::move(header));
  }
  outputs->push_back(std::move(record));
  return {};
}

Result<void> RecordReplay::HandleLetter(Delivery& delivery,
                                        std::vector<Record>* outputs) {
  const Message& message = delivery.message();
  v1::DeadLetter letter;
  if (!letter.ParseFromString(message.value)) {
    return Error{Code::kCorrupt, "the value is no newsmill.v1.DeadLetter"};
  }
  const auto wanted = filter_.Wants(letter);
  if (!wanted) return wanted.error();
  if (!*wanted) return desk_.Count(delivery, &Filtered), Result<void>();
  std::optional<Record> record = RecordOf(letter, topics_, sites_);
  if (!record) return desk_.Count(delivery, &Refused), Result<void>();
  desk_.Count(delivery, &Written);
  outputs->push_back(*std::move(record));
  for (Header& header : ReplayHeaders(plan_.name(), message)) {
    outputs->back().headers.push_back(std::move(header));
  }
  return {};
}

}  // namespace newsmill
