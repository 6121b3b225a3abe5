#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/bus/config.h"
#include "core/bus/topics.h"
#include "fetcher/fetch_loop.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/fetcher/fakes.h"

namespace newsmill::testing {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;

inline HttpResponse Page(const std::string& body = "<p>text</p>") {
  HttpResponse response;
  response.status = 200;
  response.body = body;
  v1::HttpHeader type;
  type.set_name("Content-Type");
  type.set_value("text/html");
  response.headers.push_back(type);
  response.remote_address = "127.0.0.1:80";
  response.http_version = "HTTP/1.1";
  response.timing.set_total_ms(12);
  return response;
}

inline HttpResponse Status(int status, const std::string& name = "",
                           const std::string& value = "") {
  HttpResponse response;
  response.status = status;
  if (!name.empty()) {
    v1::HttpHeader header;
    header.set_name(name);
    header.set_value(value);
    response.headers.push_back(header);
  }
  return response;
}

inline HttpResponse Broken(v1::Reason reason, bool own_fault = false) {
  HttpResponse response;
  response.failure = reason;
  response.own_fault = own_fault;
  response.detail = "because";
  return response;
}

inline v1::FetchTask TaskOf(const Record& record) {
  v1::FetchTask task;
  EXPECT_TRUE(task.ParseFromString(record.value));
  return task;
}

class FetchLoopTest : public ::testing::Test {
 protected:
  FetchLoopTest() : sites_(CatalogueOf({{"gazette", SlowGazetteRule()}})) {
    bus_.tasks_partitions = 1;
    config_.host_delay = 1s;
    config_.host_delay_jitter = 0;
    config_.robots = "off";
    // Nothing here acknowledges pages, unless the test does.
    config_.duplicate_window = 0s;
    config_.retry_delays = {10s, 60s, 600s};
  }

  // A loop that owns partition 0 and has waited long enough. It asks for no
  // robots.txt unless the test says so.
  void Start() {
    topics_ = std::make_unique<Topics>(bus_, config_.retry_delays);
    auto http = std::make_unique<FakeHttp>();
    http_ = http.get();
    loop_ = std::make_unique<FetchLoop>(
        FetchSurroundings{config_, sites_, *topics_, clock_, save_, save_seen_,
                          generation_, save_revisit_},
        std::move(http), port_);
    loop_->Assign({0});
    clock_.Advance(1min);
  }

  // Stands on the log since `appended`, which is now where it is not said.
  void Give(const std::string& value, int32_t partition = 0,
            std::optional<Timestamp> appended = std::nullopt) {
    Message message;
    message.topic = topics_->tasks;
    message.partition = partition;
    message.offset = next_offset_++;
    message.append_time = appended.value_or(clock_.Now());
    message.value = value;
    loop_->Accept(Delivery(std::move(message), 1, sink_), room_.Take(100));
  }
  void Give(const v1::FetchTask& task, int32_t partition = 0) {
    Give(task.SerializeAsString(), partition);
  }
  v1::FetchTask TaskFor(const std::string& url) {
    v1::FetchTask task;
    task.set_task_id("task-" + std::to_string(next_offset_));
    task.set_target(url);
    return task;
  }

  void Turn() { loop_->Turn(100ms); }
  // Answers what runs, and starts what may follow.
  void Answer(HttpResponse response, const std::string& peer = "127.0.0.1") {
    http_->Answer(std::move(response), peer);
    Turn();
    Turn();
  }
  // The one delivery that was settled since the last call.
  Settlement Settled() {
    std::vector<Settlement> settled = sink_->Take();
    EXPECT_EQ(settled.size(), 1u);
    return settled.empty() ? Settlement() : std::move(settled.front());
  }

  BusConfig bus_;
  FetcherConfig config_;
  SiteCatalogue sites_;
  ManualClock clock_;
  FakePort port_;
  HostBook::Save save_;
  SeenPages::Save save_seen_;
  int64_t (*generation_)(int64_t) = nullptr;
  Revisits::Save save_revisit_;
  std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
  Room room_{100000};
  std::unique_ptr<Topics> topics_;
  std::unique_ptr<FetchLoop> loop_;
  FakeHttp* http_ = nullptr;
  int64_t next_offset_ = 0;
};

}  // namespace newsmill::testing
