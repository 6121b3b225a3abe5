#include <algorithm>
#include <memory>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "core/base/nearest.h"
#include "core/flow/plain_text.h"
#include "core/flow/task_codec.h"
#include "core/runtime/signals.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kUsualRecords = 10;
constexpr size_t kShownBytes = 300;
constexpr Duration kPollWait = std::chrono::milliseconds(200);
constexpr Duration kPatience = std::chrono::seconds(60);

// What the header says the value is; nullptr where it is nothing of ours.
std::unique_ptr<google::protobuf::Message> Decoded(const Message& message) {
  const std::string* type = message.FindHeader(kContentTypeHeader);
  constexpr std::string_view kMark = "messageType=";
  const size_t at = type == nullptr ? std::string::npos : type->find(kMark);
  if (at == std::string::npos) return nullptr;
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
          type->substr(at + kMark.size()));
  if (descriptor == nullptr) return nullptr;
  std::unique_ptr<google::protobuf::Message> value(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(descriptor)
          ->New());
  if (!value->ParseFromString(message.value)) return nullptr;
  return value;
}

Json ValueJson(const Message& message) {
  if (const auto value = Decoded(message)) return MessageToJson(*value);
  if (IsPlainText(message.value)) return message.value;
  return Json{{"bytes", message.value.size()}};
}

Json ToJson(const Message& message) {
  Json json = {{"topic", message.topic},
               {"partition", message.partition},
               {"offset", message.offset},
               {"appended_at", FormatRfc3339(message.append_time)}};
  if (message.key) json["key"] = ToValidUtf8(*message.key);
  json["headers"] = Json::array();
  for (const Header& header : message.headers) {
    json["headers"].push_back(
        {{"name", header.name}, {"value", ToValidUtf8(header.value)}});
  }
  json["value"] = ValueJson(message);
  return json;
}

class TopicsTail : public Command {
 public:
  std::string name() const override { return "topics tail"; }
  std::string summary() const override {
    return "Show the newest records of a topic, decoded";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("TOPIC", &topic_, true, "with or without the prefix");
    arguments.Option("--limit", "N", &limit_, "so many (10)");
    arguments.Flag("--follow", &follow_, "go on with what comes, until Ctrl-C");
    arguments.Flag("--json", &json_, "one object a line, whole");
  }

  Result<ExitCode> Run(Context& context) override;

 private:
  Result<std::vector<TopicPartition>> Find(Admin& admin,
                                           const std::string& prefix) const;
  Result<void> Follow(Context& context, Consumer& consumer) const;
  void Print(const Message& message, Output& out) const;

  std::string topic_;
  std::optional<int64_t> limit_;
  bool follow_ = false, json_ = false;
};

Result<std::vector<TopicPartition>> TopicsTail::Find(
    Admin& admin, const std::string& prefix) const {
  const auto topics = admin.ListTopics();
  if (!topics) return topics.error();
  std::vector<std::string> known;
  for (const TopicInfo& info : *topics) {
    known.push_back(info.name);
    if (info.name != topic_ && info.name != prefix + topic_) continue;
    std::vector<TopicPartition> partitions;
    for (int32_t p = 0; p < info.partitions; ++p) {
      partitions.push_back({info.name, p});
    }
    return partitions;
  }
  const std::string nearest = Nearest(prefix + topic_, known);
  return Error{Code::kInvalidArgument,
               "there is no topic '" + topic_ + "'" +
                   (nearest.empty() ? "; `newsmill topics list` shows them"
                                    : "; did you mean '" + nearest + "'?")};
}

void TopicsTail::Print(const Message& message, Output& out) const {
  if (json_) {
    out.Line(JsonLine(ToJson(message)));
    return;
  }
  std::string value = JsonLine(ValueJson(message));
  if (value.size() > kShownBytes) {
    size_t end = kShownBytes;
    while (end > 0 && (value[end] & 0xC0) == 0x80) --end;
    value = value.substr(0, end) + "…";
  }
  out.Line(out.Styled(Style::kDim, FormatTime(message.append_time) + "  " +
                                       std::to_string(message.partition) + "@" +
                                       std::to_string(message.offset)) +
           "  " +
           out.Styled(Style::kBold, ToValidUtf8(message.key.value_or("-"))) +
           "  " + value);
}

Result<void> TopicsTail::Follow(Context& context, Consumer& consumer) const {
  InstallStopSignals();
  while (!StopRequested() && context.out.open()) {
    const auto messages = consumer.Poll(100, kPollWait);
    if (!messages) return messages.error();
    for (const Message& message : *messages) Print(message, context.out);
    context.out.Flush();
  }
  return {};
}

Result<ExitCode> TopicsTail::Run(Context& context) {
  const int64_t limit = limit_.value_or(kUsualRecords);
  if (limit < 0) {
    return Error{Code::kInvalidArgument, "--limit: expected 0 or more"};
  }
  const auto bus = OpenLogToLook(context.settings);
  if (!bus) return bus.error();
  const auto partitions = Find((*bus)->admin(), context.settings.log.prefix);
  if (!partitions) return partitions.error();
  const auto marks = (*bus)->admin().FetchWatermarks(*partitions);
  if (!marks) return marks.error();
  Offsets positions;
  for (const auto& [name, mark] : *marks) {
    positions[name] = std::max(mark.begin, mark.end - limit);
  }
  auto consumer = (*bus)->NewConsumer(ConsumerOptions{"", "tail"});
  if (!consumer) return consumer.error();
  if (auto set = (*consumer)->Assign(positions); !set) return set.error();

  std::vector<Message> newest;
  const Instant until = context.clock.Uptime() + kPatience;
  // By position: control records and holes have no message.
  const auto reached = [&] {
    return std::all_of(marks->begin(), marks->end(), [&](const auto& mark) {
      const Watermarks& ends = mark.second;
      if (positions[mark.first] >= ends.end) return true;
      const auto at = (*consumer)->Position(mark.first);
      return at && *at >= ends.end;
    });
  };
  while (!reached()) {
    if (context.clock.Uptime() >= until) {
      return Error{Code::kTimedOut, "the log does not answer in time"};
    }
    auto messages = (*consumer)->Poll(1000, kPollWait);
    if (!messages) return messages.error();
    for (Message& message : *messages) newest.push_back(std::move(message));
  }
  std::stable_sort(newest.begin(), newest.end(),
                   [](const Message& a, const Message& b) {
                     return a.append_time < b.append_time;
                   });
  const auto skip = std::max<int64_t>(std::ssize(newest) - limit, 0);
  for (auto at = newest.begin() + skip; at != newest.end(); ++at) {
    Print(*at, context.out);
  }
  if (follow_) {
    context.out.Flush();
    if (auto followed = Follow(context, **consumer); !followed) {
      return followed.error();
    }
  }
  return Finished(context);
}

}  // namespace

CommandPtr MakeTopicsTail() { return std::make_unique<TopicsTail>(); }

}  // namespace newsmill
