#include "sink/task_trail.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/bus/partitioner.h"
#include "core/flow/backlog_offsets.h"
#include "core/flow/task_codec.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "sink/log_range.h"
#include "sink/rows.h"

namespace newsmill {
namespace {

std::string WithDetail(const std::string& text, const std::string& detail) {
  return detail.empty() ? text : text + ": " + detail;
}

std::string NameOfReason(v1::Reason reason) {
  return sql::ReasonName(reason).text;
}

std::string FailureOf(const v1::FetchTask& task) {
  if (task.attempts().empty()) return "";
  const v1::Attempt& last = *task.attempts().rbegin();
  return fmt::format("attempt {} failed, {}", task.attempts_size(),
                     WithDetail(NameOfReason(last.reason()), last.detail()));
}

class Tracer {
 public:
  Tracer(Bus& bus, const Topics& topics, const SiteCatalogue& sites,
         StoreReader& reader, const TrailQuestion& question)
      : bus_(bus),
        topics_(topics),
        sites_(sites),
        reader_(reader),
        question_(question) {}

  Result<TrailReport> Run();

 private:
  Result<void> AskLedger();
  Result<void> SampleReaders();
  Result<void> SampleLog();
  Result<void> FindOnLog();
  Result<void> ReadTrails();
  Result<void> Visit(const std::vector<TopicPartition>& partitions,
                     std::optional<Timestamp> since,
                     const std::function<void(const Message&)>& visit);

  bool Asked(const v1::FetchTask& task) const;
  void Note(const Message& message);
  std::string Describe(const Message& message, TaskTrail& trail) const;
  std::string DescribeTask(const Message& message, TaskTrail& trail) const;
  std::string DescribeDead(const Message& message, TaskTrail& trail) const;
  std::vector<TopicPartition> Places() const;
  TaskTrail* Find(const std::string& task_id);

  Bus& bus_;
  const Topics& topics_;
  const SiteCatalogue& sites_;
  StoreReader& reader_;
  const TrailQuestion& question_;

  Offsets readers_;  // what the worker that a record is for has behind it
  std::map<TopicPartition, Watermarks> log_;
  TrailReport report_;
};

void KeepLonger(const google::protobuf::RepeatedPtrField<v1::Attempt>& found,
                std::vector<v1::Attempt>& known) {
  if (static_cast<size_t>(found.size()) > known.size())
    known.assign(found.begin(), found.end());
}

Result<void> Tracer::AskLedger() {
  // The exact ones first; a target is not indexed.
  std::vector<LedgerFilter> filters(question_.article_key.empty() ? 2 : 3);
  filters[0].task_id = question_.text;
  filters[1].target_or_url = question_.text;
  if (filters.size() == 3) {
    std::swap(filters[1], filters[2]);
    filters[1].article_key = question_.article_key;
  }
  for (LedgerFilter& filter : filters) {
    filter.newest_first = true;
    filter.limit = static_cast<int64_t>(question_.most_tasks);
    const Result<void> read =
        reader_.VisitLedger(filter, [&](const LedgerRow& row) {
          report_.tasks.push_back({row, true, false, {}, {}});
          return true;
        });
    if (!read || !report_.tasks.empty()) return read;
  }
  return {};
}

Result<void> Tracer::SampleReaders() {
  const auto fetchers = bus_.admin().GroupOffsets(
      question_.fetcher_group, PartitionsOf(topics_.tasks, topics_));
  if (!fetchers) return fetchers.error();
  for (const auto& [partition, offset] : *fetchers)
    readers_[partition] = offset.next;
  readers_.merge(BacklogOffsets(*fetchers, topics_));
  std::vector<TopicPartition> retries;
  for (const std::string& topic : topics_.retries)
    for (TopicPartition& partition : PartitionsOf(topic, topics_))
      retries.push_back(std::move(partition));
  const auto sample = [&](const std::string& group,
                          const std::vector<TopicPartition>& partitions) {
    if (partitions.empty()) return Result<void>();
    const auto committed = bus_.admin().GroupOffsets(group, partitions);
    if (!committed) return Result<void>(committed.error());
    for (const auto& [partition, offset] : *committed)
      readers_[partition] = offset.next;
    return Result<void>();
  };
  Result<void> step = sample(question_.retry_group, retries);
  if (step)
    step = sample(question_.parser_group, PartitionsOf(topics_.pages, topics_));
  if (!step) return step;
  Result<Offsets> store = reader_.NextOffsets();
  if (!store) return store.error();
  readers_.merge(*store);  // of `tasks` the fetchers' stand
  return {};
}

Result<void> Tracer::SampleLog() {
  std::vector<TopicPartition> all;
  std::vector<std::string> names = {
      topics_.tasks,    topics_.backlog,         topics_.pages,
      topics_.articles, topics_.articles_replay, topics_.outcomes,
      topics_.dead};
  names.insert(names.end(), topics_.retries.begin(), topics_.retries.end());
  for (const std::string& name : names)
    for (TopicPartition& partition : PartitionsOf(name, topics_))
      all.push_back(std::move(partition));
  auto log = bus_.admin().FetchWatermarks(all);
  if (!log) return log.error();
  log_ = std::move(*log);
  report_.whole_log = true;
  for (const auto& [partition, marks] : log_)
    if (partition.topic == topics_.tasks && marks.begin > 0)
      report_.whole_log = false;
  return {};
}

Result<void> Tracer::Visit(const std::vector<TopicPartition>& partitions,
                           std::optional<Timestamp> since,
                           const std::function<void(const Message&)>& visit) {
  Offsets from, to;
  if (since) {
    auto starts = bus_.admin().OffsetsForTime(partitions, *since);
    if (!starts) return starts.error();
    from = std::move(*starts);
  }
  for (const TopicPartition& partition : partitions) {
    const Watermarks& marks = log_.at(partition);
    to[partition] = marks.end;
    int64_t& first = from[partition];
    first = std::max(first, marks.begin);
  }
  return VisitRange(bus_, from, to, question_.patience, visit,
                    [](const TopicPartition&) {});
}

bool Tracer::Asked(const v1::FetchTask& task) const {
  if (task.task_id() == question_.text || task.target() == question_.text ||
      task.requested_url() == question_.text)
    return true;
  if (question_.article_key.empty() || task.requested_url().empty())
    return false;
  const Result<Url> url = Url::Parse(task.requested_url());
  return url && sites_.ArticleKey(*url, *url) == question_.article_key;
}

// What the sink has not read yet, or what was kept out of the ledger.
Result<void> Tracer::FindOnLog() {
  const Result<void> read =
      Visit(PartitionsOf(topics_.tasks, topics_), std::nullopt,
            [&](const Message& message) {
              const v1::FetchTask task = DecodeTask(message, sites_).task;
              if (!Asked(task) || Find(task.task_id()) != nullptr) return;
              LedgerRow row;
              row.task_id = task.task_id();
              row.target = task.target();
              row.requested_url = task.requested_url();
              row.site = task.site();
              row.batch = task.batch();
              row.traceparent = task.traceparent();
              row.accepted_at = message.append_time;
              row.where = message.topic_partition();
              row.offset = message.offset;
              report_.tasks.insert(report_.tasks.begin(),
                                   {std::move(row), false, false, {}, {}});
            });
  if (report_.tasks.size() > question_.most_tasks)
    report_.tasks.resize(question_.most_tasks);
  return read;
}

// Pages and articles lie by their key, outcomes by their task; tasks may lie
// anywhere.
std::vector<TopicPartition> Tracer::Places() const {
  std::set<TopicPartition> places;
  std::vector<std::string> anywhere = {topics_.tasks, topics_.backlog,
                                       topics_.dead};
  anywhere.insert(anywhere.end(), topics_.retries.begin(),
                  topics_.retries.end());
  for (const std::string& topic : anywhere)
    for (TopicPartition& partition : PartitionsOf(topic, topics_))
      places.insert(std::move(partition));
  const auto add = [&](const std::string& topic, const std::string& key) {
    places.insert({topic, PartitionForKey(key, topics_.PartitionsOf(topic))});
  };
  for (const TaskTrail& trail : report_.tasks) {
    add(topics_.outcomes, trail.row.task_id);
    std::set<std::string> keys = {trail.row.article_key, question_.article_key};
    if (const Result<Url> url = Url::Parse(trail.row.requested_url))
      keys.insert(sites_.ArticleKey(*url, *url));
    keys.erase("");
    for (const std::string& key : keys)
      for (const std::string& topic :
           {topics_.pages, topics_.articles, topics_.articles_replay})
        add(topic, key);
  }
  return {places.begin(), places.end()};
}

TaskTrail* Tracer::Find(const std::string& task_id) {
  for (TaskTrail& trail : report_.tasks)
    if (trail.row.task_id == task_id) return &trail;
  return nullptr;
}

std::string Tracer::DescribeTask(const Message& message,
                                 TaskTrail& trail) const {
  const v1::FetchTask task = DecodeTask(message, sites_).task;
  KeepLonger(task.attempts(), trail.attempts);
  if (message.topic == topics_.backlog) return "waits for its host's turn";
  if (message.topic != topics_.tasks) {
    const std::string until =
        task.has_not_before()
            ? ", again at " + FormatRfc3339(FromProto(task.not_before()))
            : "";
    return FailureOf(task) + until;
  }
  if (message.topic_partition() == trail.row.where &&
      message.offset == trail.row.offset)
    return "accepted";
  if (!task.attempts().empty())
    return fmt::format("put back for attempt {}", task.attempts_size() + 1);
  if (!task.redirects().empty()) return "redirected to " + task.url();
  return task.hops() > 0 ? "forwarded to its host's partition"
                         : "put on the log again";
}

std::string Tracer::DescribeDead(const Message& message,
                                 TaskTrail& trail) const {
  v1::DeadLetter dead;
  if (!dead.ParseFromString(message.value)) return "a record nobody can read";
  KeepLonger(dead.attempts(), trail.attempts);
  return WithDetail("dead, " + NameOfReason(dead.reason()), dead.detail());
}

std::string Tracer::Describe(const Message& message, TaskTrail& trail) const {
  if (message.topic == topics_.pages) {
    v1::FetchedPage page;
    if (!page.ParseFromString(message.value)) return "a record nobody can read";
    KeepLonger(page.task().attempts(), trail.attempts);
    return fmt::format("fetched: status {}, {} bytes of {}", page.status(),
                       page.body().size(), page.final_url());
  }
  if (message.topic == topics_.articles ||
      message.topic == topics_.articles_replay) {
    v1::Article article;
    if (!article.ParseFromString(message.value))
      return "a record nobody can read";
    return fmt::format("{}: generation {}, {}",
                       message.topic == topics_.articles
                           ? "parsed"
                           : "parsed again by a replay",
                       article.parse_generation(), article.headline());
  }
  if (message.topic == topics_.outcomes) {
    v1::Outcome outcome;
    if (!outcome.ParseFromString(message.value))
      return "a record nobody can read";
    return WithDetail(sql::KindName(outcome.kind()).text + ", " +
                          NameOfReason(outcome.reason()),
                      outcome.detail());
  }
  return message.topic == topics_.dead ? DescribeDead(message, trail)
                                       : DescribeTask(message, trail);
}

void Tracer::Note(const Message& message) {
  TaskTrail* trail = Find(message.topic == topics_.tasks
                              ? DecodeTask(message, sites_).task.task_id()
                              : TaskIdOf(message, topics_));
  if (trail == nullptr) return;
  const auto reader = readers_.find(message.topic_partition());
  trail->records.push_back(
      {message.topic_partition(), message.offset, message.append_time,
       Describe(message, *trail),
       reader != readers_.end() && message.offset < reader->second});
}

Result<void> Tracer::ReadTrails() {
  std::optional<Timestamp> since;
  for (TaskTrail& trail : report_.tasks) {
    const auto marks = log_.find(trail.row.where);
    trail.trimmed =
        marks != log_.end() && trail.row.offset < marks->second.begin;
    // What is known only by its outcome may have begun at any time.
    const Timestamp accepted = trail.row.accepted_at.value_or(Timestamp());
    since = std::min(since.value_or(accepted), accepted);
  }
  const Result<void> read =
      Visit(Places(), since, [&](const Message& message) { Note(message); });
  if (!read) return read;
  for (TaskTrail& trail : report_.tasks)
    std::stable_sort(trail.records.begin(), trail.records.end(),
                     [](const TrailRecord& a, const TrailRecord& b) {
                       return a.appended_at < b.appended_at;
                     });
  return {};
}

Result<TrailReport> Tracer::Run() {
  // The ledger first: what it does not know now, the log has from here on.
  Result<void> step = AskLedger();
  if (step) step = SampleReaders();
  if (step) step = SampleLog();
  if (step && report_.tasks.empty()) step = FindOnLog();
  if (step && !report_.tasks.empty()) step = ReadTrails();
  if (!step) return step.error();
  return std::move(report_);
}

}  // namespace

Result<TrailReport> FollowTasks(Bus& bus, const Topics& topics,
                                const SiteCatalogue& sites, StoreReader& reader,
                                const TrailQuestion& question) {
  return Tracer(bus, topics, sites, reader, question).Run();
}

}  // namespace newsmill
