#include "app/task_options.h"

#include <set>

#include "core/base/id.h"
#include "core/base/proto_duration.h"
#include "core/flow/plain_text.h"
#include "core/flow/task_codec.h"
#include "core/flow/task_id.h"

namespace newsmill {

void TaskOptions::Declare(Arguments& arguments) {
  arguments.Option("--batch", "NAME", &batch,
                   "name of the batch, for `batch show` and `--batch`");
  arguments.Option("--label", "K=V", &labels,
                   "carried to row and outcome; may be repeated");
  arguments.Option("--id", "KEY", &id,
                   "idempotency key: a second task with it is not fetched "
                   "twice; for one target");
  arguments.Option("--lane", "LANE", &lane,
                   "fresh (first in line) or bulk [fresh; of a sitemap, what "
                   "it does not date within two days is bulk]");
  arguments.Flag("--force", &force,
                 "fetch even what was fetched just now; and enqueue even what "
                 "takes longer than the log keeps tasks");
  arguments.Option("--expires-in", "TIME", &expires_in,
                   "skip the task when it was not fetched by then: 6h, 7d");
  revisit.Declare(arguments);
}

Result<void> TaskOptions::Check() const {
  if (!lane.empty() && lane != "fresh" && lane != "bulk") {
    return Error{Code::kInvalidArgument,
                 "--lane is '" + lane + "'; expected fresh or bulk"};
  }
  if (!id.empty() && !IsTaskId(id)) {
    return Error{Code::kInvalidArgument,
                 "--id: expected at most 256 bytes without control characters"};
  }
  if (!IsPlainText(batch)) {
    return Error{Code::kInvalidArgument,
                 "--batch: expected UTF-8 without control characters"};
  }
  if (auto checked = revisit.Check(); !checked) return checked;
  std::set<std::string> names;
  for (const std::string& label : labels) {
    if (!IsPlainText(label)) {
      return Error{Code::kInvalidArgument,
                   "--label: expected UTF-8 without control characters"};
    }
    if (label.find('=') == std::string::npos || label.starts_with('=')) {
      return Error{Code::kInvalidArgument,
                   "--label '" + label + "' is not of the form name=value"};
    }
    const std::string name = label.substr(0, label.find('='));
    if (!names.insert(name).second) {
      return Error{Code::kInvalidArgument,
                   "--label '" + name +
                       "' is given twice; a task has one value of a name"};
    }
  }
  return {};
}

v1::FetchTask TaskOptions::Common(Timestamp now) const {
  v1::FetchTask task;
  task.set_kind(v1::FetchTask::ARTICLE);
  task.set_lane(lane == "bulk" ? v1::FetchTask::BULK : v1::FetchTask::FRESH);
  task.set_batch(batch);
  task.set_force(force);
  // Who names an article wants it now, whenever it was fetched last; and what a
  // feed named before is told by its ID.
  *task.mutable_duplicate_window() = ToProto(Duration(0));
  revisit.Fill(now, &task);
  for (const std::string& text : labels) {
    const size_t equals = text.find('=');
    v1::Label* label = task.add_labels();
    label->set_name(text.substr(0, equals));
    label->set_value(text.substr(equals + 1));
  }
  if (expires_in) *task.mutable_expires_at() = ToProto(now + *expires_in);
  return task;
}

v1::FetchTask TaskOptions::TaskFor(const ResolvedTargets::Good& good,
                                   const v1::FetchTask& common,
                                   Timestamp now) const {
  v1::FetchTask task = common;
  task.set_task_id(id);
  if (good.seed) {
    task.set_task_id(good.seed->task_id);
    task.set_discovered_from(good.seed->found_in);
    if (lane.empty() && good.seed->bulk) task.set_lane(v1::FetchTask::BULK);
  }
  if (task.task_id().empty()) task.set_task_id(NewUuidV7(now));
  SetTarget(good.target, good.text, &task);
  task.set_traceparent(NewTraceparent());
  return task;
}

}  // namespace newsmill
