#include <poll.h>

#include <algorithm>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "app/stages.h"
#include "core/base/text.h"
#include "core/runtime/signals.h"
#include "sink/audit.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kShown = 20;  // of each list, for people
constexpr Duration kWatchEvery = std::chrono::seconds(5);
constexpr v1::OutcomeKind kKinds[] = {v1::STORED, v1::UNCHANGED, v1::GONE,
                                      v1::SKIPPED, v1::DEAD};

int64_t SettledAs(const AuditReport& report, v1::OutcomeKind kind) {
  int64_t tasks = 0;
  for (const AuditReason& reason : report.reasons) {
    if (reason.count.kind == kind) tasks += reason.count.tasks;
  }
  return tasks;
}

std::string InFlightText(const AuditReport& report) {
  std::string text;
  for (const auto& [topic, tasks] : report.in_flight) {
    if (tasks == 0) continue;
    text += (text.empty() ? "on " : ", ") + topic + " " + FormatCount(tasks);
  }
  return text;
}

// One thing that must not be there.
struct Check {
  const char* name;
  int64_t count;
  const char* meaning;
};

std::vector<Check> ChecksOf(const AuditReport& report) {
  return {
      {"LOST", report.lost_count,
       "accepted, without outcome, and nowhere on the log"},
      {"ORPHAN", report.orphan_count, "an outcome of a task never accepted"},
      {"NOT IN LEDGER", report.not_in_ledger_count,
       "a task on the log that the ledger does not know"},
      {"NOT ON LOG", report.not_on_log_count,
       "accepted from the log, and not there"},
      {"NO ARTICLE", std::ssize(report.without_article),
       "settled as stored or unchanged, and no article"},
      {"TRIMMED", std::ssize(report.trimmed),
       "ranges deleted before they were read"},
  };
}

Json RowJson(const LedgerRow& row) {
  return {{"task_id", row.task_id},
          {"target", row.target},
          {"batch", row.batch},
          {"topic", row.where.topic},
          {"partition", row.where.partition},
          {"offset", row.offset},
          {"article_key", row.article_key}};
}

Json ListsJson(const AuditReport& report) {
  Json json = {{"lost", Json::array()},
               {"orphans", Json::array()},
               {"not_in_ledger", report.not_in_ledger},
               {"not_on_log", report.not_on_log},
               {"without_article", Json::array()},
               {"trimmed", Json::array()}};
  for (const LostTask& lost : report.lost) {
    json["lost"].push_back(RowJson(lost.row));
  }
  for (const LedgerRow& row : report.orphans) {
    json["orphans"].push_back(RowJson(row));
  }
  for (const LedgerRow& row : report.without_article) {
    json["without_article"].push_back(RowJson(row));
  }
  for (const TrimmedRange& range : report.trimmed) {
    json["trimmed"].push_back({{"topic", range.partition.topic},
                               {"partition", range.partition.partition},
                               {"reader", range.reader},
                               {"from", range.from},
                               {"to", range.to}});
  }
  return json;
}

Json ToJson(const AuditReport& report) {
  Json json = {{"passed", report.Passed()}, {"accepted", report.accepted}};
  for (const v1::OutcomeKind kind : kKinds) {
    json[AsciiLowered(KindName(kind))] = SettledAs(report, kind);
  }
  json["open"] = report.open;
  json["reasons"] = Json::array();
  for (const AuditReason& reason : report.reasons) {
    Json examples = Json::array();
    for (const LedgerRow& row : reason.examples) {
      examples.push_back(RowJson(row));
    }
    json["reasons"].push_back({{"kind", KindName(reason.count.kind)},
                               {"reason", ReasonName(reason.count.reason)},
                               {"tasks", reason.count.tasks},
                               {"examples", examples}});
  }
  json["in_flight"] = report.in_flight;
  for (const Check& check : ChecksOf(report)) {
    std::string name = AsciiLowered(check.name);
    std::replace(name.begin(), name.end(), ' ', '_');
    json["counts"][name] = check.count;
  }
  json["tasks_on_log"] = report.tasks_on_log;
  json["tasks_in_ledger"] = report.tasks_in_ledger;
  json["whole_log"] = report.whole_log;
  json["store_behind"] = report.store_behind;
  json["further_outcomes"] = report.further_outcomes;
  json["conflicts"] = report.conflicts;
  json["crashed"] = report.crashed;
  json["lists"] = ListsJson(report);
  return json;
}

// "such as thepaper:1, thepaper:2".
std::string ExamplesText(const AuditReason& reason) {
  std::string text;
  for (const LedgerRow& row : reason.examples) {
    const std::string& name = row.target.empty() ? row.task_id : row.target;
    text += (text.empty() ? "" : ", ") + name;
  }
  if (text.empty()) return "";
  return std::ssize(reason.examples) < reason.count.tasks ? "such as " + text
                                                          : text;
}

void PrintSum(const AuditReport& report, Output& out) {
  Table table({{"TASKS"},
               {"", Table::Align::kRight},
               {"REASON"},
               {"", Table::Align::kRight},
               {"", Table::Align::kLeft, 200}});
  int64_t sum = report.open;
  for (const v1::OutcomeKind kind : kKinds) {
    const int64_t tasks = SettledAs(report, kind);
    sum += tasks;
    table.Add({{AsciiLowered(KindName(kind)),
                tasks == 0 ? Style::kDim : StyleOf(kind)},
               {FormatCount(tasks)},
               {""},
               {""},
               {""}});
    for (const AuditReason& reason : report.reasons) {
      if (reason.count.kind != kind) continue;
      table.Add({{""},
                 {""},
                 {ReasonName(reason.count.reason)},
                 {FormatCount(reason.count.tasks)},
                 {ExamplesText(reason), Style::kDim}});
    }
  }
  table.Add({{"open"},
             {FormatCount(report.open)},
             {""},
             {""},
             {InFlightText(report), Style::kDim}});
  table.Add({{"sum"}, {FormatCount(sum)}, {""}, {""}, {""}});
  table.Add({{"accepted", Style::kBold},
             {FormatCount(report.accepted), Style::kBold},
             {""},
             {""},
             {sum == report.accepted ? "" : "the sum differs", Style::kRed}});
  table.Print(out);
}

void PrintChecks(const AuditReport& report, Output& out) {
  Table table(
      {{"CHECK"}, {"", Table::Align::kRight}, {"", Table::Align::kLeft, 200}});
  for (const Check& check : ChecksOf(report)) {
    const Style style = check.count == 0 ? Style::kGreen : Style::kRed;
    table.Add({{check.name, style},
               {FormatCount(check.count), style},
               {check.meaning, Style::kDim}});
  }
  table.Print(out);
}

void PrintList(Output& out, const std::string& name,
               const std::vector<std::string>& lines, int64_t count) {
  for (size_t i = 0; i < lines.size() && i < kShown; ++i) {
    out.Line(out.Styled(Style::kRed, name) + "  " + lines[i]);
  }
  const int64_t shown =
      std::min(std::ssize(lines), static_cast<std::ptrdiff_t>(kShown));
  if (count > shown) {
    out.Line(out.Styled(Style::kRed, name) + "  and " +
             FormatCount(count - shown) + " more");
  }
}

std::string RowText(const LedgerRow& row) {
  std::string text = row.task_id + "  " + row.target;
  if (!row.where.topic.empty()) {
    text += "  " + row.where.topic + "/" + std::to_string(row.where.partition) +
            " at " + std::to_string(row.offset);
  }
  return text;
}

std::vector<std::string> TextsOf(const std::vector<LedgerRow>& rows) {
  std::vector<std::string> texts;
  texts.reserve(rows.size());
  for (const LedgerRow& row : rows) texts.push_back(RowText(row));
  return texts;
}

void PrintLists(const AuditReport& report, Output& out) {
  std::vector<std::string> lost, trimmed;
  for (const LostTask& task : report.lost) lost.push_back(RowText(task.row));
  for (const TrimmedRange& range : report.trimmed) {
    trimmed.push_back(range.partition.topic + "/" +
                      std::to_string(range.partition.partition) + " from " +
                      std::to_string(range.from) + " to " +
                      std::to_string(range.to) + ", unread by " + range.reader);
  }
  PrintList(out, "LOST", lost, report.lost_count);
  PrintList(out, "ORPHAN", TextsOf(report.orphans), report.orphan_count);
  PrintList(out, "NOT IN LEDGER", report.not_in_ledger,
            report.not_in_ledger_count);
  PrintList(out, "NOT ON LOG", report.not_on_log, report.not_on_log_count);
  PrintList(out, "NO ARTICLE", TextsOf(report.without_article),
            std::ssize(report.without_article));
  PrintList(out, "TRIMMED", trimmed, std::ssize(report.trimmed));
}

void PrintRemarks(const AuditReport& report, Output& out) {
  const auto remark = [&](int64_t count, const std::string& text) {
    if (count > 0) out.Line(out.Styled(Style::kYellow, "note") + "  " + text);
  };
  remark(report.crashed, Counted(report.crashed, "record") +
                             " ended a worker three times (CRASHED)");
  remark(report.conflicts, Counted(report.conflicts, "task") +
                               " named another target under a known ID and "
                               "was refused");
  remark(report.further_outcomes,
         Counted(report.further_outcomes, "further outcome") +
             " of settled tasks, counted and not kept");
  remark(report.store_behind ? 1 : 0,
         "the sink is still reading: ORPHAN and the counts could not all be "
         "judged");
  remark(report.whole_log ? 0 : 1,
         "the beginning of the log was trimmed: tasks were compared as far as "
         "it is retained");
}

class AuditCommand : public Command {
 public:
  std::string name() const override { return "audit"; }
  std::string summary() const override {
    return "Hold log and ledger against each other: is anything lost?";
  }
  void Declare(Arguments& arguments) override {
    arguments.Option("--site", "NAME", &filter_.site,
                     "tasks of this site only");
    arguments.Option("--batch", "NAME", &filter_.batch,
                     "tasks of this batch only");
    arguments.Option("--since", "TIME", &since_,
                     "tasks accepted since then: RFC 3339, 7d, yesterday");
    arguments.Option("--reason", "REASON", &reason_,
                     "list the tasks that ended for this reason, such as "
                     "TIMED_OUT");
    arguments.Flag("--watch", &watch_,
                   "again and again, until nothing is open or a check fails");
    arguments.Flag("--requeue", &requeue_, "put lost tasks back on the log");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  // 1 where something is there that must not be, also when it was requeued.
  Result<ExitCode> Run(Context& context) override {
    if (auto known = CheckReason(reason_); !known) return known.error();
    const auto since = ResolveInstant(context, "--since", since_);
    if (!since) return since.error();
    filter_.accepted_since = *since;
    const auto bus = OpenLogToLook(context.settings);
    if (!bus) return bus.error();
    const auto reader = OpenReader(context.settings);
    if (!reader) return reader.error();
    const Result<SiteCatalogue> sites = LoadSites(context.settings);
    if (!sites) return sites.error();
    const Topics topics = TopicsOf(context.settings);
    Result<AuditReport> report = AuditReport();
    do {
      context.err.Progress("reading the log");
      report =
          Audit(**bus, topics, *sites, **reader, OptionsFor(context.settings));
      context.err.EndProgress();
      if (!report) return report.error();
    } while (watch_ && GoesOn(*report, context));
    json_ ? PrintJson(*report, context.out) : Print(*report, context.out);
    if (requeue_ && !report->lost.empty()) {
      const Result<int64_t> requeued = Requeue(**bus, topics, report->lost);
      if (!requeued) return requeued.error();
      context.err.Line("Requeued " + Counted(*requeued, "task") + ".");
    }
    return Finished(context, report->Passed() ? kExitDone : kExitCheckFailed);
  }

 private:
  AuditOptions OptionsFor(const Settings& settings) const {
    AuditOptions options;
    options.fetcher_group = ReadsOf(StageKind::kFetcher, settings).group;
    options.retry_group = ReadsOf(StageKind::kRetry, settings).group;
    options.parser_group = ReadsOf(StageKind::kParser, settings).group;
    if (requeue_) options.most_examples = SIZE_MAX;  // all are put back
    if (!reason_.empty()) {
      options.examples_per_reason = json_ ? options.most_examples : kShown;
    }
    options.filter = filter_;
    return options;
  }

  // Shows how far it is, and waits. False: nothing is left to wait for.
  static bool GoesOn(const AuditReport& report, Context& context) {
    if (!report.Passed() || report.open == 0 || StopRequested()) return false;
    context.err.Line(FormatTime(context.clock.Now()) + "  accepted " +
                     FormatCount(report.accepted) + ", open " +
                     FormatCount(report.open) + ", nothing lost");
    pollfd stop{StopFileDescriptor(), POLLIN, 0};
    (void)poll(&stop, 1, static_cast<int>(kWatchEvery.count()));
    return !StopRequested();
  }

  void PrintJson(AuditReport report, Output& out) const {
    KeepReason(report);
    out.Line(JsonText(ToJson(report)));
  }

  // The sum is of all reasons; the list, where one is asked for, of that one.
  void KeepReason(AuditReport& report) const {
    if (reason_.empty()) return;
    for (AuditReason& reason : report.reasons) {
      if (ReasonName(reason.count.reason) != reason_) reason.examples.clear();
    }
  }

  void Print(const AuditReport& report, Output& out) const {
    PrintSum(report, out);
    out.Line("");
    for (const AuditReason& reason : report.reasons) {
      if (reason_.empty() || ReasonName(reason.count.reason) != reason_) {
        continue;
      }
      PrintList(out, reason_, TextsOf(reason.examples), reason.count.tasks);
      out.Line("");
    }
    PrintChecks(report, out);
    out.Line("");
    PrintLists(report, out);
    PrintRemarks(report, out);
    out.Line(report.Passed() ? out.Styled(Style::kGreen, "PASSED")
                             : out.Styled(Style::kRed, "FAILED"));
  }

  LedgerFilter filter_;
  std::string since_, reason_;
  bool requeue_ = false, json_ = false, watch_ = false;
};

}  // namespace

CommandPtr MakeAudit() { return std::make_unique<AuditCommand>(); }

}  // namespace newsmill
