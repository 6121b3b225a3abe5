#include "tests/support/process/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <mutex>
#include <thread>

extern char** environ;

namespace newsmill::process {
namespace {

using std::chrono::steady_clock;

Error SystemError(const std::string& what) {
  return Error{Code::kUnavailable, what + ": " + std::strerror(errno)};
}

struct Pipe {
  int read_end = -1, write_end = -1;

  ~Pipe() { CloseBoth(); }
  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read_end = ends[0];
    write_end = ends[1];
    return true;
  }
  static void Close(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
  void CloseBoth() {
    Close(read_end);
    Close(write_end);
  }
};

std::vector<std::string> MergedEnvironment(
    const std::map<std::string, std::string>& added) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!added.contains(std::string(text.substr(0, text.find('='))))) {
      merged.emplace_back(text);
    }
  }
  for (const auto& [name, value] : added) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

ExitStatus FromWait(int status) {
  if (WIFEXITED(status)) return {.code = WEXITSTATUS(status), .signal = {}};
  return {.code = {}, .signal = WTERMSIG(status)};
}

}  // namespace

std::string ExitStatus::ToString() const {
  return code ? "exit " + std::to_string(*code)
              : "signal " + std::to_string(signal.value_or(0));
}

struct ChildProcess::Impl {
  Options options;
  pid_t pid = -1;
  Pipe out, err, in;
  std::thread reader, feeder;

  mutable std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex.
  struct Line {
    std::string text;
    bool is_error = false;
  };
  std::vector<Line> lines;
  bool output_ended = false;
  std::optional<ExitStatus> ended;

  Result<void> Launch();
  [[noreturn]] void BecomeProgram(char* const* argv, char* const* env);
  void ReadOutput();
  void Keep(std::string& pending, bool is_error, bool at_end,
            std::ofstream& copy);
  void Feed();
  bool Reap(int flags);
  std::string Last(size_t count) const;
  std::string OfStream(bool is_error) const;
};

Result<void> ChildProcess::Impl::Launch() {
  if (options.argv.empty()) {
    return Error{Code::kInvalidArgument, "no program to start"};
  }
  if (!out.Open() || !err.Open() || !in.Open()) return SystemError("pipe");
  std::vector<std::string> environment = MergedEnvironment(options.environment);
  std::vector<char*> argv = Pointers(options.argv);
  std::vector<char*> env = Pointers(environment);
  pid = fork();
  if (pid < 0) return SystemError("fork");
  if (pid == 0) BecomeProgram(argv.data(), env.data());
  Pipe::Close(out.write_end);
  Pipe::Close(err.write_end);
  Pipe::Close(in.read_end);
  reader = std::thread([this] { ReadOutput(); });
  feeder = std::thread([this] { Feed(); });
  return {};
}

// Between fork and exec: async-signal-safe calls only.
void ChildProcess::Impl::BecomeProgram(char* const* argv, char* const* env) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setpgid(0, 0);  // so that what it starts in turn can be ended with it
  dup2(in.read_end, STDIN_FILENO);
  dup2(out.write_end, STDOUT_FILENO);
  dup2(err.write_end, STDERR_FILENO);
  signal(SIGPIPE, SIG_DFL);
  if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) {
    _exit(127);
  }
  execvpe(argv[0], argv, env);
  constexpr char kMessage[] = "cannot be executed\n";
  (void)!write(STDERR_FILENO, argv[0], strlen(argv[0]));
  (void)!write(STDERR_FILENO, ": ", 2);
  (void)!write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
  _exit(127);
}

void ChildProcess::Impl::Keep(std::string& pending, bool is_error, bool at_end,
                              std::ofstream& copy) {
  const std::lock_guard lock(mutex);
  size_t begin = 0;
  for (size_t end = pending.find('\n'); end != std::string::npos;
       end = pending.find('\n', begin)) {
    lines.push_back({pending.substr(begin, end - begin), is_error});
    if (copy.is_open()) copy << lines.back().text << '\n' << std::flush;
    begin = end + 1;
  }
  pending.erase(0, begin);
  if (at_end && !pending.empty()) {
    lines.push_back({pending, is_error});
    pending.clear();
  }
  changed.notify_all();
}

void ChildProcess::Impl::ReadOutput() {
  std::ofstream copy;
  if (!options.output_file.empty()) copy.open(options.output_file);
  std::string pending[2];
  pollfd ends[2] = {{out.read_end, POLLIN, 0}, {err.read_end, POLLIN, 0}};
  char buffer[65536];
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    if (poll(ends, 2, -1) < 0 && errno != EINTR) break;
    for (int i = 0; i < 2; ++i) {
      if (ends[i].fd < 0 || ends[i].revents == 0) continue;
      const ssize_t count = read(ends[i].fd, buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) ends[i].fd = -1;
      const size_t length = count > 0 ? static_cast<size_t>(count) : 0;
      pending[i].append(buffer, length);
      if (count <= 0 || memchr(buffer, '\n', length) != nullptr) {
        Keep(pending[i], i == 1, count <= 0, copy);
      }
    }
  }
  const std::lock_guard lock(mutex);
  output_ended = true;
  changed.notify_all();
}

void ChildProcess::Impl::Feed() {
  std::string_view left = options.input;
  while (!left.empty()) {
    const ssize_t count = write(in.write_end, left.data(), left.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;  // it reads no more; its own affair
    left.remove_prefix(static_cast<size_t>(count));
  }
  Pipe::Close(in.write_end);
}

// Whether the process has ended; asks the kernel only once for that.
bool ChildProcess::Impl::Reap(int flags) {
  {
    const std::lock_guard lock(mutex);
    if (ended) return true;
  }
  int status = 0;
  pid_t result = 0;
  do {
    result = waitpid(pid, &status, flags);
  } while (result < 0 && errno == EINTR);
  if (result != pid) return false;
  const std::lock_guard lock(mutex);
  ended = FromWait(status);
  changed.notify_all();
  return true;
}

std::string ChildProcess::Impl::Last(size_t count) const {
  std::string text;
  const size_t begin = lines.size() > count ? lines.size() - count : 0;
  for (size_t i = begin; i < lines.size(); ++i) text += lines[i].text + "\n";
  return text;
}

std::string ChildProcess::Impl::OfStream(bool is_error) const {
  const std::lock_guard lock(mutex);
  std::string text;
  for (const Line& line : lines) {
    if (line.is_error == is_error) text += line.text + "\n";
  }
  return text;
}

ChildProcess::ChildProcess(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

Result<std::unique_ptr<ChildProcess>> ChildProcess::Start(Options options) {
  // A program that stops reading its input must not end the test.
  signal(SIGPIPE, SIG_IGN);
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  if (auto launched = impl->Launch(); !launched) return launched.error();
  return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(impl)));
}

ChildProcess::~ChildProcess() {
  const bool ran = !impl_->Reap(WNOHANG);
  bool output_held = false;  // by a process that it started and left behind
  {
    const std::lock_guard lock(impl_->mutex);
    output_held = !impl_->output_ended;
  }
  if (ran || output_held) kill(-impl_->pid, SIGKILL);
  if (ran) {
    kill(impl_->pid, SIGKILL);
    impl_->Reap(0);
  }
  if (impl_->reader.joinable()) impl_->reader.join();
  if (impl_->feeder.joinable()) impl_->feeder.join();
}

pid_t ChildProcess::pid() const { return impl_->pid; }

bool ChildProcess::Running() { return !impl_->Reap(WNOHANG); }

Result<void> ChildProcess::Signal(int signal) {
  if (!Running()) {
    return Error{Code::kNotFound,
                 impl_->options.argv[0] + " ended already:\n" + LastLines(10)};
  }
  if (kill(impl_->pid, signal) != 0) return SystemError("kill");
  return {};
}

Result<void> ChildProcess::Stop() {
  if (auto sent = Signal(SIGSTOP); !sent) return sent;
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(impl_->pid), &info,
             WSTOPPED | WEXITED | WNOWAIT) != 0) {
    return SystemError("waitid");
  }
  return {};
}

Result<void> ChildProcess::AwaitStopped(Duration deadline) {
  const auto end = steady_clock::now() + deadline;
  while (Running()) {
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(impl_->pid), &info,
               WSTOPPED | WNOHANG) == 0 &&
        info.si_pid == impl_->pid) {
      return {};
    }
    if (steady_clock::now() >= end) {
      return Error{Code::kTimedOut,
                   impl_->options.argv[0] + " did not stop:\n" + LastLines(20)};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return Error{Code::kNotFound,
               impl_->options.argv[0] + " ended:\n" + LastLines(20)};
}

Result<void> ChildProcess::Continue() { return Signal(SIGCONT); }

Result<ExitStatus> ChildProcess::Wait(Duration deadline) {
  const auto end = steady_clock::now() + deadline;
  while (Running()) {
    if (steady_clock::now() >= end) {
      return Error{Code::kTimedOut, impl_->options.argv[0] +
                                        " still runs after " +
                                        std::to_string(deadline.count()) +
                                        " ms:\n" + LastLines(20)};
    }
    // The end of the output wakes us; the interval is for a child that hands
    // its output on to another process.
    std::unique_lock lock(impl_->mutex);
    if (impl_->output_ended) {
      lock.unlock();
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      continue;
    }
    impl_->changed.wait_for(lock, std::chrono::milliseconds(20));
  }
  if (impl_->reader.joinable()) {
    std::unique_lock lock(impl_->mutex);
    impl_->changed.wait_for(lock, std::chrono::seconds(2),
                            [this] { return impl_->output_ended; });
  }
  return *impl_->ended;
}

Result<ExitStatus> ChildProcess::Terminate(Duration grace) {
  if (Running()) kill(impl_->pid, SIGTERM);
  if (auto status = Wait(grace)) return status;
  if (Running()) kill(impl_->pid, SIGKILL);
  return Wait(std::chrono::seconds(10));
}

Result<std::string> ChildProcess::WaitForLine(std::string_view text,
                                              Duration deadline, size_t from) {
  const auto end = steady_clock::now() + deadline;
  std::unique_lock lock(impl_->mutex);
  for (size_t next = from;;) {
    for (; next < impl_->lines.size(); ++next) {
      if (impl_->lines[next].text.find(text) != std::string::npos) {
        return impl_->lines[next].text;
      }
    }
    if (impl_->output_ended) {
      return Error{Code::kUnavailable,
                   impl_->options.argv[0] + " ended without printing '" +
                       std::string(text) + "':\n" + impl_->Last(20)};
    }
    if (impl_->changed.wait_until(lock, end) == std::cv_status::timeout &&
        steady_clock::now() >= end) {
      return Error{Code::kTimedOut, impl_->options.argv[0] +
                                        " did not print '" + std::string(text) +
                                        "' in time:\n" + impl_->Last(20)};
    }
  }
}

size_t ChildProcess::line_count() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->lines.size();
}

std::string ChildProcess::Output() const { return impl_->OfStream(false); }

std::string ChildProcess::Errors() const { return impl_->OfStream(true); }

std::string ChildProcess::AllOutput() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->Last(impl_->lines.size());
}

std::string ChildProcess::LastLines(size_t count) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->Last(count);
}

Result<Completed> RunToEnd(ChildProcess::Options options, Duration deadline) {
  Result<std::unique_ptr<ChildProcess>> child =
      ChildProcess::Start(std::move(options));
  if (!child) return child.error();
  const Result<ExitStatus> status = (*child)->Wait(deadline);
  if (!status) return status.error();
  Completed completed;
  completed.status = *status;
  completed.output = (*child)->Output();
  completed.errors = (*child)->Errors();
  return completed;
}

}  // namespace newsmill::process
