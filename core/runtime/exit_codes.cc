#include "core/runtime/exit_codes.h"

namespace newsmill {

ExitCode ExitCodeFor(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kUnsupported:
      return kExitUsage;
    case Code::kNotFound:
    case Code::kTooLarge:
    case Code::kCorrupt:
      return kExitCheckFailed;
    // An offset that the log does not hold wants a decision of a person, as a
    // wrong configuration does; starting again does not help.
    case Code::kOutOfRange:
    case Code::kBadConfiguration:
      return kExitBadConfiguration;
    case Code::kFenced:
    case Code::kConflict:
    case Code::kUnavailable:
    case Code::kTimedOut:
    case Code::kNoSpace:
    case Code::kCancelled:
      return kExitTryAgain;
    case Code::kInternal:
      return kExitBug;
  }
  return kExitBug;
}

}  // namespace newsmill
