#include "bench/process_usage.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace newsmill::bench {
namespace {

struct Stat {
  pid_t parent = 0;
  double cpu_seconds = 0;
  double of_ended_children = 0;
};

std::optional<Stat> ReadStat(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/stat");
  std::string text;
  if (!std::getline(in, text)) return std::nullopt;
  // The name stands in parentheses and may hold anything.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string field;
  Stat stat;
  double ticks = 0, ended = 0;
  for (int number = 3; fields >> field && number <= 17; ++number) {
    if (number == 4) stat.parent = std::stoi(field);
    if (number == 14 || number == 15) ticks += std::stod(field);
    if (number == 16 || number == 17) ended += std::stod(field);
  }
  const auto ticks_of_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  stat.cpu_seconds = ticks / ticks_of_second;
  stat.of_ended_children = ended / ticks_of_second;
  return stat;
}

int64_t PeakOf(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6));
  }
  return 0;
}

}  // namespace

std::optional<ProcessUsage> UsageOf(pid_t pid) {
  const std::string name = std::to_string(pid);
  const std::optional<Stat> stat = ReadStat(name);
  if (!stat) return std::nullopt;
  return ProcessUsage{stat->cpu_seconds, PeakOf(name)};
}

ProcessUsage UsageOfTree(pid_t root) {
  std::map<pid_t, Stat> all;
  std::error_code failed;
  for (std::filesystem::directory_iterator it("/proc", failed), end;
       !failed && it != end; it.increment(failed)) {
    const std::string name = it->path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (const auto stat = ReadStat(name)) all[std::stoi(name)] = *stat;
  }
  ProcessUsage sum;
  for (const auto& [pid, stat] : all) {
    pid_t above = pid;
    while (above != root && all.contains(above)) above = all[above].parent;
    if (above != root) continue;
    sum.cpu_seconds += stat.cpu_seconds;
    sum.peak_rss_kib += PeakOf(std::to_string(pid));
  }
  return sum;
}

double CpuWithEnded(pid_t root) {
  const auto stat = ReadStat(std::to_string(root));
  return UsageOfTree(root).cpu_seconds + (stat ? stat->of_ended_children : 0);
}

}  // namespace newsmill::bench
