#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/time.h"
#include "core/flow/delivery.h"
#include "core/flow/handler.h"
#include "core/sites/site_catalogue.h"
#include "fetcher/http/http_client.h"

namespace newsmill::testing {

class FakePort : public WorkerPort {
 public:
  bool IsFresh(const TopicPartition& partition) const override {
    const std::lock_guard lock(mutex_);
    return !stale_.contains(partition.partition);
  }
  void Reclaim(std::vector<TopicPartition>) override {}
  void Stop(Error) override {}
  void Wake() override {}

  void MakeStale(int32_t partition) {
    const std::lock_guard lock(mutex_);
    stale_.insert(partition);
  }
  void MakeFresh(int32_t partition) {
    const std::lock_guard lock(mutex_);
    stale_.erase(partition);
  }

 private:
  mutable std::mutex mutex_;
  std::set<int32_t> stale_;
};

class RecordingSink : public SettlementSink {
 public:
  void Settle(Settlement settlement) override {
    const std::lock_guard lock(mutex_);
    settled_.push_back(std::move(settlement));
    changed_.notify_all();
  }
  std::vector<Settlement> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(settled_, {});
  }
  // Waits for `count` of them; fewer only if they do not come at all.
  std::vector<Settlement> Await(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30),
                      [&] { return settled_.size() >= count; });
    EXPECT_EQ(settled_.size(), count);
    return std::exchange(settled_, {});
  }
  size_t size() const {
    const std::lock_guard lock(mutex_);
    return settled_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Settlement> settled_;
};

// Answers when the test says so, with what it says.
class FakeHttp : public HttpClient {
 public:
  struct Running {
    RequestId id = 0;
    HttpRequest request;
    MayRequest may;
    Done done;
    bool sent = false;
  };

  RequestId Start(HttpRequest request, MayRequest may, Done done) override {
    running.push_back({++last_id_, std::move(request), std::move(may),
                       std::move(done), false});
    asked.push_back(running.back().request.url);
    return last_id_;
  }
  void Abort(RequestId id) override {
    aborted += static_cast<int>(
        std::erase_if(running, [id](const Running& r) { return r.id == id; }));
  }
  void Poll(Duration timeout) override {
    last_wait = timeout;
    while (!ready_.empty()) {
      const auto answer = std::move(ready_.front());
      ready_.pop_front();
      answer();
    }
  }
  void Wake() override {}
  size_t in_flight() const override { return running.size(); }

  // The oldest request leaves now, and not just before its answer.
  void Send(const std::string& peer = "127.0.0.1") {
    ASSERT_FALSE(running.empty());
    Running& first = running.front();
    first.sent = first.may(first.id, peer);
    ASSERT_TRUE(first.sent);
  }
  // The oldest request is answered at the next Poll.
  void Answer(HttpResponse response, const std::string& peer = "127.0.0.1") {
    ASSERT_FALSE(running.empty());
    Running first = std::move(running.front());
    running.pop_front();
    ready_.push_back([first = std::move(first), response = std::move(response),
                      peer]() mutable {
      if (!first.sent && !first.may(first.id, peer)) {
        response = HttpResponse();
        response.failure = v1::REASON_ADDRESS_REFUSED;
      }
      first.done(first.id, std::move(response));
    });
  }

  std::deque<Running> running;
  std::vector<std::string> asked;
  int aborted = 0;
  Duration last_wait{0};

 private:
  RequestId last_id_ = 0;
  std::deque<std::function<void()>> ready_;
};

// A catalogue of rules written to a temporary folder.
inline SiteCatalogue CatalogueOf(
    const std::map<std::string, std::string>& rules) {
  std::string form =
      (std::filesystem::temp_directory_path() / "sites-XXXXXX").string();
  const std::filesystem::path root = mkdtemp(form.data());
  for (const auto& [site, rule] : rules) {
    std::filesystem::create_directories(root / site);
    std::ofstream(root / site / "rule.toml") << rule;
  }
  Result<SiteCatalogue> sites = SiteCatalogue::Load({root.string()});
  std::filesystem::remove_all(root);
  EXPECT_TRUE(sites) << sites.error().message;
  return sites ? std::move(*sites) : SiteCatalogue();
}

// A site with two hosts and articles at /news/N.
inline constexpr char kGazetteRule[] = R"(
[url]
hosts = ["www.gazette.example", "m.gazette.example"]
id = ['^/news/(\d+)$']
id_form = '\d{1,9}'
article_url = "http://www.gazette.example/news/{id}"
)";
// The same site, with a delay of its own.
inline std::string SlowGazetteRule() {
  return std::string(kGazetteRule) + "[fetch]\ndelay = \"3s\"\n";
}

}  // namespace newsmill::testing
