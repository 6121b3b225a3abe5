#pragma once

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "core/bus/config.h"
#include "core/bus/topics.h"
#include "fetcher/fetch_handler.h"
#include "tests/support/scripted_server.h"
#include "tests/unit/fetcher/fakes.h"

namespace newsmill::testing {

// The handler over libcurl, with its thread, against a real server.
class FetchHandlerTest : public ::testing::Test {
 protected:
  FetchHandlerTest()
      : server_([this](const ScriptedServer::Request& request) {
          return script_(request);
        }) {
    bus_.tasks_partitions = 1;
    config_.host_delay = Duration(0);
    config_.robots = "off";
    config_.allow_addresses = {"127.0.0.0/8"};
    config_.retry_delays = {std::chrono::seconds(10), std::chrono::seconds(60)};
  }

  void Start() {
    topics_ = std::make_unique<Topics>(bus_, config_.retry_delays);
    Result<std::unique_ptr<FetchHandler>> handler =
        FetchHandler::Create(config_, sites_, *topics_, Clock::System());
    ASSERT_TRUE(handler) << handler.error().message;
    handler_ = std::move(*handler);
    handler_->Attach(port_);
    ASSERT_TRUE(handler_->Assigned({tasks()}));
  }

  void Give(const std::string& value) {
    Message message;
    message.topic = topics_->tasks;
    message.offset = next_offset_++;
    message.append_time = Clock::System().Now();
    message.value = value;
    handler_->Handle(Delivery(std::move(message), 1, sink_));
  }
  TopicPartition tasks() const { return {topics_->tasks, 0}; }

  void AwaitRequests(size_t count) const {
    Await([&] { return server_.requests().size() >= count; });
  }
  void AwaitConnections(int open) const {
    Await([&] { return server_.open_connections() == open; });
  }
  template <typename Condition>
  void Await(Condition condition) const {
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_TRUE(condition());
  }

  BusConfig bus_;
  FetcherConfig config_;
  SiteCatalogue sites_;
  FakePort port_;
  std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
  // Set before Start.
  ScriptedServer::Answerer script_ = [](const ScriptedServer::Request&) {
    return Html("<p>page</p>");
  };
  ScriptedServer server_;
  std::unique_ptr<Topics> topics_;
  std::unique_ptr<FetchHandler> handler_;
  int64_t next_offset_ = 0;
};

}  // namespace newsmill::testing
