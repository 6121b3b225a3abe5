#pragma once

#include <string>

#include "core/base/result.h"

namespace newsmill {

// All bytes of the file. kInvalidArgument names the file and says why it cannot
// be read: not there, a folder, no permission.
Result<std::string> ReadFile(const std::string& path);

// All bytes that the process is given; likewise an error where it is given
// nothing to read from (`<&-`).
Result<std::string> ReadStandardInput();

}  // namespace newsmill
