#include "tests/chaos/suite/generator.h"

#include <set>

#include <nlohmann/json.hpp>

namespace newsmill::chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kHosts = 8;
constexpr int kTasksAtOnce = 8;
constexpr auto kBetween = milliseconds(250);
constexpr auto kPatience = std::chrono::minutes(3);

}  // namespace

Generator::~Generator() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

std::string Generator::UrlOn(int host, const std::string& path) const {
  return "http://127.0.0." + std::to_string(host + 2) + ":" +
         std::to_string(origin_.port()) + path;
}

void Generator::Begin() {
  stop_ = false;
  thread_ = std::thread([this] { Run(); });
}

Result<void> Generator::End() {
  stop_ = true;
  thread_.join();
  return broken_;
}

void Generator::Run() {
  while (!stop_ && broken_) {
    broken_ = Put(Draw());
    std::this_thread::sleep_for(kBetween);
  }
}

std::vector<std::string> Generator::Draw() {
  std::vector<std::string> urls;
  for (int i = 0; i < kTasksAtOnce; ++i) {
    const int host = dice_.Between(0, kHosts - 1);
    const int page = dice_.Between(1, pages_of_host_);
    urls.push_back(UrlOn(host, "/ok/" + std::to_string(page)));
  }
  return urls;
}

Result<void> Generator::PutLastWord() {
  std::set<std::string> urls;
  for (const auto& [id, accepted] : Ledger()) {
    if (accepted.url.find("/ok/") != std::string::npos) {
      urls.insert(accepted.url);
    }
  }
  return Put({urls.begin(), urls.end()});
}

Result<void> Generator::Put(const std::vector<std::string>& urls) {
  std::string lines;
  std::map<std::string, Accepted> taken;
  for (const std::string& url : urls) {
    std::string id;
    {
      const std::lock_guard lock(mutex_);
      id = "chaos-" + std::to_string(++last_id_);
    }
    taken[id] = {.url = url, .older_revision = origin_.Revision(url)};
    lines += nlohmann::json{{"task_id", id}, {"target", url}}.dump() + "\n";
  }
  // A put of which no answer came may have been taken: the same IDs again are
  // the same tasks.
  const auto end = steady_clock::now() + kPatience;
  Result<void> put;
  while (!(put = services_.Put(topic_, lines)) && steady_clock::now() < end) {
    std::this_thread::sleep_for(kBetween);
  }
  if (!put) return put;
  const std::lock_guard lock(mutex_);
  ledger_.merge(taken);
  return {};
}

std::map<std::string, Accepted> Generator::Ledger() const {
  const std::lock_guard lock(mutex_);
  return ledger_;
}

}  // namespace newsmill::chaos
