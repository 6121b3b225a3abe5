#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace newsmill::process {

// How a process ended.
struct ExitStatus {
  std::optional<int> code;
  std::optional<int> signal;

  bool Succeeded() const { return code == 0; }
  std::string ToString() const;  // "exit 75", "signal 9"
};

// Another process, its output kept line by line. It ends with this object, and
// with the thread that started it (SIGKILL), so nothing outlives a test that
// crashes. Thread-safe.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> argv;  // the first is looked for in PATH
    // Added to this process's environment.
    std::map<std::string, std::string> environment = {};
    std::string directory = {};  // empty: this process's
    std::string input = {};      // what it reads from standard input
    // A copy of the output goes there too; empty: nowhere.
    std::string output_file = {};
  };

  static Result<std::unique_ptr<ChildProcess>> Start(Options options);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const;
  bool Running();

  // kNotFound when it ended already.
  Result<void> Signal(int signal);
  Result<void> Stop();      // SIGSTOP, and waits until it stands still
  Result<void> Continue();  // SIGCONT
  // Returns when it stands still, by whose hand ever. kTimedOut, or kNotFound
  // when it ended instead.
  Result<void> AwaitStopped(Duration deadline);

  // kTimedOut after `deadline`; the process runs on.
  Result<ExitStatus> Wait(Duration deadline);
  // SIGTERM, then after `grace` SIGKILL.
  Result<ExitStatus> Terminate(Duration grace);

  // The first line, from line `from` on, that contains `text` (standard output
  // and standard error together). kTimedOut, or kUnavailable when the process
  // ended without such a line; the message has the last lines.
  Result<std::string> WaitForLine(std::string_view text, Duration deadline,
                                  size_t from = 0);
  size_t line_count() const;
  std::string Output() const;     // standard output alone
  std::string Errors() const;     // standard error alone
  std::string AllOutput() const;  // both, by line, as they came
  std::string LastLines(size_t count) const;

 private:
  struct Impl;
  explicit ChildProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Starts a program and waits for its end.
struct Completed {
  ExitStatus status;
  std::string output;  // standard output
  std::string errors;  // standard error
};
Result<Completed> RunToEnd(ChildProcess::Options options, Duration deadline);

}  // namespace newsmill::process
