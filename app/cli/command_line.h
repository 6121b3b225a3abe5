#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/cli/command.h"

namespace newsmill {

// Commands that belong together, and the headings of the help.
struct CommandGroup {
  std::string name;  // `articles`
  std::string summary;
};

// What was asked for.
struct Invocation {
  Command* command = nullptr;  // declared and filled in
  GlobalOptions options;
};

// Asked for help, or for nothing that is understood: what to print instead.
struct Answer {
  ExitCode exit_code = kExitDone;
  std::string out;  // standard output
  std::string err;  // standard error
};

// Understands the arguments after the program's name. Unknown words and options
// are answered with the nearest known one and exit code 64.
std::variant<Invocation, Answer> ParseCommandLine(
    const std::vector<std::string>& arguments,
    const std::vector<CommandPtr>& commands,
    const std::vector<CommandGroup>& groups);

}  // namespace newsmill
