#include <algorithm>

#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "app/pace.h"
#include "core/base/text.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

// From the best outcome to the worst.
constexpr v1::OutcomeKind kKinds[] = {v1::STORED, v1::UNCHANGED, v1::GONE,
                                      v1::SKIPPED, v1::DEAD};

int64_t CountOf(const BatchRow& row, v1::OutcomeKind kind) {
  const auto at = row.by_kind.find(kind);
  return at == row.by_kind.end() ? 0 : at->second;
}

Json ToJson(const BatchRow& row) {
  Json json = {{"batch", row.name}, {"accepted", row.accepted}};
  for (const v1::OutcomeKind kind : kKinds) {
    json[AsciiLowered(KindName(kind))] = CountOf(row, kind);
  }
  json["open"] = row.open;
  json["first_accepted"] = FormatRfc3339(row.first_accepted);
  json["last_change"] = FormatRfc3339(row.last_change);
  return json;
}

void PrintTable(const std::vector<BatchRow>& rows, Output& out) {
  std::vector<Table::Column> columns = {{"BATCH"},
                                        {"ACCEPTED", Table::Align::kRight}};
  for (const v1::OutcomeKind kind : kKinds) {
    columns.push_back({KindName(kind), Table::Align::kRight});
  }
  columns.push_back({"OPEN", Table::Align::kRight});
  columns.push_back({"LAST CHANGE"});
  Table table(std::move(columns));
  for (const BatchRow& row : rows) {
    std::vector<Table::Cell> cells = {
        {row.name.empty() ? "(none)" : row.name, Style::kBold},
        {FormatCount(row.accepted)}};
    for (const v1::OutcomeKind kind : kKinds) {
      const int64_t count = CountOf(row, kind);
      cells.emplace_back(FormatCount(count),
                         count == 0 ? Style::kDim : StyleOf(kind));
    }
    cells.emplace_back(FormatCount(row.open));
    cells.emplace_back(FormatTime(row.last_change));
    table.Add(std::move(cells));
  }
  table.Print(out);
}

constexpr Duration kPaceOver = std::chrono::minutes(5);

class BatchList : public Command {
 public:
  std::string name() const override { return "batch list"; }
  std::string summary() const override {
    return "List the batches of the ledger and how far they are";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "one object a line");
  }
  Result<ExitCode> Run(Context& context) override {
    const auto reader = OpenReader(context.settings);
    if (!reader) return reader.error();
    const auto rows = (*reader)->ListBatches();
    if (!rows) return rows.error();
    if (json_) {
      for (const BatchRow& row : *rows) context.out.Line(JsonLine(ToJson(row)));
    } else if (rows->empty()) {
      context.err.Line("No batches.");
    } else {
      PrintTable(*rows, context.out);
    }
    return Finished(context);
  }

 private:
  bool json_ = false;
};

class BatchShow : public Command {
 public:
  std::string name() const override { return "batch show"; }
  std::string summary() const override {
    return "Show one batch: how its tasks ended, and why";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("NAME", &batch_, true, "the batch");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto reader = OpenReader(context.settings);
    if (!reader) return reader.error();
    const auto rows = (*reader)->ListBatches();
    if (!rows) return rows.error();
    const auto row =
        std::find_if(rows->begin(), rows->end(),
                     [&](const BatchRow& r) { return r.name == batch_; });
    if (row == rows->end()) {
      return Error{Code::kNotFound, "the ledger has no batch '" + batch_ + "'"};
    }
    LedgerFilter filter;
    filter.batch = batch_;
    const auto counts = (*reader)->CountLedger(filter);
    if (!counts) return counts.error();
    const auto pace = PaceOf(**reader, *row, context.clock.Now());
    if (!pace) return pace.error();
    if (json_) {
      PrintJson(*row, *counts, *pace, context.out);
    } else {
      PrintPeople(*row, *counts, context.out);
      PrintPace(*pace, context.out);
    }
    return Finished(context);
  }

 private:
  // How fast an open batch gets on, by what was settled of late.
  Result<Pace> PaceOf(StoreReader& reader, const BatchRow& row,
                      Timestamp now) const {
    if (row.open == 0) return Pace();
    LedgerFilter filter;
    filter.batch = batch_;
    filter.settled_since = now - kPaceOver;
    const auto counts = reader.CountLedger(filter);
    if (!counts) return counts.error();
    int64_t settled = 0;
    for (const LedgerCount& count : *counts) settled += count.tasks;
    // A batch may be younger than that.
    const Duration over = std::clamp<Duration>(
        now - row.first_accepted, std::chrono::seconds(1), kPaceOver);
    return Pace::Of(settled, over, row.open);
  }

  static void PrintPace(const Pace& pace, Output& out) {
    if (!pace.known) return;
    out.Line("");
    out.Line(pace.Text());
  }

  static void PrintJson(const BatchRow& row,
                        const std::vector<LedgerCount>& counts,
                        const Pace& pace, Output& out) {
    Json json = ToJson(row);
    if (pace.known) json["tasks_per_second"] = pace.per_second;
    if (pace.left) json["seconds_left"] = pace.left->count() / 1000;
    for (const LedgerCount& count : counts) {
      json["reasons"].push_back({{"kind", KindName(count.kind)},
                                 {"reason", ReasonName(count.reason)},
                                 {"tasks", count.tasks}});
    }
    out.Line(JsonText(json));
  }

  static void PrintPeople(const BatchRow& row,
                          const std::vector<LedgerCount>& counts, Output& out) {
    PrintTable({row}, out);
    out.Line("");
    Table table({{"OUTCOME"},
                 {"REASON"},
                 {"TASKS", Table::Align::kRight},
                 {"MEANING", Table::Align::kLeft, 200}});
    for (const LedgerCount& count : counts) {
      table.Add({{KindName(count.kind), StyleOf(count.kind)},
                 {ReasonName(count.reason)},
                 {FormatCount(count.tasks)},
                 {ReasonSentence(count.reason), Style::kDim}});
    }
    table.Print(out);
  }

  std::string batch_;
  bool json_ = false;
};

}  // namespace

CommandPtr MakeBatchList() { return std::make_unique<BatchList>(); }
CommandPtr MakeBatchShow() { return std::make_unique<BatchShow>(); }

}  // namespace newsmill
