#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill::testing {

// A real Apache Kafka broker (KRaft, one node, loopback, free ports) in a
// temporary folder. Its jars come by Maven into $NEWSMILL_CACHE, else
// ~/.cache/newsmill, once. Used by one thread at a time; the broker dies with
// the process that started it.
class KafkaBroker {
 public:
  // Returns when the broker answers; an error carries the end of its log.
  static Result<std::unique_ptr<KafkaBroker>> Start();
  // Has a second listener, which tells its clients to come to this port of the
  // loopback address: of a proxy that leads to proxied_port().
  static Result<std::unique_ptr<KafkaBroker>> StartBehind(int proxy_port);
  ~KafkaBroker();  // ends the broker and removes the folder
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  // host:port, the same after a restart.
  std::string bootstrap() const { return bootstrap_; }

  int proxied_port() const { return proxied_port_; }

  // Runs one of Kafka's own tools to its end, by its class, as the scripts in
  // Kafka's bin/ do; its exit status is the caller's to judge.
  Result<process::Completed> Tool(
      const std::vector<std::string>& class_and_arguments) const;

  // While it runs.
  pid_t pid() const { return process_->pid(); }

  // As a power cut to the process: kill -9.
  void Kill9();
  // Starts again on the same folder and ports, after Kill9 or Stop.
  Result<void> Restart();
  // Another cluster on the same ports, with nothing on it.
  Result<void> StartAnother();
  // SIGTERM; returns when it has ended.
  void Stop();

 private:
  KafkaBroker(std::string jars, int proxy_port)
      : jars_(std::move(jars)), proxy_port_(proxy_port) {}
  static Result<std::unique_ptr<KafkaBroker>> Make(int proxy_port);
  Result<void> Format();
  Result<void> WriteProperties();
  Result<void> AwaitReady();

  const std::string jars_;
  const int proxy_port_;  // 0: none
  int proxied_port_ = 0;
  const process::TempFolder folder_{"newsmill-kafka"};
  std::string bootstrap_;
  std::unique_ptr<process::ChildProcess> process_;
};

}  // namespace newsmill::testing
