#pragma once

#include <sys/types.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "parser/page_parser.h"

namespace newsmill {

// A page that may have ended a worker is parsed apart from the worker.
class PageTrial {
 public:
  // What the page gave, or how it ended those who parsed it.
  struct Crashed {
    std::string how;  // "SIGSEGV, SIGSEGV, SIGSEGV"
  };
  using Verdicts = std::variant<v1::Article, Verdict, Crashed>;

  virtual ~PageTrial() = default;

  // Thread-safe; one page at a time, the others wait. An error: no trial could
  // be held now, which says nothing of the page.
  virtual Result<Verdicts> Parse(const v1::FetchedPage& page) = 0;

  // Lets go of what was not needed for a while.
  virtual void Rest(Instant now) { static_cast<void>(now); }
};

// Deaths after which a page is CRASHED.
inline constexpr int kMostCrashes = 3;

// Holds trials in a process of its own, which takes one page after another and
// is started again after each death. A death counts where the process raised
// the signal itself (a crash, an abort, its own limit of memory or CPU time) or
// was killed for the memory of its control group; whoever else ended it, the
// page is tried again.
class ChildTrial final : public PageTrial {
 public:
  // The first of `argv` is the program's file; it serves trials (ServeTrials)
  // on its standard input.
  explicit ChildTrial(std::vector<std::string> argv);
  ~ChildTrial() override;

  Result<Verdicts> Parse(const v1::FetchedPage& page) override;
  void Rest(Instant now) override;

 private:
  struct Death {
    std::string how;
    bool own = false;  // by its own doing
  };
  using Answer = std::variant<v1::Article, Verdict, Death>;

  Result<void> Start();
  Result<Answer> Ask(const v1::FetchedPage& page);
  Result<Answer> Reap();
  void Stop();

  const std::vector<std::string> argv_;
  std::mutex mutex_;
  pid_t pid_ = -1;          // guarded by mutex_; -1: no process
  int socket_ = -1;         // guarded by mutex_
  int64_t oom_kills_ = 0;   // guarded by mutex_; when the process started
  bool used_ = false;       // guarded by mutex_; since the last Rest
  Instant unused_since_{};  // guarded by mutex_
};

// The other side: reads pages from the socket and answers until it is closed.
// Limits this process's memory and CPU time per page.
Result<void> ServeTrials(int socket, const ParserConfig& config,
                         PageParser& parser, const Clock& clock);

}  // namespace newsmill
