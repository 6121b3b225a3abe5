#include "tests/chaos/suite/checker.h"

#include <sstream>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "core/bus/registry.h"
#include "core/bus/topics.h"

namespace newsmill::chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kMostExamples = 5;

// In a schema of their own. A row of `moved` is a transaction that moved the
// offset of a partition, and whether all were by their owners' connections.
constexpr char kTriggers[] = R"(
CREATE SCHEMA chaos_check;
CREATE TABLE chaos_check.gone_back (article_key text, what text);
CREATE TABLE chaos_check.wrote (tx bigint, article_key text);
CREATE TABLE chaos_check.moved (tx bigint, owned boolean);
CREATE INDEX ON chaos_check.moved (tx);

CREATE FUNCTION chaos_check.row_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO chaos_check.wrote VALUES (txid_current(), NEW.article_key);
  IF TG_OP = 'INSERT' THEN RETURN NEW; END IF;
  IF ROW(COALESCE(NEW.has_body, false),
         COALESCE(NEW.fetched_at, '-infinity'),
         COALESCE(NEW.parse_generation, 0)) <
     ROW(COALESCE(OLD.has_body, false),
         COALESCE(OLD.fetched_at, '-infinity'),
         COALESCE(OLD.parse_generation, 0)) THEN
    INSERT INTO chaos_check.gone_back VALUES (NEW.article_key, 'content from '
      || OLD.fetched_at || ' to ' || NEW.fetched_at);
  END IF;
  IF ROW(NEW.state_fetched_at, NEW.state_generation) <
     ROW(OLD.state_fetched_at, OLD.state_generation) THEN
    INSERT INTO chaos_check.gone_back VALUES (NEW.article_key, 'state from '
      || OLD.state_fetched_at || ' to ' || NEW.state_fetched_at);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER chaos_row AFTER INSERT OR UPDATE ON {0}.articles
  FOR EACH ROW EXECUTE FUNCTION chaos_check.row_written();

CREATE FUNCTION chaos_check.offset_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO chaos_check.moved VALUES (txid_current(),
    COALESCE(OLD.backend_pid = pg_backend_pid(), false));
  RETURN NEW;
END $$;
CREATE TRIGGER chaos_offset AFTER UPDATE ON {0}.sink_offsets
  FOR EACH ROW WHEN (NEW.next IS DISTINCT FROM OLD.next)
  EXECUTE FUNCTION chaos_check.offset_moved();
)";

constexpr char kHarm[] =
    "SELECT (SELECT count(*) FROM chaos_check.gone_back) + ({})";
constexpr char kByThawed[] =
    "SELECT count(*) FROM chaos_check.wrote WHERE NOT COALESCE((SELECT"
    " bool_and(owned) FROM chaos_check.moved WHERE moved.tx = wrote.tx), "
    "false)";

bool IsArticle(const std::string& url) {
  return url.find("/ok/") != std::string::npos;
}

// Fetched before and after it was taken down.
bool IsGone(const std::string& url) {
  return url.find("/gone/") != std::string::npos;
}

std::string Text(const std::optional<std::string>& value) {
  return value.value_or("");
}

void AddExamples(const std::string& what, const std::vector<std::string>& all,
                 Findings* findings) {
  if (all.empty()) return;
  std::string line = fmt::format("{} {}", all.size(), what);
  for (size_t i = 0; i < all.size() && i < kMostExamples; ++i) {
    line += "\n    " + all[i];
  }
  findings->faults.push_back(std::move(line));
}

void MustBe(const std::string& what, int64_t want, int64_t got,
            Findings* findings) {
  if (want == got) return;
  findings->faults.push_back(
      fmt::format("{}: want {}, got {}", what, want, got));
}

}  // namespace

Result<std::vector<sql::Row>> Checker::Ask(const std::string& text) {
  if (!connection_ || connection_->broken()) {
    auto opened = postgres::Connection::Open(
        {.url = system_.store().url, .schema = system_.store().schema});
    if (!opened) return opened.error();
    connection_ = std::move(*opened);
  }
  return connection_->Ask(text, {});
}

Result<void> Checker::Install() {
  if (auto asked = Ask("SELECT 1"); !asked) return asked.error();
  system_.SetHarmQuery(fmt::format(kHarm, kByThawed));
  return connection_->Execute(
      fmt::format(fmt::runtime(kTriggers), system_.store().schema));
}

Result<int64_t> Checker::Count(const std::string& query) {
  const auto rows = Ask(query);
  if (!rows) return rows.error();
  return std::stoll(Text(rows->at(0).at(0)));
}

Result<std::map<std::string, Checker::Settled>> Checker::Ledger() {
  const auto rows =
      Ask("SELECT task_id, kind, reason FROM ledger WHERE kind IS NOT NULL");
  if (!rows) return rows.error();
  std::map<std::string, Settled> settled;
  for (const sql::Row& row : *rows) {
    settled[Text(row[0])] = {Text(row[1]), Text(row[2])};
  }
  return settled;
}

Result<int64_t> Checker::Behind() {
  const auto rows = Ask("SELECT topic, partition, next FROM sink_offsets");
  if (!rows) return rows.error();
  Offsets next;
  for (const sql::Row& row : *rows) {
    next[{Text(row[0]), std::stoi(Text(row[1]))}] =
        row[2] ? std::stoll(*row[2]) : 0;
  }
  auto bus = OpenBus(system_.log());
  if (!bus) return bus.error();
  const Topics topics(system_.log(), {});
  std::vector<TopicPartition> partitions;
  for (const std::string& topic :
       {topics.articles, topics.outcomes, topics.dead, topics.tasks}) {
    for (int32_t p = 0; p < topics.PartitionsOf(topic); ++p) {
      partitions.push_back({topic, p});
    }
  }
  const auto marks = (*bus)->admin().FetchWatermarks(partitions);
  if (!marks) return marks.error();
  int64_t behind = 0;
  for (const auto& [partition, mark] : *marks) {
    const auto stands = next.find(partition);
    const int64_t from = stands == next.end() ? 0 : stands->second;
    behind += std::abs(mark.end - from);
  }
  return behind;
}

Result<void> Checker::AwaitSettled(Duration deadline) {
  const auto end = steady_clock::now() + deadline;
  const std::map<std::string, Accepted> accepted = system_.generator().Ledger();
  std::string last;
  do {
    if (auto tended = system_.Tend(); !tended) return tended;
    const auto settled = Ledger();
    size_t open = 0;
    if (settled) {
      for (const auto& [id, task] : accepted) open += !settled->contains(id);
    }
    const auto behind = settled && open == 0 ? Behind() : Result<int64_t>(0);
    if (settled && open == 0 && behind && *behind == 0) return {};
    last = !settled   ? settled.error().message
           : open > 0 ? fmt::format("{} of {} tasks have no outcome", open,
                                    accepted.size())
           : !behind  ? behind.error().message
                      : fmt::format("the store is {} records behind", *behind);
    std::this_thread::sleep_for(milliseconds(250));
  } while (steady_clock::now() < end);
  return Error{Code::kTimedOut, last};
}

Result<Findings> Checker::Check(const Nemesis::Planted& planted) {
  Findings findings;
  const std::map<std::string, Accepted> accepted = system_.generator().Ledger();
  const auto settled = Ledger();
  if (!settled) return settled.error();
  CompareTasks(accepted, *settled, &findings);
  MustBe("CRASHED", planted.crashing, findings.crashed, &findings);
  if (auto rows = CompareRows(accepted, &findings); !rows) return rows.error();
  if (auto dead = CompareDead(planted, &findings); !dead) return dead.error();
  if (auto audit = Audit(&findings); !audit) return audit.error();
  return findings;
}

void Checker::CompareTasks(const std::map<std::string, Accepted>& accepted,
                           const std::map<std::string, Settled>& settled,
                           Findings* findings) const {
  findings->accepted = std::ssize(accepted);
  std::vector<std::string> lost, orphans, otherwise;
  for (const auto& [id, task] : accepted) {
    findings->planted += !IsArticle(task.url);
    const auto found = settled.find(id);
    if (found == settled.end()) {
      lost.push_back(id + " " + task.url);
      continue;
    }
    const Settled& outcome = found->second;
    const std::string how =
        id + " " + task.url + ": " + outcome.kind + " " + outcome.reason;
    const bool stored = outcome.kind == "STORED" || outcome.kind == "UNCHANGED";
    const bool crashing = task.url.find("/crash/") != std::string::npos;
    findings->stored += stored;
    findings->crashed += outcome.reason == "CRASHED";
    const bool expected = IsGone(task.url) ? stored || outcome.kind == "GONE"
                                           : stored == IsArticle(task.url);
    if (!expected || crashing != (outcome.reason == "CRASHED")) {
      otherwise.push_back(how);
    }
  }
  for (const auto& [id, outcome] : settled) {
    // What stands on `tasks` and cannot be read is nobody's but has an outcome.
    if (accepted.contains(id) || outcome.reason == "MALFORMED_TASK") continue;
    orphans.push_back(id + ": " + outcome.kind + " " + outcome.reason);
  }
  findings->lost = std::ssize(lost);
  findings->orphans = std::ssize(orphans);
  AddExamples("tasks LOST", lost, findings);
  AddExamples("ORPHAN outcomes", orphans, findings);
  AddExamples("tasks ended otherwise than they had to", otherwise, findings);
}

Result<void> Checker::CompareRows(
    const std::map<std::string, Accepted>& accepted, Findings* findings) {
  const auto rows =
      Ask("SELECT requested_url, headline FROM articles"
          " WHERE fetched_at IS NOT NULL");
  if (!rows) return rows.error();
  std::map<std::string, int64_t> revisions;
  std::vector<std::string> twice, stale, back;
  for (const sql::Row& row : *rows) {
    const int64_t revision = RevisionIn(Text(row[1]));
    if (!revisions.emplace(Text(row[0]), revision).second) {
      twice.push_back(Text(row[0]));
    }
  }
  std::map<std::string, int64_t> older;
  for (const auto& [id, task] : accepted) {
    if (!IsArticle(task.url) && !IsGone(task.url)) continue;
    int64_t& newest = older[task.url];
    // What was served in the end is no article, and empties none.
    if (!IsGone(task.url)) newest = std::max(newest, task.older_revision);
  }
  for (const auto& [url, revision] : older) {
    const auto row = revisions.find(url);
    const int64_t got = row == revisions.end() ? -1 : row->second;
    if (got > revision) continue;
    stale.push_back(
        fmt::format("{}: the row has revision {} (-1: there is none), and {} "
                    "was served before it was asked for last",
                    url, got, revision));
  }
  const auto gone = Ask("SELECT article_key, what FROM chaos_check.gone_back");
  if (!gone) return gone.error();
  for (const sql::Row& row : *gone) {
    back.push_back(Text(row[0]) + ": " + Text(row[1]));
  }
  const auto thawed = Count(kByThawed);
  if (!thawed) return thawed.error();
  findings->by_thawed = *thawed;
  findings->second_rows = std::ssize(twice);
  findings->stale = std::ssize(stale);
  findings->gone_back = std::ssize(back);
  AddExamples("second rows", twice, findings);
  AddExamples("stale rows", stale, findings);
  AddExamples("versions gone back", back, findings);
  MustBe("rows by thawed workers", 0, findings->by_thawed, findings);
  return {};
}

// A record is one dead letter, however often it was read.
Result<void> Checker::CompareDead(const Nemesis::Planted& planted,
                                  Findings* findings) {
  const auto tasks =
      Count("SELECT count(*) FROM ledger WHERE reason = 'MALFORMED_TASK'");
  if (!tasks) return tasks.error();
  const auto records = Count(
      "SELECT count(DISTINCT (topic, partition, record_offset)) FROM"
      " dead_letters WHERE reason = 'MALFORMED_RECORD'");
  if (!records) return records.error();
  MustBe("unreadable tasks with a dead letter", planted.unreadable_tasks,
         *tasks, findings);
  MustBe("unreadable records with a dead letter", planted.unreadable_records,
         *records, findings);
  return {};
}

Result<void> Checker::Audit(Findings* findings) {
  const auto audit = system_.pipeline().Command({"audit"});
  if (!audit) return audit.error();
  std::istringstream lines(audit->output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    int64_t number = 0;
    if (words >> word >> number && word == "LOST") {
      findings->audit_lost = number;
    }
  }
  if (!audit->status.Succeeded()) {
    findings->faults.push_back("`newsmill audit`: " + audit->status.ToString() +
                               "\n" + audit->output + audit->errors);
  }
  return {};
}

}  // namespace newsmill::chaos
