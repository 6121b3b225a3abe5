#pragma once

#include "core/base/result.h"

namespace newsmill {

// An interface for Kubernetes and scripts.
enum ExitCode {
  kExitDone = 0,
  kExitCheckFailed = 1,
  kExitUsage = 64,
  kExitBug = 70,
  kExitTryAgain = 75,  // also: a bounded run was stopped before its end
  kExitBadConfiguration = 78,
};

ExitCode ExitCodeFor(Code code);

}  // namespace newsmill
