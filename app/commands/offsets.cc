#include <algorithm>

#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "sink/offset_standing.h"
#include "sink/registry.h"
#include "sink/sink_handler.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

std::vector<TopicPartition> SinksPartitions(const Topics& topics) {
  std::vector<TopicPartition> partitions;
  for (const std::string& topic : SinkHandler::ReadTopics(topics)) {
    for (int32_t p = 0; p < topics.PartitionsOf(topic); ++p) {
      partitions.push_back({topic, p});
    }
  }
  return partitions;
}

// What the commands look at: log, store, and what one is to the other.
struct Standings {
  std::unique_ptr<Bus> bus;
  std::string cluster_id;
  std::map<TopicPartition, Watermarks> log;
  std::map<TopicPartition, StoreOffset> store;  // partitions that were claimed
};

Result<Standings> Look(const Settings& settings) {
  Standings standings;
  auto bus = OpenLogToLook(settings);
  if (!bus) return bus.error();
  standings.bus = std::move(*bus);
  auto cluster = standings.bus->admin().ClusterId();
  if (!cluster) return cluster.error();
  standings.cluster_id = std::move(*cluster);
  auto marks = standings.bus->admin().FetchWatermarks(
      SinksPartitions(TopicsOf(settings)));
  if (!marks) return marks.error();
  standings.log = std::move(*marks);
  const auto reader = OpenReader(settings);
  if (!reader) return reader.error();
  const auto offsets = (*reader)->StoreOffsets();
  if (!offsets) return offsets.error();
  for (const StoreOffset& offset : *offsets) {
    standings.store[offset.partition] = offset;
  }
  return standings;
}

std::string NextText(const std::optional<int64_t>& next) {
  return next ? std::to_string(*next) : "-";
}

class OffsetsShow : public Command {
 public:
  std::string name() const override { return "offsets show"; }
  std::string summary() const override {
    return "Show where the store stands on the log, and whether it fits";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "one object a line");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto standings = Look(context.settings);
    if (!standings) return standings.error();
    Table table({{"TOPIC"},
                 {"PARTITION", Table::Align::kRight},
                 {"NEXT", Table::Align::kRight},
                 {"LOG FROM", Table::Align::kRight},
                 {"TO", Table::Align::kRight},
                 {"", Table::Align::kLeft, 200}});
    bool sound = true;
    for (const auto& [name, marks] : standings->log) {
      const auto at = standings->store.find(name);
      const StoreOffset offset =
          at == standings->store.end() ? StoreOffset() : at->second;
      const std::string why = WhyNotOfThisLog(offset.next, offset.cluster_id,
                                              standings->cluster_id, marks);
      sound = sound && why.empty();
      if (json_) {
        Json json = {{"topic", name.topic}, {"partition", name.partition}};
        json["next"] = offset.next ? Json(*offset.next) : Json();
        json["begin"] = marks.begin;
        json["end"] = marks.end;
        json["ok"] = why.empty();
        json["why"] = why;
        context.out.Line(JsonLine(json));
      }
      table.Add({{name.topic},
                 {std::to_string(name.partition)},
                 {NextText(offset.next)},
                 {std::to_string(marks.begin)},
                 {std::to_string(marks.end)},
                 {why.empty() ? "ok" : why,
                  why.empty() ? Style::kGreen : Style::kRed}});
    }
    if (!json_) table.Print(context.out);
    return Finished(context, sound ? kExitDone : kExitCheckFailed);
  }

 private:
  bool json_ = false;
};

// Gives the store other offsets; without --apply it only says which.
class OffsetsChange : public Command {
 public:
  explicit OffsetsChange(bool adopt) : adopt_(adopt) {}

  std::string name() const override {
    return adopt_ ? "offsets adopt" : "offsets reset";
  }
  std::string summary() const override {
    return adopt_ ? "Have the store go on from a point in time of this log"
                  : "Have the store read this log from its beginning";
  }
  void Declare(Arguments& arguments) override {
    if (adopt_) {
      arguments.Option("--from-time", "TIME", &from_time_,
                       "go on with what was appended from then on");
    }
    arguments.Option("--topic", "NAME", &topics_,
                     "this topic only; may be repeated");
    arguments.Flag("--apply", &apply_, "do it; without, only show it");
    arguments.Flag("--json", &json_, "one object a line");
  }
  Result<ExitCode> Run(Context& context) override;

 private:
  Result<std::vector<AdoptedOffset>> Changes(Context& context,
                                             Standings& standings) const;

  const bool adopt_;
  std::string from_time_;
  std::vector<std::string> topics_;
  bool apply_ = false, json_ = false;
};

Result<std::vector<AdoptedOffset>> OffsetsChange::Changes(
    Context& context, Standings& standings) const {
  const std::string& prefix = context.settings.log.prefix;
  std::vector<TopicPartition> wanted;
  for (const auto& [name, marks] : standings.log) {
    const bool named =
        std::any_of(topics_.begin(), topics_.end(), [&](const auto& topic) {
          return name.topic == topic || name.topic == prefix + topic;
        });
    if (topics_.empty() || named) wanted.push_back(name);
  }
  if (wanted.empty()) {
    return Error{Code::kInvalidArgument,
                 "--topic: a sink reads no such topic; `newsmill offsets "
                 "show` lists them"};
  }
  std::vector<AdoptedOffset> changes;
  if (!adopt_) {
    for (const TopicPartition& name : wanted) changes.push_back({name, {}});
    return changes;
  }
  const auto time = ResolveInstant(context, "--from-time", from_time_);
  if (!time) return time.error();
  if (!*time) {
    return Error{Code::kInvalidArgument,
                 "--from-time TIME is needed: from when on the log's records "
                 "are not all in the store"};
  }
  const auto offsets = standings.bus->admin().OffsetsForTime(wanted, **time);
  if (!offsets) return offsets.error();
  for (const auto& [name, offset] : *offsets) {
    const Watermarks& marks = standings.log.at(name);
    changes.push_back({name, std::clamp(offset, marks.begin, marks.end)});
  }
  return changes;
}

Result<ExitCode> OffsetsChange::Run(Context& context) {
  auto standings = Look(context.settings);
  if (!standings) return standings.error();
  const auto changes = Changes(context, *standings);
  if (!changes) return changes.error();
  Table table({{"TOPIC"},
               {"PARTITION", Table::Align::kRight},
               {"NOW", Table::Align::kRight},
               {"THEN", Table::Align::kRight},
               {"TO READ", Table::Align::kRight}});
  for (const AdoptedOffset& change : *changes) {
    const auto at = standings->store.find(change.partition);
    std::optional<int64_t> now;
    if (at != standings->store.end()) now = at->second.next;
    const Watermarks& marks = standings->log.at(change.partition);
    const int64_t to_read = marks.end - change.next.value_or(marks.begin);
    if (json_) {
      Json json = {{"topic", change.partition.topic},
                   {"partition", change.partition.partition}};
      json["now"] = now ? Json(*now) : Json();
      json["then"] = change.next ? Json(*change.next) : Json();
      json["to_read"] = to_read;
      json["applied"] = apply_;
      context.out.Line(JsonLine(json));
    }
    table.Add({{change.partition.topic},
               {std::to_string(change.partition.partition)},
               {NextText(now)},
               {change.next ? NextText(change.next) : "beginning"},
               {FormatCount(to_read)}});
  }
  if (!json_) table.Print(context.out);
  if (!apply_) {
    context.err.Line("Nothing was changed; --apply does it.");
    return Finished(context);
  }
  const auto store =
      OpenStore(context.settings.sink, context.settings.data_dir());
  if (!store) return store.error();
  const auto adopted = (*store)->AdoptOffsets(*changes, standings->cluster_id);
  if (!adopted) return adopted.error();
  context.err.Line(
      "Done. Start sinks again that refused the partitions; rows that are there "
      "already stay as they are.");
  return Finished(context);
}

}  // namespace

CommandPtr MakeOffsetsAdopt() { return std::make_unique<OffsetsChange>(true); }
CommandPtr MakeOffsetsReset() { return std::make_unique<OffsetsChange>(false); }
CommandPtr MakeOffsetsShow() { return std::make_unique<OffsetsShow>(); }

}  // namespace newsmill
