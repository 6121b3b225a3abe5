#include "app/replay/runner.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "app/cli/format.h"
#include "app/open.h"
#include "app/pipeline.h"
#include "app/replay/replay_run.h"
#include "core/flow/commit_note.h"
#include "core/runtime/http_server.h"
#include "core/runtime/log.h"
#include "core/runtime/signals.h"
#include "parser/live_parser.h"

namespace newsmill {
namespace {

// Of one partition in hand: what is settled out of order must fit beside the
// offset, so that each record counts once.
constexpr int64_t kReplaySpread = 256;
constexpr Duration kPollWait = std::chrono::milliseconds(200);
constexpr size_t kPollRecords = 100;

bool IsOfJob(int32_t partition, const ReplayJob& job) {
  return !job.count || partition % *job.count == job.index.value_or(0);
}

Error Deleted(const v1::ReplayPlan& plan, const TopicPartition& where,
              int64_t next, int64_t begin) {
  return {Code::kOutOfRange,
          "replay '" + plan.name() + "': records " + std::to_string(next) +
              " to " + std::to_string(begin - 1) + " of " + where.topic + "/" +
              std::to_string(where.partition) +
              " are deleted by now; --allow-gap goes on without them"};
}

// Moves the plan's offsets past what is deleted, with the counts so far.
Result<void> PassOver(Bus& bus, const std::string& group,
                      const CommittedOffsets& offsets) {
  if (offsets.empty()) return {};
  auto consumer = bus.NewConsumer(ConsumerOptions{group, "replay"});
  if (!consumer) return consumer.error();
  return (*consumer)->Commit(offsets);
}

Result<void> CheckRetained(OpenReplay& replay, const std::string& group,
                           const ReplayJob& job) {
  const auto range = RangeOf(replay.plan);
  std::vector<TopicPartition> mine;
  for (const auto& [name, marks] : range) {
    if (IsOfJob(name.partition, job)) mine.push_back(name);
  }
  if (mine.empty()) return {};
  const auto marks = replay.bus->admin().FetchWatermarks(mine);
  if (!marks) return marks.error();
  const auto stands = replay.bus->admin().GroupOffsets(group, mine);
  if (!stands) return stands.error();
  CommittedOffsets moved;
  for (const TopicPartition& name : mine) {
    const auto at = stands->find(name);
    CommittedOffset next{range.at(name).begin, ""};
    if (at != stands->end()) next = at->second;
    const int64_t begin = std::min(marks->at(name).begin, range.at(name).end);
    if (next.next >= begin) continue;
    if (!job.allow_gap && !replay.plan.allow_gap()) {
      return Deleted(replay.plan, name, next.next, begin);
    }
    CommitNote note;
    note.tally = CommitNote::Decode(next.next, next.metadata).tally;
    moved[name] = {begin, note.Encode(begin)};
  }
  return PassOver(*replay.bus, group, moved);
}

WorkerOptions OptionsOf(const Settings& settings, const OpenReplay& replay,
                        const ReplayJob& job) {
  WorkerOptions options;
  options.stage = replay.plan.source() == v1::ReplayPlan::PAGES
                      ? v1::STAGE_PARSER
                      : v1::STAGE_SINK;
  options.name = "replay";
  options.group = GroupOfPlan(settings.log.prefix, replay.plan.name());
  options.topics = {replay.plan.topic()};
  options.bounds.range = RangeOf(replay.plan);
  options.bounds.job_index = job.index;
  options.bounds.job_count = job.count;
  options.session_timeout = settings.log.session_timeout;
  options.drain_timeout = settings.drain_timeout;
  options.startup_timeout = settings.startup_timeout;
  options.max_spread = kReplaySpread;
  options.guard_crashes = replay.plan.source() == v1::ReplayPlan::PAGES;
  return options;
}

Result<std::unique_ptr<Suppressions>> OpenErased(Context& context,
                                                 OpenReplay& replay) {
  return Suppressions::Open(*replay.bus, replay.topics,
                            context.settings.startup_timeout, context.clock);
}

// Whoever settles the last record says so.
Result<void> MarkFinished(Context& context, OpenReplay& replay) {
  const auto progress =
      ProgressOf(replay.bus->admin(), context.settings.log.prefix, replay.plan);
  if (!progress) return progress.error();
  if (!progress->finished) return {};
  replay.plan.set_state(v1::ReplayPlan::FINISHED);
  *replay.plan.mutable_counts() = progress->counts;
  *replay.plan.mutable_ended_at() = ToProto(context.clock.Now());
  return WritePlan(*replay.bus, replay.topics, replay.plan);
}

// The pages of a poll, parsed by a thread per core.
std::vector<std::variant<v1::Article, Verdict>> ParseAll(
    const PageParser& parser, const std::vector<v1::FetchedPage>& pages) {
  std::vector<std::variant<v1::Article, Verdict>> parsed(pages.size());
  std::atomic<size_t> next = 0;
  std::vector<std::thread> threads;
  const size_t most = std::max(1U, std::thread::hardware_concurrency());
  for (size_t i = 0; i < std::min(most, pages.size()); ++i) {
    threads.emplace_back([&] {
      for (size_t at = next++; at < pages.size(); at = next++) {
        parsed[at] = parser.Parse(pages[at]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return parsed;
}

// One comparison of a plan's records with the store.
class Differ {
 public:
  Differ(const v1::ReplayPlan& plan, const PageParser* parser,
         StoredArticles& stored, const Suppressions& erased, size_t examples)
      : filter_(plan.filter(), &stored, erased),
        parser_(parser),
        stored_(stored),
        diff_(examples) {}

  Result<void> Add(const std::vector<Message>& messages);
  ReplayDiff Take() { return std::move(diff_); }

 private:
  Result<void> Judge(const v1::Article& article);
  Result<void> Judge(const v1::FetchedPage& page, const Verdict& verdict);

  const PlanFilter filter_;
  const PageParser* const parser_;  // nullptr: the records are articles
  StoredArticles& stored_;
  ReplayDiff diff_;
};

Result<void> Differ::Add(const std::vector<Message>& messages) {
  std::vector<v1::FetchedPage> pages;
  for (const Message& message : messages) {
    v1::FetchedPage page;
    v1::Article article;
    const bool read = parser_ != nullptr
                          ? DecodePage(message, &page)
                          : article.ParseFromString(message.value);
    if (!read) {
      diff_.CountDead();
      continue;
    }
    const auto wanted =
        parser_ != nullptr ? filter_.Wants(page) : filter_.Wants(article);
    if (!wanted) return wanted.error();
    if (!*wanted) {
      diff_.CountFiltered();
    } else if (parser_ != nullptr) {
      pages.push_back(std::move(page));
    } else if (auto judged = Judge(article); !judged) {
      return judged;
    }
  }
  if (parser_ == nullptr) return {};
  const auto parsed = ParseAll(*parser_, pages);
  for (size_t i = 0; i < pages.size(); ++i) {
    const auto* article = std::get_if<v1::Article>(&parsed[i]);
    const auto judged = article != nullptr
                            ? Judge(*article)
                            : Judge(pages[i], std::get<Verdict>(parsed[i]));
    if (!judged) return judged;
  }
  return {};
}

Result<void> Differ::Judge(const v1::Article& article) {
  const auto stored = stored_.Find(article.article_key());
  if (!stored) return stored.error();
  if (!*stored) return diff_.AddNew(article), Result<void>();
  const bool same = (*stored)->content_hash() == article.content_hash();
  const bool same_version =
      FromProto((*stored)->fetched_at()) == FromProto(article.fetched_at()) &&
      (*stored)->parse_generation() == article.parse_generation();
  // A rule that is being written has the revision of the one in force.
  if (Compare(article, *stored) == Standing::kOlder && !same_version) {
    diff_.CountOlder();
  } else if (same) {
    diff_.CountUnchanged();
  } else {
    diff_.AddChanged(**stored, article);
  }
  return {};
}

Result<void> Differ::Judge(const v1::FetchedPage& page,
                           const Verdict& verdict) {
  if (verdict.kind == v1::DEAD) return diff_.CountDead(), Result<void>();
  const auto stored = stored_.Find(page.article_key());
  if (!stored) return stored.error();
  const bool of_this = *stored && FromProto((*stored)->fetched_at()) ==
                                      FromProto(page.fetched_at());
  if (of_this) {
    diff_.AddLost(page.article_key(),
                  ReasonName(verdict.reason) + " " + verdict.detail);
  } else if (*stored) {
    diff_.CountOlder();
  } else {
    diff_.CountUnchanged();
  }
  return {};
}

}  // namespace

Result<OpenReplay> OpenPlan(Context& context, const std::string& name) {
  auto bus = OpenLogToLook(context.settings);
  if (!bus) return bus.error();
  OpenReplay replay{TopicsOf(context.settings), std::move(*bus), {}};
  auto plan = FindPlan(*replay.bus, replay.topics, context.clock, name);
  if (!plan) return plan.error();
  replay.plan = std::move(*plan);
  const auto cluster = replay.bus->admin().ClusterId();
  if (!cluster) return cluster.error();
  if (*cluster == replay.plan.cluster_id()) return replay;
  return Error{Code::kBadConfiguration,
               "replay '" + name +
                   "' was planned on another log: its offsets mean nothing "
                   "here; plan it again under another name"};
}

Result<RunEnd> RunReplay(Context& context, OpenReplay& replay,
                         const ReplayJob& job) {
  InstallStopSignals();
  const Settings& settings = context.settings;
  const std::string group =
      GroupOfPlan(settings.log.prefix, replay.plan.name());
  auto sites = LoadSites(settings);
  if (!sites) return sites.error();
  if (auto kept = CheckRetained(replay, group, job); !kept) return kept.error();
  // Without a range a worker would take a part in the live topic, for ever.
  if (RangeOf(replay.plan).empty()) {
    if (auto marked = MarkFinished(context, replay); !marked) {
      return marked.error();
    }
    return RunEnd::kFinished;
  }
  const auto reader = OpenReader(settings);
  if (!reader) return reader.error();
  StoredArticles stored(**reader);
  const auto erased = OpenErased(context, replay);
  if (!erased) return erased.error();
  PlanWatch watch(*replay.bus, replay.topics, replay.plan.name());
  ReplayDesk desk(replay.plan, 1.0 / job.count.value_or(1), &watch);

  std::unique_ptr<LiveParser> parser;
  std::unique_ptr<ChildTrial> trial;
  std::unique_ptr<Handler> handler;
  if (replay.plan.source() == v1::ReplayPlan::PAGES) {
    auto loaded = LiveParser::Load(settings.parser, settings.SitePaths());
    if (!loaded) return loaded.error();
    parser = std::move(*loaded);
    trial = std::make_unique<ChildTrial>(TrialCommand(settings));
    auto pages = std::make_unique<PageReplay>(
        *parser, replay.topics, settings.parser.threads, replay.plan, stored,
        **erased, desk);
    pages->TryWith(*trial);
    handler = std::move(pages);
  } else {
    handler = std::make_unique<RecordReplay>(replay.topics, *sites, replay.plan,
                                             stored, **erased, desk);
  }
  Worker worker(OptionsOf(settings, replay, job), *replay.bus, replay.topics,
                *handler, context.clock);
  std::unique_ptr<HttpServer> server;
  if (!settings.http_listen.empty()) {
    auto started = HttpServer::Start(
        settings.http_listen, [&] { return worker.Health(); },
        [&] { return worker.Readiness(); });
    if (!started) return started.error();
    server = std::move(*started);
  }
  const Result<RunEnd> end = worker.Run();
  if (!end) return end;
  if (auto marked = MarkFinished(context, replay); !marked) {
    return marked.error();
  }
  return end;
}

Result<std::optional<ReplayDiff>> DiffReplay(Context& context,
                                             OpenReplay& replay,
                                             size_t examples) {
  InstallStopSignals();
  const auto reader = OpenReader(context.settings);
  if (!reader) return reader.error();
  StoredArticles stored(**reader);
  const auto erased = OpenErased(context, replay);
  if (!erased) return erased.error();
  std::unique_ptr<LiveParser> parser;
  if (replay.plan.source() == v1::ReplayPlan::PAGES) {
    auto loaded =
        LiveParser::Load(context.settings.parser, context.settings.SitePaths());
    if (!loaded) return loaded.error();
    parser = std::move(*loaded);
  }
  Differ differ(replay.plan, parser.get(), stored, **erased, examples);
  auto consumer = replay.bus->NewConsumer(ConsumerOptions{"", "replay-diff"});
  if (!consumer) return consumer.error();
  // One partition after the other: what is read beyond its end is thrown away.
  for (const auto& [name, marks] : RangeOf(replay.plan)) {
    const auto kept = replay.bus->admin().FetchWatermarks({name});
    if (!kept) return kept.error();
    const int64_t begin = std::max(marks.begin, kept->at(name).begin);
    if (begin > marks.begin && !replay.plan.allow_gap()) {
      return Deleted(replay.plan, name, marks.begin,
                     std::min(begin, marks.end));
    }
    if (begin >= marks.end) continue;
    if (auto set = (*consumer)->Assign({{name, begin}}); !set) {
      return set.error();
    }
    int64_t position = begin;
    while (position < marks.end) {
      if (StopRequested()) return std::optional<ReplayDiff>();
      auto messages = (*consumer)->Poll(kPollRecords, kPollWait);
      if (!messages) return messages.error();
      std::erase_if(*messages, [&, end = marks.end](const Message& message) {
        return message.topic_partition() != name || message.offset >= end;
      });
      if (auto added = differ.Add(*messages); !added) return added.error();
      // Past control records, which no message shows.
      const auto at = (*consumer)->Position(name);
      if (at) position = std::max(position, *at);
      if (!messages->empty()) {
        position = std::max(position, messages->back().offset + 1);
      }
    }
  }
  return std::optional<ReplayDiff>(differ.Take());
}

}  // namespace newsmill
