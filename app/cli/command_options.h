#pragma once

#include <string>
#include <vector>

#include "app/cli/command.h"

namespace newsmill {

// How one command's arguments were understood.
struct OptionsResult {
  bool help = false;
  std::string text;   // the help, where it was asked for
  std::string error;  // empty: understood
};

// Declares the command and fills its targets and `options` from `arguments`.
// Everything that knows CLI11, which compiles slowly, is behind this function.
OptionsResult ParseOptions(Command& command,
                           const std::vector<std::string>& arguments,
                           GlobalOptions* options);

}  // namespace newsmill
