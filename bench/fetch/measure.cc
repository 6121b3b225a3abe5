#include "bench/fetch/measure.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace newsmill::bench {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

Usage Measure(const std::function<int64_t()>& work) {
  Usage usage;
  int ends[2];
  if (pipe(ends) != 0) return usage;
  std::fflush(stdout);
  const auto begun = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    const int64_t pages = work();
    (void)!write(ends[1], &pages, sizeof pages);
    _exit(0);
  }
  close(ends[1]);
  (void)!read(ends[0], &usage.pages, sizeof usage.pages);
  close(ends[0]);
  rusage used{};
  wait4(child, nullptr, 0, &used);
  const std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - begun;
  usage.elapsed = elapsed.count();
  usage.cpu = Seconds(used.ru_utime) + Seconds(used.ru_stime);
  usage.peak_mib = static_cast<double>(used.ru_maxrss) / 1024;
  return usage;
}

int RunTool(const std::vector<std::string>& argv) {
  const pid_t child = fork();
  if (child == 0) {
    std::vector<char*> words;
    words.reserve(argv.size() + 1);
    for (const std::string& word : argv) {
      words.push_back(const_cast<char*>(word.c_str()));  // NOLINT: execvp's
    }
    words.push_back(nullptr);
    (void)!std::freopen("/dev/null", "w", stdout);
    (void)!std::freopen("/dev/null", "w", stderr);
    execvp(words[0], words.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

bool IsThere(const std::string& tool) {
  return std::system(("command -v " + tool + " >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace newsmill::bench
