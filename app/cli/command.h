#pragma once

#include <memory>
#include <string>

#include "app/cli/arguments.h"
#include "app/cli/output.h"
#include "app/settings.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/runtime/exit_codes.h"

namespace newsmill {

// What a command works with; borrowed for the time of Run.
struct Context {
  Settings& settings;
  Output& out;  // results, to standard output
  Output& err;  // progress and remarks, to standard error
  const Clock& clock;
};

// One subcommand: `newsmill <name>`, where a name of two words is a command of
// a group. Declared, then run once.
class Command {
 public:
  virtual ~Command() = default;

  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;  // one line, without a full stop
  // False for what must work beside a broken configuration.
  virtual bool reads_settings() const { return true; }
  // Left out of the help.
  virtual bool hidden() const { return false; }

  virtual void Declare(Arguments& arguments) = 0;

  // An error is printed by the caller and gives its own exit code.
  virtual Result<ExitCode> Run(Context& context) = 0;
};

using CommandPtr = std::unique_ptr<Command>;

}  // namespace newsmill
