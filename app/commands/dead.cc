#include <charconv>

#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "core/base/text.h"
#include "core/flow/plain_text.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kPeoplesLimit = 50;

Json ToJson(int64_t id, const v1::DeadLetter& letter) {
  Json json = {{"id", id}};
  json.update(MessageToJson(letter));
  return json;
}

class DeadList : public Command {
 public:
  std::string name() const override { return "dead list"; }
  std::string summary() const override {
    return "List what could not be worked on, newest first, with its cause";
  }
  void Declare(Arguments& arguments) override {
    arguments.Option("--site", "NAME", &filter_.site, "of this site only");
    arguments.Option("--batch", "NAME", &filter_.batch, "of this batch only");
    arguments.Option("--reason", "REASON", &filter_.reason,
                     "of this reason only, such as TIMED_OUT");
    arguments.Option("--stage", "STAGE", &filter_.stage,
                     "of fetcher, parser or sink only");
    arguments.Option("--since", "TIME", &since_,
                     "that died since then: RFC 3339, 7d, yesterday");
    arguments.Option("--limit", "N", &filter_.limit, "at most so many");
    arguments.Flag("--json", &json_, "one object a line, all fields");
  }

  Result<ExitCode> Run(Context& context) override {
    if (auto known = CheckReason(filter_.reason); !known) return known.error();
    if (auto known = CheckStage(); !known) return known.error();
    const auto since = ResolveInstant(context, "--since", since_);
    if (!since) return since.error();
    filter_.died_since = *since;
    const auto reader = OpenReader(context.settings);
    if (!reader) return reader.error();
    return json_ ? PrintLines(context, **reader)
                 : PrintTable(context, **reader);
  }

 private:
  // Spelled as the table has it from here on.
  Result<void> CheckStage() {
    if (filter_.stage.empty()) return {};
    for (const v1::Stage stage :
         {v1::STAGE_FETCHER, v1::STAGE_PARSER, v1::STAGE_SINK}) {
      if (StageName(stage) != AsciiLowered(filter_.stage)) continue;
      filter_.stage = v1::Stage_Name(stage).substr(sizeof "STAGE");
      return {};
    }
    return Error{Code::kInvalidArgument,
                 "--stage: expected fetcher, parser or sink"};
  }

  Result<ExitCode> PrintLines(Context& context, StoreReader& reader) {
    const auto visited = reader.VisitDead(
        filter_, [&](int64_t id, const v1::DeadLetter& letter) {
          return context.out.Line(JsonLine(ToJson(id, letter)));
        });
    if (!visited) return visited.error();
    return Finished(context);
  }

  Result<ExitCode> PrintTable(Context& context, StoreReader& reader) {
    DeadFilter filter = filter_;
    const int64_t limit = filter.limit.value_or(kPeoplesLimit);
    filter.limit = limit + 1;  // one more tells whether there are more
    Table table({{"ID", Table::Align::kRight},
                 {"DIED"},
                 {"STAGE"},
                 {"REASON"},
                 {"TARGET", Table::Align::kLeft, 50},
                 {"DETAIL", Table::Align::kLeft, 200}});
    int64_t count = 0;
    const auto visited =
        reader.VisitDead(filter, [&](int64_t id, const v1::DeadLetter& letter) {
          if (++count <= limit) AddRow(id, letter, &table);
          return true;
        });
    if (!visited) return visited.error();
    if (count > 0) table.Print(context.out);
    context.out.Flush();
    if (count == 0) context.err.Line("Nothing is dead.");
    if (count > limit && !filter_.limit) {
      context.err.Line("There are more; --limit N shows them.");
    }
    return Finished(context);
  }

  static void AddRow(int64_t id, const v1::DeadLetter& letter, Table* table) {
    table->Add({{std::to_string(id)},
                {FormatTime(FromProto(letter.died_at()))},
                {StageName(letter.stage())},
                {ReasonName(letter.reason()), Style::kRed},
                {letter.target()},
                {letter.detail(), Style::kDim}});
  }

  DeadFilter filter_;
  std::string since_;
  bool json_ = false;
};

class DeadShow : public Command {
 public:
  std::string name() const override { return "dead show"; }
  std::string summary() const override {
    return "Show one dead letter: its attempts and where it stood";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", &id_, true, "as `dead list` prints it");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    int64_t id = 0;
    const auto [end, error] =
        std::from_chars(id_.data(), id_.data() + id_.size(), id);
    if (error != std::errc() || end != id_.data() + id_.size()) {
      return Error{Code::kInvalidArgument,
                   "'" + id_ + "' is no ID; `newsmill dead list` prints them"};
    }
    const auto reader = OpenReader(context.settings);
    if (!reader) return reader.error();
    const Result<v1::DeadLetter> letter = (*reader)->FindDead(id);
    if (!letter) return letter.error();
    if (json_) {
      context.out.Line(JsonText(ToJson(id, *letter)));
    } else {
      PrintPeople(*letter, context.out);
    }
    return Finished(context);
  }

 private:
  static void PrintPeople(const v1::DeadLetter& letter, Output& out) {
    const auto field = [&](const char* label, const std::string& value) {
      if (value.empty()) return;
      out.Line(out.Styled(Style::kDim, label) + "  " + value);
    };
    out.Line(out.Styled(Style::kRed, ReasonName(letter.reason())) + "  " +
             ReasonSentence(letter.reason()));
    field("detail  ", letter.detail());
    field("target  ", letter.target());
    field("url     ", letter.url());
    field("task    ", letter.task_id());
    field("batch   ", letter.batch());
    field("stage   ", StageName(letter.stage()));
    field("died    ", FormatTime(FromProto(letter.died_at())));
    field("stood   ", letter.topic() + "/" +
                          std::to_string(letter.partition()) + " at " +
                          std::to_string(letter.offset()));
    for (const v1::Attempt& attempt : letter.attempts()) {
      field("attempt ", FormatTime(FromProto(attempt.at())) + "  " +
                            ReasonName(attempt.reason()) + "  " +
                            attempt.detail());
    }
    field("value   ", ValueText(letter));
  }

  static std::string ValueText(const v1::DeadLetter& letter) {
    constexpr size_t kShown = 200;
    const std::string& value = letter.value();
    if (!value.empty() && value.size() <= kShown && IsPlainText(value)) {
      return value;
    }
    return Counted(letter.value_size(), "byte") + " (--json prints them)";
  }

  std::string id_;
  bool json_ = false;
};

}  // namespace

CommandPtr MakeDeadList() { return std::make_unique<DeadList>(); }
CommandPtr MakeDeadShow() { return std::make_unique<DeadShow>(); }

}  // namespace newsmill
