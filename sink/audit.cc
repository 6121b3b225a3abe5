#include "sink/audit.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "core/flow/backlog_offsets.h"
#include "core/flow/task_codec.h"
#include "sink/log_range.h"

namespace newsmill {
namespace {

// Where the log began, then where its readers stood, then where it ended.
struct Samples {
  std::map<TopicPartition, Watermarks> before;
  Offsets fetcher, backlog, retry, parser, store;
  std::map<TopicPartition, Watermarks> log;
};

std::vector<TopicPartition> PartitionsOf(
    const Topics& topics, const std::vector<std::string>& names) {
  std::vector<TopicPartition> partitions;
  for (const std::string& name : names)
    for (int32_t i = 0; i < topics.PartitionsOf(name); ++i)
      partitions.push_back({name, i});
  return partitions;
}

Result<Offsets> SampleGroup(Bus& bus, const std::string& group,
                            const std::vector<TopicPartition>& partitions) {
  Offsets offsets;
  if (partitions.empty()) return offsets;
  const auto committed = bus.admin().GroupOffsets(group, partitions);
  if (!committed) return committed.error();
  for (const auto& [partition, offset] : *committed)
    offsets[partition] = offset.next;
  return offsets;
}

template <typename T>
void Keep(std::vector<T>& examples, size_t most, T example) {
  if (examples.size() < most) examples.push_back(std::move(example));
}

class Auditor {
 public:
  Auditor(Bus& bus, const Topics& topics, const SiteCatalogue& sites,
          StoreReader& reader, const AuditOptions& options)
      : bus_(bus),
        topics_(topics),
        sites_(sites),
        reader_(reader),
        options_(options) {}

  Result<AuditReport> Run();

 private:
  // A task as it first stood on the log. There may be millions.
  struct OnLog {
    int32_t partition = 0;
    bool in_ledger = false;
    bool is_asked = true;  // by the filter
  };

  Result<void> NoteUnaccepted();
  Result<void> SampleBeginnings();
  Result<void> SampleOffsets();
  Result<void> SampleEnds();
  void FindTrimmed(const Offsets& readers, const std::string& name);
  Result<void> ReadTasks();
  void ReadTask(const Message& message);
  Result<void> VisitTasks(
      const std::function<void(const Message&)>& visit,
      const std::function<void(const TopicPartition&)>& trimmed);
  Result<void> FindLostOnLog();
  Result<void> ReadInFlight(const std::vector<std::string>& names,
                            const Offsets& from);
  Result<void> ReadLedger();
  void Count(const LedgerRow& row);
  void JudgeOpen(const LedgerRow& row);
  void Lose(const LedgerRow& row);
  Result<void> JudgeWaiting();
  void JudgeOrphan(const LedgerRow& row);
  void JudgeAgainstLog(const LedgerRow& row);
  bool IsAsked(const Message& message, const v1::FetchTask& task) const;
  Result<void> ReadLateOrphans();
  Result<void> CompareWithLog();

  std::vector<TopicPartition> AllPartitions() const;
  Offsets Ends(const std::vector<std::string>& names) const;
  // Whether the store had read this partition of `tasks` as far as we did.
  bool Reached(const TopicPartition& partition) const;
  bool AllReached() const;

  Bus& bus_;
  const Topics& topics_;
  const SiteCatalogue& sites_;
  StoreReader& reader_;
  const AuditOptions& options_;

  Samples samples_;
  std::unordered_set<std::string> unaccepted_;  // at the start
  std::unordered_map<std::string, OnLog> on_log_;
  std::set<TopicPartition> unread_by_store_;  // of `tasks`, with records
  std::set<TopicPartition> trimmed_meanwhile_;
  std::unordered_map<std::string, std::set<std::string>> in_flight_;
  std::map<std::pair<v1::OutcomeKind, v1::Reason>, AuditReason> reasons_;
  std::vector<LedgerRow> waiting_;  // for another task's outcome
  AuditReport report_;
};

// An outcome may overtake its task on the way to the ledger. Only what was
// without a task before anything was sampled, and still is at the end, has
// none: its task stood on the log before its outcome did, so below the sampled
// ends.
Result<void> Auditor::NoteUnaccepted() {
  LedgerFilter filter;
  filter.only_unaccepted = true;
  return reader_.VisitLedger(filter, [&](const LedgerRow& row) {
    unaccepted_.insert(row.task_id);
    return true;
  });
}

Result<void> Auditor::SampleOffsets() {
  // The backlog's position is kept with the offset of its partition of `tasks`,
  // so both are of the same moment.
  const auto fetchers = bus_.admin().GroupOffsets(
      options_.fetcher_group, PartitionsOf(topics_, {topics_.tasks}));
  if (!fetchers) return fetchers.error();
  for (const auto& [partition, offset] : *fetchers)
    samples_.fetcher[partition] = offset.next;
  samples_.backlog = BacklogOffsets(*fetchers, topics_);

  struct Sample {
    const std::string& group;
    std::vector<std::string> names;
    Offsets& into;
  };
  const Sample samples[] = {
      {options_.retry_group, topics_.retries, samples_.retry},
      {options_.parser_group, {topics_.pages}, samples_.parser}};
  for (const Sample& sample : samples) {
    Result<Offsets> offsets =
        SampleGroup(bus_, sample.group, PartitionsOf(topics_, sample.names));
    if (!offsets) return offsets.error();
    sample.into = std::move(*offsets);
  }
  Result<Offsets> store = reader_.NextOffsets();
  if (!store) return store.error();
  samples_.store = std::move(*store);
  return {};
}

std::vector<TopicPartition> Auditor::AllPartitions() const {
  std::vector<std::string> names = {
      topics_.tasks,    topics_.backlog,         topics_.pages,
      topics_.articles, topics_.articles_replay, topics_.outcomes,
      topics_.dead};
  names.insert(names.end(), topics_.retries.begin(), topics_.retries.end());
  return PartitionsOf(topics_, names);
}

Result<void> Auditor::SampleBeginnings() {
  auto log = bus_.admin().FetchWatermarks(AllPartitions());
  if (!log) return log.error();
  samples_.before = std::move(*log);
  return {};
}

Result<void> Auditor::SampleEnds() {
  auto log = bus_.admin().FetchWatermarks(AllPartitions());
  if (!log) return log.error();
  samples_.log = std::move(*log);
  report_.whole_log = true;
  for (const auto& [partition, marks] : samples_.log)
    if (partition.topic == topics_.tasks && marks.begin > 0)
      report_.whole_log = false;
  FindTrimmed(samples_.fetcher, options_.fetcher_group);
  FindTrimmed(samples_.backlog, options_.fetcher_group);
  FindTrimmed(samples_.retry, options_.retry_group);
  FindTrimmed(samples_.parser, options_.parser_group);
  FindTrimmed(samples_.store, "store");
  return {};
}

// Against where the log began before: a reader may have moved on since its
// offset was sampled, and what it left behind may be trimmed by now.
void Auditor::FindTrimmed(const Offsets& readers, const std::string& name) {
  for (const auto& [partition, next] : readers) {
    const auto log = samples_.before.find(partition);
    if (log != samples_.before.end() && next < log->second.begin)
      report_.trimmed.push_back({partition, name, next, log->second.begin});
  }
}

Offsets Auditor::Ends(const std::vector<std::string>& names) const {
  Offsets ends;
  for (const TopicPartition& partition : PartitionsOf(topics_, names))
    ends[partition] = samples_.log.at(partition).end;
  return ends;
}

Result<void> Auditor::VisitTasks(
    const std::function<void(const Message&)>& visit,
    const std::function<void(const TopicPartition&)>& trimmed) {
  Offsets begins;
  const Offsets ends = Ends({topics_.tasks});
  for (const auto& [partition, end] : ends)
    begins[partition] = samples_.log.at(partition).begin;
  return VisitRange(bus_, begins, ends, options_.patience, visit, trimmed);
}

Result<void> Auditor::ReadTasks() {
  return VisitTasks(
      [&](const Message& message) { ReadTask(message); },
      // Trimmed meanwhile by the sink, as settled; no longer the whole log.
      [&](const TopicPartition& partition) {
        report_.whole_log = false;
        trimmed_meanwhile_.insert(partition);
      });
}

// A lost task goes back as it stood, with its labels and its expiry, which the
// ledger does not have. Read a second time: they are few, or none.
Result<void> Auditor::FindLostOnLog() {
  std::unordered_map<std::string, LostTask*> wanted;
  for (LostTask& lost : report_.lost) wanted[lost.row.task_id] = &lost;
  if (wanted.empty()) return {};
  return VisitTasks(
      [&](const Message& message) {
        v1::FetchTask task = DecodeTask(message, sites_).task;
        const auto lost = wanted.find(task.task_id());
        if (lost == wanted.end()) return;
        lost->second->task = std::move(task);
        wanted.erase(lost);
      },
      [](const TopicPartition&) {});
}

void Auditor::ReadTask(const Message& message) {
  const TopicPartition partition = message.topic_partition();
  const v1::FetchTask task = DecodeTask(message, sites_).task;
  const std::string& id = task.task_id();
  const auto fetched = samples_.fetcher.find(partition);
  if (fetched == samples_.fetcher.end() || message.offset >= fetched->second)
    in_flight_[id].insert(message.topic);
  // By record and not by offset: behind the last one may be control records,
  // which the store never takes.
  const auto stored = samples_.store.find(partition);
  if (stored == samples_.store.end() || message.offset >= stored->second)
    unread_by_store_.insert(partition);
  on_log_.try_emplace(id,
                      OnLog{message.partition, false, IsAsked(message, task)});
}

bool Auditor::IsAsked(const Message& message, const v1::FetchTask& task) const {
  const LedgerFilter& filter = options_.filter;
  const Timestamp accepted = task.has_accepted_at()
                                 ? FromProto(task.accepted_at())
                                 : message.append_time;
  return (filter.site.empty() || filter.site == task.site()) &&
         (filter.batch.empty() || filter.batch == task.batch()) &&
         (!filter.accepted_since || accepted >= *filter.accepted_since);
}

Result<void> Auditor::ReadInFlight(const std::vector<std::string>& names,
                                   const Offsets& from) {
  if (names.empty()) return {};
  return VisitRange(
      bus_, from, Ends(names), options_.patience,
      [&](const Message& message) {
        in_flight_[TaskIdOf(message, topics_)].insert(message.topic);
      },
      [](const TopicPartition&) {});
}

bool Auditor::Reached(const TopicPartition& partition) const {
  return unread_by_store_.count(partition) == 0 &&
         trimmed_meanwhile_.count(partition) == 0;
}

bool Auditor::AllReached() const { return unread_by_store_.empty(); }

void Auditor::Count(const LedgerRow& row) {
  report_.further_outcomes += row.further_outcomes;
  report_.conflicts += row.conflicts;
  if (row.reason == v1::REASON_CRASHED) ++report_.crashed;
  if (!row.accepted_at) return;
  ++report_.accepted;
  if (row.kind == v1::OUTCOME_KIND_UNSPECIFIED) ++report_.open;
  AuditReason& reason = reasons_[{row.kind, row.reason}];
  ++reason.count.tasks;
  reason.examples.push_back(row);
  if (reason.examples.size() > options_.examples_per_reason)
    reason.examples.erase(reason.examples.begin());
}

void Auditor::JudgeOpen(const LedgerRow& row) {
  const auto on_its_way = in_flight_.find(row.task_id);
  if (on_its_way != in_flight_.end()) {
    for (const std::string& topic : on_its_way->second)
      ++report_.in_flight[topic];
    return;
  }
  // Accepted from behind the sampled end: nothing was read of it.
  const auto log = samples_.log.find(row.where);
  if (log != samples_.log.end() && row.offset >= log->second.end) {
    ++report_.in_flight[row.where.topic];
    return;
  }
  if (row.awaits_task_id.empty()) return Lose(row);
  waiting_.push_back(row);
}

// These have their answer, and will be settled as another task is; that one is
// judged by itself.
Result<void> Auditor::JudgeWaiting() {
  if (waiting_.empty()) return {};
  std::unordered_set<std::string> missing;
  for (const LedgerRow& row : waiting_) missing.insert(row.awaits_task_id);
  const Result<void> read = reader_.VisitLedger({}, [&](const LedgerRow& row) {
    missing.erase(row.task_id);
    return !missing.empty();
  });
  if (!read) return read.error();
  for (const LedgerRow& row : waiting_) {
    if (missing.count(row.awaits_task_id) == 0)
      ++report_.in_flight["ledger"];
    else
      Lose(row);
  }
  return {};
}

void Auditor::Lose(const LedgerRow& row) {
  ++report_.lost_count;
  LostTask lost{row, {}};
  lost.task.set_task_id(row.task_id);
  lost.task.set_target(row.target);
  lost.task.set_batch(row.batch);
  Keep(report_.lost, options_.most_examples, std::move(lost));
}

void Auditor::JudgeOrphan(const LedgerRow& row) {
  if (unaccepted_.count(row.task_id) == 0 || !AllReached()) return;
  ++report_.orphan_count;
  Keep(report_.orphans, options_.most_examples, row);
}

// Accepted from a range that the log still holds: it must be there.
void Auditor::JudgeAgainstLog(const LedgerRow& row) {
  const auto known = on_log_.find(row.task_id);
  if (known != on_log_.end()) known->second.in_ledger = true;
  const auto log = samples_.log.find(row.where);
  if (log == samples_.log.end() || !Reached(row.where)) return;
  if (row.offset < log->second.begin || row.offset >= log->second.end) return;
  ++report_.tasks_in_ledger;
  if (known != on_log_.end()) return;
  ++report_.not_on_log_count;
  Keep(report_.not_on_log, options_.most_examples, row.task_id);
}

// What was never accepted has no time of that; its outcome has one.
Result<void> Auditor::ReadLateOrphans() {
  if (!options_.filter.accepted_since) return {};
  LedgerFilter filter = options_.filter;
  filter.accepted_since.reset();
  filter.only_unaccepted = true;
  return reader_.VisitLedger(filter, [&](const LedgerRow& row) {
    if (row.settled_at && *row.settled_at >= *options_.filter.accepted_since)
      JudgeOrphan(row);
    return true;
  });
}

Result<void> Auditor::ReadLedger() {
  LedgerFilter filter;
  filter.site = options_.filter.site;
  filter.batch = options_.filter.batch;
  filter.accepted_since = options_.filter.accepted_since;
  const Result<void> read =
      reader_.VisitLedger(filter, [&](const LedgerRow& row) {
        Count(row);
        if (!row.accepted_at) {
          JudgeOrphan(row);
          return true;
        }
        JudgeAgainstLog(row);
        if (row.kind == v1::OUTCOME_KIND_UNSPECIFIED) JudgeOpen(row);
        return true;
      });
  if (!read) return read.error();
  for (auto& [what, reason] : reasons_) {
    reason.count.kind = what.first;
    reason.count.reason = what.second;
    report_.reasons.push_back(std::move(reason));
  }
  // The best outcome first.
  std::stable_sort(report_.reasons.begin(), report_.reasons.end(),
                   [](const AuditReason& a, const AuditReason& b) {
                     return a.count.kind > b.count.kind;
                   });
  return ReadLateOrphans();
}

// What the filter leaves out of the ledger's lines may stand there all the
// same: under another site by now, or the ID was another batch's first.
Result<void> Auditor::CompareWithLog() {
  std::vector<std::string> missing;
  for (const auto& [id, known] : on_log_) {
    if (!Reached({topics_.tasks, known.partition}) || !known.is_asked) continue;
    ++report_.tasks_on_log;
    if (!known.in_ledger) missing.push_back(id);
  }
  if (missing.empty()) return {};
  const auto accepted = reader_.AcceptedAmong(missing);
  if (!accepted) return accepted.error();
  std::sort(missing.begin(), missing.end());
  for (std::string& id : missing) {
    if (accepted->contains(id)) continue;
    ++report_.not_in_ledger_count;
    Keep(report_.not_in_ledger, options_.most_examples, std::move(id));
  }
  return {};
}

Result<AuditReport> Auditor::Run() {
  Result<void> step = NoteUnaccepted();
  if (step) step = SampleBeginnings();
  if (step) step = SampleOffsets();
  if (step) step = SampleEnds();
  if (step) step = ReadTasks();
  if (step) step = ReadInFlight({topics_.backlog}, samples_.backlog);
  if (step) step = ReadInFlight(topics_.retries, samples_.retry);
  if (step) step = ReadInFlight({topics_.pages}, samples_.parser);
  if (step)
    step = ReadInFlight(
        {topics_.articles, topics_.articles_replay, topics_.outcomes},
        samples_.store);
  if (step) step = ReadLedger();
  if (step) step = JudgeWaiting();
  if (step) step = FindLostOnLog();
  if (step) step = CompareWithLog();
  if (!step) return step.error();
  report_.store_behind = !AllReached();
  auto without = reader_.SettledWithoutArticle(
      options_.filter, static_cast<int64_t>(options_.most_examples));
  if (!without) return without.error();
  report_.without_article = std::move(*without);
  return std::move(report_);
}

}  // namespace

bool AuditReport::Passed() const {
  return lost_count == 0 && orphan_count == 0 && not_in_ledger_count == 0 &&
         not_on_log_count == 0 && without_article.empty() && trimmed.empty();
}

Result<AuditReport> Audit(Bus& bus, const Topics& topics,
                          const SiteCatalogue& sites, StoreReader& reader,
                          const AuditOptions& options) {
  return Auditor(bus, topics, sites, reader, options).Run();
}

Result<int64_t> Requeue(Bus& bus, const Topics& topics,
                        const std::vector<LostTask>& lost) {
  auto producer = bus.NewProducer({});
  if (!producer) return producer.error();
  std::atomic<int64_t> durable{0};
  for (const LostTask& task : lost) {
    v1::FetchTask again = task.task;
    again.set_attempt(0);
    again.clear_attempts();
    again.clear_not_before();
    (*producer)->Produce(EncodeTask(again, topics.tasks),
                         [&durable](const Result<RecordMetadata>& done) {
                           if (done) ++durable;
                         });
  }
  const Result<void> flushed = (*producer)->Flush(std::chrono::seconds(60));
  if (!flushed) return flushed.error();
  if (durable != static_cast<int64_t>(lost.size()))
    return Error{Code::kUnavailable,
                 std::to_string(durable) + " of " +
                     std::to_string(lost.size()) +
                     " tasks were put back; the log refused the others"};
  return durable.load();
}

}  // namespace newsmill
