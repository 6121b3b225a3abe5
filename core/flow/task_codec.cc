#include "core/flow/task_codec.h"

#include <string_view>
#include <utility>

#include <google/protobuf/util/json_util.h>

#include "core/base/text.h"
#include "core/base/url.h"
#include "core/flow/plain_text.h"
#include "core/flow/task_id.h"

namespace newsmill {
namespace {

constexpr size_t kTraceparentSize = 55;
constexpr std::string_view kMessageType = "messageType=";

// A record's value before its target is looked at.
struct ParsedTask {
  v1::FetchTask task;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  std::string detail;
};

ParsedTask Malformed(std::string detail) {
  return {{}, v1::REASON_MALFORMED_TASK, std::move(detail)};
}

// The type that a content-type header names, empty where it names none.
std::string_view MessageTypeOf(std::string_view content_type) {
  const size_t at = content_type.find(kMessageType);
  if (at == std::string_view::npos) return {};
  const std::string_view type = content_type.substr(at + kMessageType.size());
  return type.substr(0, type.find_first_of("; "));
}

std::string_view WithoutLineEnd(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

ParsedTask ParseJson(std::string_view value) {
  ParsedTask parsed;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(value.data(), value.size()), &parsed.task);
  if (status.ok()) return parsed;
  return Malformed("JSON that is no FetchTask: " + status.ToString());
}

ParsedTask ParseBinary(const std::string& value, bool labelled) {
  ParsedTask parsed;
  if (parsed.task.ParseFromString(value)) return parsed;
  const std::string size = std::to_string(value.size()) + " bytes ";
  return Malformed(labelled
                       ? size +
                             "that are no FetchTask, which the content-type "
                             "header says they are"
                       : size +
                             "that are neither one line of text, nor JSON, "
                             "nor a FetchTask");
}

ParsedTask ParseValue(const Message& message) {
  const std::string* content_type = message.FindHeader(kContentTypeHeader);
  const std::string_view type =
      content_type == nullptr ? "" : MessageTypeOf(*content_type);
  if (type == v1::FetchTask::descriptor()->full_name()) {
    return ParseBinary(message.value, true);
  }
  if (!type.empty()) {
    return Malformed("the content-type header names " + std::string(type) +
                     "; expected newsmill.v1.FetchTask");
  }
  if (message.value.starts_with('{')) return ParseJson(message.value);
  const std::string_view line = WithoutLineEnd(message.value);
  if (!IsPlainText(line)) return ParseBinary(message.value, false);
  ParsedTask text;
  text.task.set_target(std::string(Trimmed(line)));
  return text;
}

// The target as the task names it, in the one form that Resolve takes.
std::string TargetOf(const v1::FetchTask& task) {
  if (!task.target().empty()) return task.target();
  if (!task.requested_url().empty()) return task.requested_url();
  if (!task.url().empty()) return task.url();
  if (task.site().empty() || task.article_id().empty()) return {};
  return task.site() + ":" + task.article_id();
}

v1::Reason ReasonFor(Code code) {
  switch (code) {
    case Code::kNotFound:
      return v1::REASON_UNKNOWN_SITE;
    case Code::kOutOfRange:
      return v1::REASON_INVALID_ID;
    default:
      return v1::REASON_INVALID_URL;
  }
}

void Refuse(DecodedTask* decoded, v1::Reason reason, std::string detail) {
  decoded->reason = reason;
  decoded->detail = std::move(detail);
}

void SetIdentity(const Message& message, DecodedTask* decoded) {
  v1::FetchTask& task = decoded->task;
  const std::string* header = message.FindHeader(kTaskIdHeader);
  if (task.task_id().empty() && header != nullptr) {
    // Checked before it is set: a proto string must be UTF-8.
    if (IsTaskId(*header)) {
      task.set_task_id(*header);
    } else {
      Refuse(decoded, v1::REASON_MALFORMED_TASK,
             "the newsmill-task-id header is not an ID; expected 1 to 256 "
             "bytes of UTF-8 without control characters");
    }
  } else if (!task.task_id().empty() && !IsTaskId(task.task_id())) {
    task.clear_task_id();
    Refuse(decoded, v1::REASON_MALFORMED_TASK,
           "task_id is not an ID; expected 1 to 256 bytes without control "
           "characters");
  }
  if (task.task_id().empty()) task.set_task_id(TaskIdOf(message));
}

void SetTrace(const Message& message, v1::FetchTask* task) {
  const std::string* header = message.FindHeader(kTraceparentHeader);
  // W3C Trace Context, section 3.2: version, trace ID, span ID, flags.
  if (task->traceparent().empty() && header != nullptr &&
      header->size() == kTraceparentSize && IsPlainText(*header)) {
    task->set_traceparent(*header);
  }
  if (task->traceparent().empty()) {
    task->set_traceparent(TraceparentOf(task->task_id()));
  }
}

void CheckEnums(DecodedTask* decoded) {
  v1::FetchTask& task = decoded->task;
  if (task.kind() == v1::FetchTask::KIND_UNSPECIFIED) {
    task.set_kind(v1::FetchTask::ARTICLE);
  }
  if (task.lane() == v1::FetchTask::LANE_UNSPECIFIED) {
    task.set_lane(v1::FetchTask::FRESH);
  }
  if (!v1::FetchTask::Kind_IsValid(task.kind())) {
    Refuse(decoded, v1::REASON_MALFORMED_TASK,
           "kind " + std::to_string(task.kind()) + " is not known; expected " +
               "ARTICLE");
  } else if (!v1::FetchTask::Lane_IsValid(task.lane())) {
    Refuse(decoded, v1::REASON_MALFORMED_TASK,
           "lane " + std::to_string(task.lane()) + " is not known; expected " +
               "FRESH or BULK");
  }
}

// `url` differs from `requested_url` only where redirects led there.
void SetUrls(const Url& resolved, DecodedTask* decoded) {
  v1::FetchTask& task = decoded->task;
  if (task.requested_url().empty()) task.set_requested_url(resolved.text());
  if (task.url().empty() || task.redirects().empty()) {
    task.set_url(task.requested_url());
  }
  Url known = resolved;  // most often all of them are the same
  for (std::string* text : {task.mutable_requested_url(), task.mutable_url()}) {
    if (*text == known.text()) continue;
    Result<Url> url = Url::Parse(*text);
    if (!url) {
      return Refuse(decoded, v1::REASON_INVALID_URL, url.error().message);
    }
    known = *std::move(url);
    *text = known.text();
  }
  decoded->url = std::move(known);
}

void ResolveTarget(const SiteCatalogue& sites, DecodedTask* decoded) {
  v1::FetchTask& task = decoded->task;
  task.set_target(TargetOf(task));
  if (task.target().empty()) {
    return Refuse(decoded, v1::REASON_NO_TARGET,
                  "the task names no target; expected a URL or site:id");
  }
  const Result<Target> target = sites.Resolve(task.target());
  if (!target) {
    return Refuse(decoded, ReasonFor(target.error().code),
                  target.error().message);
  }
  task.set_site(target->site);
  task.set_article_id(target->article_id);
  SetUrls(target->url, decoded);
}

}  // namespace

DecodedTask DecodeTask(const Message& message, const SiteCatalogue& sites) {
  ParsedTask parsed = ParseValue(message);
  DecodedTask decoded{std::move(parsed.task), parsed.reason,
                      std::move(parsed.detail)};
  SetIdentity(message, &decoded);
  SetTrace(message, &decoded.task);
  // Whoever writes a time that is none has not said when.
  if (!decoded.task.has_accepted_at() ||
      !IsValidTime(decoded.task.accepted_at())) {
    *decoded.task.mutable_accepted_at() = ToProto(message.append_time);
  }
  CheckEnums(&decoded);
  if (decoded.reason == v1::REASON_UNSPECIFIED) ResolveTarget(sites, &decoded);
  decoded.detail = ToValidUtf8(decoded.detail);
  return decoded;
}

void SetTarget(const Target& target, const std::string& text,
               v1::FetchTask* task) {
  task->set_target(text);
  task->set_requested_url(target.url.text());
  task->set_url(target.url.text());
  task->set_site(target.site);
  task->set_article_id(target.article_id);
}

Record EncodeTask(const v1::FetchTask& task, const std::string& topic) {
  Record record;
  record.topic = topic;
  if (const Result<Url> url = Url::Parse(task.url()); url) {
    record.key = url->HostKey();
  }
  record.value = task.SerializeAsString();
  record.headers = RecordHeaders(v1::FetchTask::descriptor()->full_name(),
                                 task.task_id(), task.traceparent());
  return record;
}

std::vector<Header> RecordHeaders(const std::string& message_type,
                                  const std::string& task_id,
                                  const std::string& traceparent) {
  std::vector<Header> headers = {
      {kContentTypeHeader,
       "application/protobuf; " + std::string(kMessageType) + message_type}};
  if (!traceparent.empty())
    headers.push_back({kTraceparentHeader, traceparent});
  if (!task_id.empty()) headers.push_back({kTaskIdHeader, task_id});
  return headers;
}

}  // namespace newsmill
