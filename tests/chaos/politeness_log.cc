#include "tests/chaos/politeness_log.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

namespace newsmill::chaos {
namespace {

constexpr size_t kMostExamples = 20;

// One host's requests in the order in which they came.
class HostJudge {
 public:
  HostJudge(const Manners& manners, Violations& violations)
      : manners_(manners), violations_(violations) {}

  void See(const Asked& asked) {
    std::erase_if(running_, [&](const Asked& other) {
      return other.answered_ms <= asked.came_ms;
    });
    SeeWhoRuns(asked);
    // Counted from the answer, but never twice for requests that overlap.
    if (last_ && running_.empty() &&
        asked.came_ms < last_->answered_ms + manners_.delay.count()) {
      Note(violations_.delay, "delay", asked);
    }
    if (asked.came_ms < not_before_ms_) {
      Note(violations_.retry_after, "Retry-After", asked);
    }
    if (asked.path == "/robots.txt") {
      robots_ = true;
    } else if (manners_.robots_first && !robots_) {
      Note(violations_.robots, "robots.txt first", asked);
    }
    if (asked.retry_after_s > 0) {
      not_before_ms_ = std::max(not_before_ms_,
                                asked.answered_ms + asked.retry_after_s * 1000);
    }
    if (!last_ || asked.answered_ms >= last_->answered_ms) last_ = asked;
    running_.push_back(asked);
  }

 private:
  void SeeWhoRuns(const Asked& asked) {
    const bool other_asker = std::any_of(
        running_.begin(), running_.end(),
        [&](const Asked& other) { return other.agent != asked.agent; });
    if (other_asker) Note(violations_.askers, "two askers", asked);
    if (std::ssize(running_) >= manners_.concurrency) {
      Note(violations_.concurrency, "concurrency", asked);
    }
  }

  void Note(int64_t& count, const std::string& what, const Asked& asked) {
    ++count;
    if (violations_.examples.size() >= kMostExamples) return;
    std::string text = what + ": " + ToLine(asked);
    if (last_) text += " after " + ToLine(*last_);
    violations_.examples.push_back(std::move(text));
  }

  const Manners& manners_;
  Violations& violations_;
  std::vector<Asked> running_;
  std::optional<Asked> last_;  // answered last
  int64_t not_before_ms_ = 0;
  bool robots_ = false;
};

}  // namespace

std::string Violations::ToString() const {
  std::string text =
      std::to_string(all()) + " violations: askers " + std::to_string(askers) +
      ", delay " + std::to_string(delay) + ", concurrency " +
      std::to_string(concurrency) + ", Retry-After " +
      std::to_string(retry_after) + ", robots.txt " + std::to_string(robots);
  for (const std::string& example : examples) text += "\n  " + example;
  return text;
}

std::string ToLine(const Asked& asked) {
  return nlohmann::json{{"came_ms", asked.came_ms},
                        {"answered_ms", asked.answered_ms},
                        {"host", asked.host},
                        {"path", asked.path},
                        {"agent", asked.agent},
                        {"status", asked.status},
                        {"retry_after_s", asked.retry_after_s}}
      .dump();
}

Result<std::vector<Asked>> ReadAccessLog(const std::string& file) {
  std::vector<Asked> log;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("came_ms")) {
      return Error{Code::kCorrupt,
                   file + ": line " + std::to_string(log.size() + 1)};
    }
    log.push_back({json.value("came_ms", int64_t{0}),
                   json.value("answered_ms", int64_t{0}),
                   json.value("host", ""), json.value("path", ""),
                   json.value("agent", ""), json.value("status", 0),
                   json.value("retry_after_s", int64_t{0})});
  }
  return log;
}

Violations Judge(std::vector<Asked> log, const Manners& manners) {
  std::stable_sort(log.begin(), log.end(), [](const Asked& a, const Asked& b) {
    return a.came_ms < b.came_ms;
  });
  Violations violations;
  std::map<std::string, HostJudge> hosts;
  for (const Asked& asked : log) {
    hosts.try_emplace(asked.host, manners, violations).first->second.See(asked);
  }
  return violations;
}

}  // namespace newsmill::chaos
