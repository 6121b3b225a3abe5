#include "parser/page_trial.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "core/runtime/log.h"
#include "newsmill/v1/outcome.pb.h"

namespace newsmill {
namespace {

constexpr Duration kUnusedFor = std::chrono::seconds(10);
constexpr int kMostTries = 10;
constexpr rlim_t kCpuSeconds =
    60;  // of one page; the parser's deadline is less
constexpr uint32_t kMostBytes = 256 << 20;

// What stands before a message on the socket.
struct Frame {
  uint32_t bytes = 0;
  char kind = 0;  // 'p'age, 'a'rticle, 'v'erdict
};

bool SendAll(int socket, const void* data, size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t sent = send(socket, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += sent;
    size -= static_cast<size_t>(sent);
  }
  return true;
}

bool ReceiveAll(int socket, void* data, size_t size) {
  char* at = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t got = recv(socket, at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

bool SendMessage(int socket, char kind, const std::string& bytes) {
  const Frame frame{static_cast<uint32_t>(bytes.size()), kind};
  return SendAll(socket, &frame, sizeof frame) &&
         SendAll(socket, bytes.data(), bytes.size());
}

bool ReceiveMessage(int socket, char* kind, std::string* bytes) {
  Frame frame;
  if (!ReceiveAll(socket, &frame, sizeof frame)) return false;
  if (frame.bytes > kMostBytes) return false;
  *kind = frame.kind;
  bytes->resize(frame.bytes);
  return ReceiveAll(socket, bytes->data(), bytes->size());
}

// An Outcome carries what a verdict says.
std::string Encode(const Verdict& verdict) {
  v1::Outcome outcome;
  outcome.set_kind(verdict.kind);
  outcome.set_reason(verdict.reason);
  outcome.set_detail(verdict.detail);
  outcome.set_parse_generation(verdict.parse_generation);
  return outcome.SerializeAsString();
}

bool Decode(const std::string& bytes, Verdict* verdict) {
  v1::Outcome outcome;
  if (!outcome.ParseFromString(bytes)) return false;
  *verdict = {outcome.kind(), outcome.reason(), outcome.detail(),
              outcome.parse_generation()};
  return true;
}

// Raised by what the process itself did.
bool IsOwn(int signal) {
  constexpr std::array kOwn = {SIGSEGV, SIGABRT, SIGBUS,  SIGILL,
                               SIGFPE,  SIGSYS,  SIGTRAP, SIGXCPU};
  return std::find(kOwn.begin(), kOwn.end(), signal) != kOwn.end();
}

// Processes of this control group that were killed for its memory; 0 where
// that is not told.
int64_t OomKills() {
  std::ifstream events("/sys/fs/cgroup/memory.events");
  std::string name;
  int64_t count = 0;
  while (events >> name >> count) {
    if (name == "oom_kill") return count;
  }
  return 0;
}

// Beyond what the parser allows itself; an address space of a sanitizer is not
// to be limited.
void LimitMemory(const ParserConfig& config) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  const auto bytes =
      static_cast<rlim_t>((int64_t{1} << 30) + 2 * config.max_tree_bytes +
                          16 * config.max_inflated_bytes);
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_AS, &limit);
#else
  static_cast<void>(config);
#endif
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  // Where memory ends, it is the trial that goes, not the worker.
  std::ofstream("/proc/self/oom_score_adj") << 1000;
}

void LimitCpuOfNextPage() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds =
      static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
  const rlimit limit{seconds + kCpuSeconds, RLIM_INFINITY};
  setrlimit(RLIMIT_CPU, &limit);
}

std::string NameOfSignal(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? std::string("SIG") + name
                         : "signal " + std::to_string(signal);
}

Error Unavailable(const std::string& doing) {
  return {Code::kUnavailable, "a process to try a page in cannot be had: " +
                                  doing + ": " + std::strerror(errno)};
}

}  // namespace

ChildTrial::ChildTrial(std::vector<std::string> argv)
    : argv_(std::move(argv)) {}

ChildTrial::~ChildTrial() {
  const std::lock_guard lock(mutex_);
  Stop();
}

Result<PageTrial::Verdicts> ChildTrial::Parse(const v1::FetchedPage& page) {
  const std::lock_guard lock(mutex_);
  used_ = true;
  std::string deaths;
  int crashes = 0;
  for (int tries = 0; tries < kMostTries; ++tries) {
    Result<Answer> answer = Ask(page);
    if (!answer) return answer.error();
    if (auto* article = std::get_if<v1::Article>(&*answer)) {
      return Verdicts(std::move(*article));
    }
    if (auto* verdict = std::get_if<Verdict>(&*answer)) {
      return Verdicts(std::move(*verdict));
    }
    const Death& death = std::get<Death>(*answer);
    log::Warn("A page ended the process that it was tried in.",
              {{"task", page.task().task_id()},
               {"how", death.how},
               {"counts", death.own}});
    if (!death.own) continue;
    deaths += (deaths.empty() ? "" : ", ") + death.how;
    if (++crashes == kMostCrashes) return Verdicts(Crashed{deaths});
  }
  return Error{Code::kUnavailable,
               "somebody ends the processes in which pages are tried"};
}

void ChildTrial::Rest(Instant now) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || pid_ < 0) return;
  if (std::exchange(used_, false)) unused_since_ = now;
  if (now - unused_since_ >= kUnusedFor) Stop();
}

Result<void> ChildTrial::Start() {
  if (pid_ >= 0) return {};
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return Unavailable("a socket");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
                                   O_WRONLY, 0);
  std::vector<char*> argv;
  for (const std::string& word : argv_) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  oom_kills_ = OomKills();
  const int failed = posix_spawn(&pid_, argv_.front().c_str(), &actions,
                                 nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (failed == 0) {
    socket_ = ends[0];
    return {};
  }
  close(ends[0]);
  pid_ = -1;
  errno = failed;
  return Unavailable(argv_.front());
}

Result<ChildTrial::Answer> ChildTrial::Ask(const v1::FetchedPage& page) {
  if (auto started = Start(); !started) return started.error();
  char kind = 0;
  std::string bytes;
  if (!SendMessage(socket_, 'p', page.SerializeAsString()) ||
      !ReceiveMessage(socket_, &kind, &bytes)) {
    return Reap();
  }
  v1::Article article;
  if (kind == 'a' && article.ParseFromString(bytes)) {
    return Answer(std::move(article));
  }
  Verdict verdict;
  if (kind == 'v' && Decode(bytes, &verdict)) return Answer(verdict);
  Stop();
  return Error{Code::kInternal, "the trial of a page was answered wrongly"};
}

// The other end is closed: the process ends or has ended.
Result<ChildTrial::Answer> ChildTrial::Reap() {
  close(std::exchange(socket_, -1));
  const pid_t pid = std::exchange(pid_, -1);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return Unavailable("waiting for its end");
  }
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    const bool memory = signal == SIGKILL && OomKills() > oom_kills_;
    return Answer(Death{memory ? "out of memory" : NameOfSignal(signal),
                        memory || IsOwn(signal)});
  }
  return Error{Code::kUnavailable,
               "the process in which pages are tried ended with exit code " +
                   std::to_string(WEXITSTATUS(status))};
}

void ChildTrial::Stop() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
  if (pid_ < 0) return;
  const pid_t pid = std::exchange(pid_, -1);
  kill(pid, SIGKILL);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<void> ServeTrials(int socket, const ParserConfig& config,
                         PageParser& parser, const Clock& clock) {
  LimitMemory(config);
  char kind = 0;
  std::string bytes;
  while (ReceiveMessage(socket, &kind, &bytes)) {
    v1::FetchedPage page;
    if (kind != 'p' || !page.ParseFromString(bytes)) {
      return Error{Code::kInvalidArgument, "expected a page to try"};
    }
    LimitCpuOfNextPage();
    parser.Refresh(clock.Uptime());
    const std::variant<v1::Article, Verdict> result = parser.Parse(page);
    const auto* article = std::get_if<v1::Article>(&result);
    const bool sent =
        article != nullptr
            ? SendMessage(socket, 'a', article->SerializeAsString())
            : SendMessage(socket, 'v', Encode(std::get<Verdict>(result)));
    if (!sent) break;
  }
  return {};
}

}  // namespace newsmill
