#pragma once

#include <string>

#include "core/base/result.h"

namespace newsmill {

// All bytes of the file, "/dev/stdin" included. kInvalidArgument names the file
// and says why it cannot be read: not there, a folder, no permission.
Result<std::string> ReadFile(const std::string& path);

}  // namespace newsmill
