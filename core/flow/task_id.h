#pragma once

#include <string>
#include <string_view>

#include "core/bus/bus.h"

namespace newsmill {

// The ID of a task that brought none: a UUID (version 8, RFC 9562, section 5.8)
// made of the SHA-256 of topic, partition, offset, append time and value. The
// same record always gives the same ID; a recreated topic gives other ones.
std::string TaskIdOf(const Message& message);

// The trace of a task that brought none, from its ID: every reader of the task
// continues the same one.
std::string TraceparentOf(std::string_view task_id);

// Whether a user may give this as a task's ID, which makes it an idempotency
// key: 1 to 256 bytes of UTF-8 without control characters.
bool IsTaskId(std::string_view id);

}  // namespace newsmill
