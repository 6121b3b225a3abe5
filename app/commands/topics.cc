#include <algorithm>

#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "app/stages.h"
#include "core/bus/registry.h"
#include "core/flow/backlog_offsets.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

std::string RetentionText(const std::optional<Duration>& retention) {
  return retention ? FormatDuration(*retention) : "for ever";
}

std::vector<TopicPartition> PartitionsOf(const std::string& topic,
                                         int32_t count) {
  std::vector<TopicPartition> partitions;
  partitions.reserve(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) partitions.push_back({topic, i});
  return partitions;
}

// The log without a look at its topics, which may be missing or wrong here.
Result<std::unique_ptr<Bus>> OpenBare(const Settings& settings) {
  if (settings.log.backend == "embedded") return OpenLog(settings);
  return OpenBus(settings.log);
}

// Likewise, and an embedded log that is not there is not made.
Result<std::unique_ptr<Bus>> OpenToLook(const Settings& settings) {
  if (auto there = CheckLogIsThere(settings); !there) return there.error();
  return OpenBus(settings.log);
}

class TopicsCreate : public Command {
 public:
  std::string name() const override { return "topics create"; }
  std::string summary() const override {
    return "Create the topics that are missing on the log";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "one object a line, for each topic made");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto bus = OpenBare(context.settings);
    if (!bus) return bus.error();
    const Topics topics = TopicsOf(context.settings);
    const auto missing = MissingTopics((*bus)->admin(), topics);
    if (!missing) return missing.error();
    for (const TopicSpec& spec : *missing) {
      const auto made = (*bus)->admin().CreateTopic(spec);
      if (!made) return made.error();
      Print(spec, context.out);
    }
    if (missing->empty()) {
      context.err.Line("All " + Counted(std::ssize(topics.specs), "topic") +
                       " are there.");
    }
    return Finished(context);
  }

 private:
  void Print(const TopicSpec& spec, Output& out) const {
    if (json_) {
      out.Line(JsonLine({{"topic", spec.name},
                         {"partitions", spec.partitions},
                         {"compacted", spec.compacted},
                         {"kept", RetentionText(spec.retention)}}));
      return;
    }
    out.Line(out.Styled(Style::kGreen, "created") + "  " + spec.name + "  " +
             Counted(spec.partitions, "partition") + ", kept " +
             RetentionText(spec.retention));
  }

  bool json_ = false;
};

// What is wrong with one topic, against what it should be; empty: nothing.
std::string Difference(const TopicSpec& spec, const TopicInfo* there,
                       bool of_tasks) {
  if (there == nullptr) return "missing; `newsmill topics create` makes it";
  std::string text;
  const auto add = [&](const std::string& what) {
    text += (text.empty() ? "" : "; ") + what;
  };
  if (there->partitions != spec.partitions) {
    add(std::to_string(there->partitions) + " partitions, the configuration " +
        "says " + std::to_string(spec.partitions));
  }
  if (there->retention != spec.retention) {
    add("kept " + RetentionText(there->retention) +
        ", the configuration says " + RetentionText(spec.retention) +
        (of_tasks ? " (a task that waits longer is lost; set retention.ms to "
                    "-1)"
                  : ""));
  }
  if (there->compacted != spec.compacted) {
    add(there->compacted ? "compacted, it must not be" : "not compacted");
  }
  if (spec.max_message_bytes &&
      there->max_message_bytes < *spec.max_message_bytes) {
    add("max.message.bytes is " + std::to_string(there->max_message_bytes) +
        ", larger articles are refused; wanted " +
        std::to_string(*spec.max_message_bytes));
  }
  return text;
}

class TopicsCheck : public Command {
 public:
  std::string name() const override { return "topics check"; }
  std::string summary() const override {
    return "Compare the log's topics with the configuration";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "one object a line");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto bus = OpenToLook(context.settings);
    if (!bus) return bus.error();
    const auto topics = (*bus)->admin().ListTopics();
    if (!topics) return topics.error();
    Table table({{"TOPIC"}, {"STATE"}, {"", Table::Align::kLeft, 200}});
    bool sound = true;
    const Topics ours = TopicsOf(context.settings);
    const std::vector<std::string> of_tasks = ours.OfTasks();
    for (const TopicSpec& spec : ours.specs) {
      const auto found =
          std::find_if(topics->begin(), topics->end(),
                       [&](const TopicInfo& t) { return t.name == spec.name; });
      const std::string difference =
          Difference(spec, found == topics->end() ? nullptr : &*found,
                     std::find(of_tasks.begin(), of_tasks.end(), spec.name) !=
                         of_tasks.end());
      sound = sound && difference.empty();
      if (json_) {
        context.out.Line(JsonLine({{"topic", spec.name},
                                   {"ok", difference.empty()},
                                   {"difference", difference}}));
      }
      table.Add({{spec.name},
                 {difference.empty() ? "ok" : "differs",
                  difference.empty() ? Style::kGreen : Style::kRed},
                 {difference}});
    }
    if (!json_) table.Print(context.out);
    return Finished(context, sound ? kExitDone : kExitCheckFailed);
  }

 private:
  bool json_ = false;
};

class TopicsPlan : public Command {
 public:
  std::string name() const override { return "topics plan"; }
  std::string summary() const override {
    return "Show what `topics create` would make, and change nothing";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "one object a line");
  }

  Result<ExitCode> Run(Context& context) override {
    // An embedded log that is not there yet has no topics.
    const bool there = CheckLogIsThere(context.settings).has_value();
    std::vector<TopicInfo> present;
    if (there) {
      const auto bus = OpenToLook(context.settings);
      if (!bus) return bus.error();
      auto listed = (*bus)->admin().ListTopics();
      if (!listed) return listed.error();
      present = std::move(*listed);
    }
    Table table({{"TOPIC"},
                 {"PARTITIONS", Table::Align::kRight},
                 {"KEPT"},
                 {"ACTION"},
                 {"", Table::Align::kLeft, 200}});
    const Topics ours = TopicsOf(context.settings);
    const std::vector<std::string> of_tasks = ours.OfTasks();
    for (const TopicSpec& spec : ours.specs) {
      const auto found =
          std::find_if(present.begin(), present.end(),
                       [&](const TopicInfo& t) { return t.name == spec.name; });
      const bool missing = found == present.end();
      const std::string difference =
          missing ? ""
                  : Difference(spec, &*found,
                               std::find(of_tasks.begin(), of_tasks.end(),
                                         spec.name) != of_tasks.end());
      const std::string action = missing              ? "create"
                                 : difference.empty() ? "keep"
                                                      : "change by hand";
      const std::string kept =
          spec.compacted ? "compacted" : RetentionText(spec.retention);
      if (json_) {
        context.out.Line(JsonLine({{"topic", spec.name},
                                   {"partitions", spec.partitions},
                                   {"kept", kept},
                                   {"action", action},
                                   {"difference", difference}}));
      }
      table.Add({{spec.name},
                 {std::to_string(spec.partitions)},
                 {kept},
                 {action, missing              ? Style::kGreen
                          : difference.empty() ? Style::kDim
                                               : Style::kYellow},
                 {difference}});
    }
    if (!json_) table.Print(context.out);
    return Finished(context);
  }

 private:
  bool json_ = false;
};

class TopicsList : public Command {
 public:
  std::string name() const override { return "topics list"; }
  std::string summary() const override {
    return "List the topics of this crawler and what they hold";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "one object a line");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto bus = OpenToLook(context.settings);
    if (!bus) return bus.error();
    Admin& admin = (*bus)->admin();
    const auto topics = admin.ListTopics();
    if (!topics) return topics.error();
    Table table({{"TOPIC"},
                 {"PARTITIONS", Table::Align::kRight},
                 {"RECORDS", Table::Align::kRight},
                 {"KEPT"}});
    for (const TopicInfo& topic : *topics) {
      if (!topic.name.starts_with(context.settings.log.prefix)) continue;
      const auto marks =
          admin.FetchWatermarks(PartitionsOf(topic.name, topic.partitions));
      if (!marks) return marks.error();
      int64_t records = 0;
      for (const auto& [partition, mark] : *marks) {
        records += mark.end - mark.begin;
      }
      if (json_) {
        context.out.Line(JsonLine({{"topic", topic.name},
                                   {"partitions", topic.partitions},
                                   {"records", records},
                                   {"compacted", topic.compacted},
                                   {"kept", RetentionText(topic.retention)}}));
      }
      table.Add(
          {{topic.name},
           {std::to_string(topic.partitions)},
           {FormatCount(records)},
           {topic.compacted ? "compacted" : RetentionText(topic.retention)}});
    }
    if (!json_) table.Print(context.out);
    return Finished(context);
  }

 private:
  bool json_ = false;
};

class TopicsLag : public Command {
 public:
  std::string name() const override { return "topics lag"; }
  std::string summary() const override {
    return "Show how much each worker's group has still to read";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "one object a line");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto bus = OpenLogToLook(context.settings);
    if (!bus) return bus.error();
    const Topics topics = TopicsOf(context.settings);
    Table table({{"GROUP"},
                 {"TOPIC"},
                 {"LAG", Table::Align::kRight},
                 {"END", Table::Align::kRight}});
    for (StageReads& stage : StagesAndTopics(context.settings)) {
      const std::vector<std::string> of_fetchers = {topics.tasks};
      if (stage.topics == of_fetchers) stage.topics.push_back(topics.backlog);
      for (const std::string& topic : stage.topics) {
        const auto sums = Measure((*bus)->admin(), stage.group, topic, topics);
        if (!sums) return sums.error();
        if (json_) {
          context.out.Line(JsonLine({{"group", stage.group},
                                     {"topic", topic},
                                     {"lag", sums->lag},
                                     {"end", sums->end}}));
        }
        table.Add({{stage.group},
                   {topic},
                   {FormatCount(sums->lag),
                    sums->lag == 0 ? Style::kGreen : Style::kYellow},
                   {FormatCount(sums->end)}});
      }
    }
    if (!json_) table.Print(context.out);
    return Finished(context);
  }

 private:
  struct Sums {
    int64_t lag = 0, end = 0;
  };

  // Where the group stands in the topic; in the backlog by its notes.
  static Result<Offsets> Standing(Admin& admin, const std::string& group,
                                  const std::string& topic,
                                  const Topics& topics) {
    const bool backlog = topic == topics.backlog;
    const std::string& kept_with = backlog ? topics.tasks : topic;
    const auto committed = admin.GroupOffsets(
        group, PartitionsOf(kept_with, topics.PartitionsOf(kept_with)));
    if (!committed) return committed.error();
    if (backlog) return BacklogOffsets(*committed, topics);
    Offsets offsets;
    for (const auto& [partition, offset] : *committed) {
      offsets[partition] = offset.next;
    }
    return offsets;
  }

  static Result<Sums> Measure(Admin& admin, const std::string& group,
                              const std::string& topic, const Topics& topics) {
    const auto partitions = PartitionsOf(topic, topics.PartitionsOf(topic));
    // The group first: read later, it may stand past the end that was read.
    const auto committed = Standing(admin, group, topic, topics);
    if (!committed) return committed.error();
    const auto marks = admin.FetchWatermarks(partitions);
    if (!marks) return marks.error();
    Sums sums;
    for (const auto& [partition, mark] : *marks) {
      const auto at = committed->find(partition);
      const int64_t next = at == committed->end()
                               ? mark.begin
                               : std::max(at->second, mark.begin);
      sums.lag += mark.end - next;
      sums.end += mark.end;
    }
    return sums;
  }

  bool json_ = false;
};

}  // namespace

CommandPtr MakeTopicsCreate() { return std::make_unique<TopicsCreate>(); }
CommandPtr MakeTopicsCheck() { return std::make_unique<TopicsCheck>(); }
CommandPtr MakeTopicsList() { return std::make_unique<TopicsList>(); }
CommandPtr MakeTopicsPlan() { return std::make_unique<TopicsPlan>(); }
CommandPtr MakeTopicsLag() { return std::make_unique<TopicsLag>(); }

}  // namespace newsmill
