#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "app/probe.h"
#include "app/stages.h"
#include "sink/task_trail.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

// All that is known of what was asked for.
struct Whereabouts {
  TrailReport report;
  std::optional<v1::Article> article;  // the row
  bool known_otherwise = false;        // by that row alone
  std::optional<SuppressedKey> erased;
  std::vector<ProbeAnswer> probe;
};

std::string PlaceText(const TopicPartition& where, int64_t offset) {
  return where.topic + "/" + std::to_string(where.partition) + " at " +
         std::to_string(offset);
}

Json ToJson(const TaskTrail& trail) {
  const LedgerRow& row = trail.row;
  Json json = {{"task_id", row.task_id},
               {"target", row.target},
               {"batch", row.batch},
               {"in_ledger", trail.in_ledger},
               {"trimmed", trail.trimmed},
               {"kind", KindName(row.kind)},
               {"reason", ReasonName(row.reason)},
               {"detail", row.detail},
               {"article_key", row.article_key},
               {"traceparent", row.traceparent},
               {"further_outcomes", row.further_outcomes},
               {"conflicts", row.conflicts}};
  if (row.accepted_at) {
    json["accepted_at"] = FormatRfc3339(*row.accepted_at);
    json["accepted"] = {{"topic", row.where.topic},
                        {"partition", row.where.partition},
                        {"offset", row.offset}};
  }
  if (row.settled_at) json["settled_at"] = FormatRfc3339(*row.settled_at);
  if (!row.awaits_task_id.empty()) json["awaits_task_id"] = row.awaits_task_id;
  json["records"] = Json::array();
  for (const TrailRecord& record : trail.records) {
    json["records"].push_back(
        {{"topic", record.where.topic},
         {"partition", record.where.partition},
         {"offset", record.offset},
         {"appended_at", FormatRfc3339(record.appended_at)},
         {"what", record.what},
         {"read", record.is_read}});
  }
  json["attempts"] = Json::array();
  for (const v1::Attempt& attempt : trail.attempts) {
    json["attempts"].push_back(MessageToJson(attempt));
  }
  return json;
}

Json ToJson(const Whereabouts& found, const std::string& asked) {
  Json json = {{"asked", asked},
               {"accepted", !found.report.tasks.empty()},
               {"whole_log", found.report.whole_log}};
  if (found.article) {
    const v1::Article& article = *found.article;
    json["article"] = {
        {"article_key", article.article_key()},
        {"headline", article.headline()},
        {"task_id", article.task_id()},
        {"fetched_at", FormatRfc3339(FromProto(article.fetched_at()))}};
  }
  if (found.erased) {
    json["erased"] = {{"article_key", found.erased->article_key},
                      {"at", FormatRfc3339(found.erased->at)},
                      {"who", found.erased->who},
                      {"reason", found.erased->why}};
  }
  json["tasks"] = Json::array();
  for (const TaskTrail& trail : found.report.tasks) {
    json["tasks"].push_back(ToJson(trail));
  }
  for (const ProbeAnswer& answer : found.probe) {
    json["probe"].push_back(
        {{"who", answer.who}, {"allows", answer.allows}, {"why", answer.why}});
  }
  return json;
}

void PrintField(Output& out, const char* label, const std::string& value) {
  if (!value.empty()) out.Line(out.Styled(Style::kDim, label) + "  " + value);
}

std::string OutcomeText(const TaskTrail& trail) {
  const LedgerRow& row = trail.row;
  if (!trail.in_ledger) return "open: the sink has not read it yet";
  if (row.kind == v1::OUTCOME_KIND_UNSPECIFIED) {
    return row.awaits_task_id.empty()
               ? "open"
               : "open: its page was confirmed to be as that of task " +
                     row.awaits_task_id + ", which is not settled yet";
  }
  std::string text = KindName(row.kind) + " (" + ReasonName(row.reason) + ")";
  if (row.settled_at) text += " at " + FormatTime(*row.settled_at);
  if (!row.stage.empty())
    text += " by the " + StageName([&] {
              v1::Stage stage = v1::STAGE_UNSPECIFIED;
              (void)v1::Stage_Parse("STAGE_" + row.stage, &stage);
              return stage;
            }());
  return row.detail.empty() ? text : text + ": " + row.detail;
}

void PrintRecords(const TaskTrail& trail, Output& out) {
  const bool open = trail.row.kind == v1::OUTCOME_KIND_UNSPECIFIED;
  Table table({{"WHEN"}, {"WHERE"}, {"WHAT", Table::Align::kLeft, 200}});
  for (const TrailRecord& record : trail.records) {
    const bool stands = open && !record.is_read;
    table.Add({{FormatTime(record.appended_at)},
               {PlaceText(record.where, record.offset)},
               {record.what + (stands ? " (stands there now)" : ""),
                stands ? Style::kYellow : Style::kPlain}});
  }
  if (!table.empty()) table.Print(out);
}

void PrintTask(const TaskTrail& trail, Output& out) {
  const LedgerRow& row = trail.row;
  out.Line(out.Styled(Style::kBold, row.task_id) + "  " + row.target);
  PrintField(out, "outcome ", OutcomeText(trail));
  PrintField(out, "row     ", row.article_key);
  PrintField(out, "batch   ", row.batch);
  PrintField(out, "trace   ", row.traceparent);
  if (row.accepted_at) {
    PrintField(out, "accepted",
               FormatTime(*row.accepted_at) + " on " +
                   PlaceText(row.where, row.offset) +
                   (trail.trimmed ? ", trimmed since: what the log tells "
                                    "below may lack its beginning"
                                  : ""));
  }
  for (const v1::Attempt& attempt : trail.attempts) {
    PrintField(out, "attempt ",
               FormatTime(FromProto(attempt.at())) + "  " +
                   ReasonName(attempt.reason()) + "  " + attempt.detail());
  }
  PrintRecords(trail, out);
}

void PrintPeople(const Whereabouts& found, const std::string& asked,
                 Output& out) {
  if (found.known_otherwise) {
    out.Line(asked + " is known under " +
             out.Styled(Style::kCyan, found.article->article_key()));
  }
  if (found.report.tasks.empty()) {
    out.Line(out.Styled(Style::kRed, "never accepted") + "  " + asked +
             (found.report.whole_log
                  ? ""
                  : ": neither by the ledger nor by what the log still holds"));
  }
  for (const TaskTrail& trail : found.report.tasks) {
    PrintTask(trail, out);
    out.Line("");
  }
  if (found.article) {
    const v1::Article& article = *found.article;
    out.Line(out.Styled(Style::kCyan, article.article_key()) + "  " +
             article.headline());
    PrintField(out, "content ",
               "fetched at " + FormatTime(FromProto(article.fetched_at())) +
                   " by task " + article.task_id());
  }
  if (found.erased) {
    const SuppressedKey& erased = *found.erased;
    out.Line(out.Styled(Style::kRed, "erased") + "  " + erased.article_key +
             " at " + FormatTime(erased.at) + " by " + erased.who +
             (erased.why.empty() ? "" : ": " + erased.why));
  }
  for (const ProbeAnswer& answer : found.probe) {
    out.Line((answer.allows ? out.Styled(Style::kGreen, "allows")
                            : out.Styled(Style::kRed, "refuses")) +
             "  " + answer.who + (answer.why.empty() ? "" : ": " + answer.why));
  }
}

class Where : public Command {
 public:
  std::string name() const override { return "where"; }
  std::string summary() const override {
    return "Tell the life of one task: where it stood, and what became of it";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("TASK", &asked_, true,
                         "task ID, URL, article key or site:id");
    arguments.Flag("--probe", &probe_,
                   "say what operators' orders, the address guard and "
                   "robots.txt say to its URL now");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  // 1: never accepted.
  Result<ExitCode> Run(Context& context) override {
    const auto bus = OpenLogToLook(context.settings);
    if (!bus) return bus.error();
    const auto reader = OpenReader(context.settings);
    if (!reader) return reader.error();
    const Result<SiteCatalogue> sites = LoadSites(context.settings);
    if (!sites) return sites.error();
    context.err.Progress("reading the log");
    Result<Whereabouts> found = Find(context, **bus, *sites, **reader);
    context.err.EndProgress();
    if (!found) return found.error();
    auto erased = (*reader)->FindErased(KeyOf(*found, *sites));
    if (!erased) return erased.error();
    found->erased = std::move(*erased);
    if (probe_) {
      const Result<Url> url = UrlOf(*found, *sites);
      if (!url) return url.error();
      auto answers = Probe(context, **bus, *sites, *url);
      if (!answers) return answers.error();
      found->probe = std::move(*answers);
    }
    if (json_) {
      context.out.Line(JsonText(ToJson(*found, asked_)));
    } else {
      PrintPeople(*found, asked_, context.out);
    }
    return Finished(context,
                    found->report.tasks.empty() ? kExitCheckFailed : kExitDone);
  }

 private:
  Result<Whereabouts> Find(Context& context, Bus& bus,
                           const SiteCatalogue& sites, StoreReader& reader) {
    TrailQuestion question;
    question.text = asked_;
    const Result<Target> target = sites.Resolve(asked_);
    if (target)
      question.article_key = sites.ArticleKey(target->url, target->url);
    question.fetcher_group = GroupOf(StageKind::kFetcher, context);
    question.retry_group = GroupOf(StageKind::kRetry, context);
    question.parser_group = GroupOf(StageKind::kParser, context);
    const Topics topics = TopicsOf(context.settings);
    Whereabouts found;
    auto report = FollowTasks(bus, topics, sites, reader, question);
    if (!report) return report.error();
    found.report = std::move(*report);

    std::string key = found.report.tasks.empty()
                          ? question.article_key
                          : found.report.tasks.front().row.article_key;
    auto article = reader.FindArticle(key.empty() ? asked_ : key);
    if (!article && found.report.tasks.empty()) {
      article = reader.FindArticle(asked_);
    }
    if (!article && article.error().code != Code::kNotFound) {
      return article.error();
    }
    if (article) found.article = std::move(*article);
    if (!found.article || !found.report.tasks.empty()) return found;

    // The row is there under another key: its tasks are those meant.
    found.known_otherwise = true;
    question.article_key = found.article->article_key();
    report = FollowTasks(bus, topics, sites, reader, question);
    if (!report) return report.error();
    found.report = std::move(*report);
    return found;
  }

  // Of the article that is meant, also where it has no row any more.
  std::string KeyOf(const Whereabouts& found,
                    const SiteCatalogue& sites) const {
    for (const TaskTrail& trail : found.report.tasks) {
      if (!trail.row.article_key.empty()) return trail.row.article_key;
    }
    const Result<Target> target = sites.Resolve(asked_);
    return target ? sites.ArticleKey(target->url, target->url) : asked_;
  }

  static std::string GroupOf(StageKind kind, const Context& context) {
    return ReadsOf(kind, context.settings).group;
  }

  Result<Url> UrlOf(const Whereabouts& found,
                    const SiteCatalogue& sites) const {
    std::string text = asked_;
    if (!found.report.tasks.empty()) {
      text = found.report.tasks.front().row.requested_url;
    } else if (found.article) {
      text = found.article->url();
    }
    const Result<Target> target = sites.Resolve(text);
    if (target) return target->url;
    return Error{Code::kInvalidArgument,
                 "--probe: '" + text + "' is no URL and no site:id"};
  }

  std::string asked_;
  bool probe_ = false, json_ = false;
};

}  // namespace

CommandPtr MakeWhere() { return std::make_unique<Where>(); }

}  // namespace newsmill
