#pragma once

#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/url.h"
#include "core/bus/bus.h"
#include "core/sites/site_catalogue.h"
#include "newsmill/v1/common.pb.h"
#include "newsmill/v1/fetch_task.pb.h"

namespace newsmill {

inline constexpr char kContentTypeHeader[] = "content-type";
inline constexpr char kTraceparentHeader[] = "traceparent";
inline constexpr char kTaskIdHeader[] = "newsmill-task-id";

// A record of topic `tasks`, understood.
struct DecodedTask {
  // Complete as far as the record allows: task_id is always set, requested_url,
  // url, site and article_id are where `reason` is unspecified.
  v1::FetchTask task;
  // Unspecified: the task can be worked on. Otherwise why not, with `detail`.
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  std::string detail;
  // `task.url`, parsed; set where `reason` is unspecified.
  std::optional<Url> url = std::nullopt;
};

// Reads text (a URL or `site:id`), JSON (protobuf's mapping) or a FetchTask,
// and resolves its target; kind, lane, traceparent and accepted_at are filled
// in where the record leaves them open. A pure function of message and
// catalogue: fetcher and sink understand the same record in the same way, and
// reading twice gives the same task ID (design: hash of topic, partition,
// offset, append time, value).
DecodedTask DecodeTask(const Message& message, const SiteCatalogue& sites);

// Makes `task` one that asks for `target`, which was given as `text`.
void SetTarget(const Target& target, const std::string& text,
               v1::FetchTask* task);

// The record that carries `task` to the partition of its host.
Record EncodeTask(const v1::FetchTask& task, const std::string& topic);

// The headers that every record of ours carries; `message_type` is the full
// name of what its value holds ("newsmill.v1.Article"), empty values are left
// out.
std::vector<Header> RecordHeaders(const std::string& message_type,
                                  const std::string& task_id,
                                  const std::string& traceparent);

}  // namespace newsmill
