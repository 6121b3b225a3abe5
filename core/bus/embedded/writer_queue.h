#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace newsmill::embedded {

// Lets one writer of all processes on this machine at a time, in about the
// order they came: SQLite's own busy handler sleeps and guesses, and starves
// whoever is unlucky. Two locks on a side file make a turnstile: whoever waits
// for the inner one holds the outer one, so the writer that just finished
// cannot overtake it. The kernel frees the locks of a process that dies.
//
// A process that is stopped (SIGSTOP) inside its write holds up the others
// until it is continued or killed.
class WriterQueue {
 public:
  static Result<std::unique_ptr<WriterQueue>> Open(const std::string& path);
  ~WriterQueue();
  WriterQueue(const WriterQueue&) = delete;
  WriterQueue& operator=(const WriterQueue&) = delete;

  // Waits for the turn. Thread-safe.
  Result<void> Enter();
  void Leave();

 private:
  WriterQueue(int descriptor, std::string path)
      : descriptor_(descriptor), path_(std::move(path)) {}

  const int descriptor_;
  const std::string path_;
  // The same turnstile between the threads of this process, which share the
  // file locks.
  std::mutex outer_;
  std::mutex inner_;
};

}  // namespace newsmill::embedded
