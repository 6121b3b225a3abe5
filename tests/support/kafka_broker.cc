#include "tests/support/kafka_broker.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "tests/support/process/free_port.h"

namespace newsmill::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr char kVersion[] = "4.3.0";

Result<void> Run(const std::vector<std::string>& command) {
  const auto ended =
      process::RunToEnd({.argv = command}, std::chrono::minutes(9));
  if (!ended) return ended.error();
  if (ended->status.Succeeded()) return {};
  return Error{Code::kUnavailable, command[0] + ": " +
                                       ended->status.ToString() + ": " +
                                       ended->output + ended->errors};
}

std::string CacheFolder() {
  const char* set = std::getenv("NEWSMILL_CACHE");
  if (set != nullptr) return set;
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "/tmp" : home) + "/.cache/newsmill";
}

// The folder of the jars; fetched where they are missing, by one process.
Result<std::string> FetchJars() {
  const fs::path cache = CacheFolder();
  const fs::path jars = cache / ("kafka-" + std::string(kVersion));
  std::error_code error;
  fs::create_directories(cache, error);
  const int lock =
      open((cache / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0 || flock(lock, LOCK_EX) != 0) {
    return Error{Code::kUnavailable, "cannot lock " + cache.string()};
  }
  Result<void> fetched;
  if (!fs::exists(jars)) {
    const fs::path partial = jars.string() + ".partial";
    const std::string pom =
        std::string(NEWSMILL_SOURCE_DIR) + "/tests/support/kafka/pom.xml";
    fetched = Run({"mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies",
                   "-DoutputDirectory=" + partial.string()});
    if (fetched) fs::rename(partial, jars, error);
  }
  close(lock);
  if (!fetched) return fetched.error();
  if (error) return Error{Code::kUnavailable, error.message()};
  return jars.string();
}

// Kafka's form of a UUID: 16 bytes in URL-safe base64, without padding.
std::string NewClusterId() {
  constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::random_device random;
  std::string id;
  for (int i = 0; i < 21; ++i) id += kDigits[random() % 64];
  // A leading dash would be taken for an option.
  id[0] = kDigits[random() % 52];
  // The last digit carries two bits.
  return id + kDigits[16 * (random() % 4)];
}

std::vector<std::string> Java(const std::string& jars, const char* heap) {
  return {"java",
          heap,
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Dfile.encoding=UTF-8",
          "-cp",
          jars + "/*"};
}

bool Answers(const std::string& bootstrap) {
  char message[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), message,
                    sizeof message);
  rd_kafka_conf_set(conf, "log_level", "0", message, sizeof message);
  rd_kafka_t* client =
      rd_kafka_new(RD_KAFKA_PRODUCER, conf, message, sizeof message);
  if (client == nullptr) return false;
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error = rd_kafka_metadata(client, 1, nullptr, &metadata, 1000);
  // A broker that is still fenced by the controller is not listed.
  const bool ready =
      error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->broker_cnt == 1;
  if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
  rd_kafka_destroy(client);
  return ready;
}

}  // namespace

Result<std::unique_ptr<KafkaBroker>> KafkaBroker::Start() { return Make(0); }

Result<std::unique_ptr<KafkaBroker>> KafkaBroker::StartBehind(int proxy_port) {
  return Make(proxy_port);
}

Result<std::unique_ptr<KafkaBroker>> KafkaBroker::Make(int proxy_port) {
  const auto jars = FetchJars();
  if (!jars) return jars.error();
  std::unique_ptr<KafkaBroker> broker(new KafkaBroker(*jars, proxy_port));
  if (auto written = broker->WriteProperties(); !written) {
    return written.error();
  }
  if (auto formatted = broker->Format(); !formatted) return formatted.error();
  if (auto started = broker->Restart(); !started) return started.error();
  return broker;
}

KafkaBroker::~KafkaBroker() { Kill9(); }

Result<void> KafkaBroker::WriteProperties() {
  const std::vector<int> ports = process::FreePorts(3);
  bootstrap_ = "127.0.0.1:" + std::to_string(ports[0]);
  const std::string controller = "127.0.0.1:" + std::to_string(ports[1]);
  std::string listener, advertised;
  if (proxy_port_ != 0) {
    proxied_port_ = ports[2];
    listener = ",PROXIED://127.0.0.1:" + std::to_string(proxied_port_);
    advertised = ",PROXIED://127.0.0.1:" + std::to_string(proxy_port_);
  }
  std::ofstream file(folder_ / "server.properties");
  file << "process.roles=broker,controller\n"
          "node.id=1\n"
       << "controller.quorum.voters=1@" << controller << "\n"
       << "listeners=PLAINTEXT://" << bootstrap_ << ",CONTROLLER://"
       << controller << listener << "\n"
       << "advertised.listeners=PLAINTEXT://" << bootstrap_ << advertised
       << "\n"
       << "controller.listener.names=CONTROLLER\n"
          "listener.security.protocol.map="
          "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT\n"
       << "log.dirs=" << folder_ / "data"
       << "\n"
       << "offsets.topic.replication.factor=1\n"
          "offsets.topic.num.partitions=4\n"
          "transaction.state.log.replication.factor=1\n"
          "transaction.state.log.min.isr=1\n"
          "transaction.state.log.num.partitions=4\n"
          "group.initial.rebalance.delay.ms=0\n"
          "group.min.session.timeout.ms=500\n"
          // After a kill -9 the controller refuses the new broker until the
          // session of the old one is over: 9 s by default.
          "broker.session.timeout.ms=2000\n"
          "broker.heartbeat.interval.ms=300\n"
          "auto.create.topics.enable=false\n"
          "log.cleaner.dedupe.buffer.size=16777216\n"
          // So that a test sees what compaction leaves.
          "log.cleaner.backoff.ms=1000\n"
          "num.network.threads=2\n"
          "num.io.threads=2\n"
          "num.recovery.threads.per.data.dir=1\n";
  file.close();
  if (file) return {};
  return Error{Code::kNoSpace, "cannot write " + folder_.path().string()};
}

Result<void> KafkaBroker::Format() {
  std::vector<std::string> command = Java(jars_, "-Xmx128m");
  command.insert(command.end(),
                 {"kafka.tools.StorageTool", "format", "-t", NewClusterId(),
                  "-c", folder_ / "server.properties"});
  return Run(command);
}

Result<process::Completed> KafkaBroker::Tool(
    const std::vector<std::string>& class_and_arguments) const {
  std::vector<std::string> command = Java(jars_, "-Xmx128m");
  command.insert(command.end(), class_and_arguments.begin(),
                 class_and_arguments.end());
  return process::RunToEnd({.argv = command}, std::chrono::minutes(3));
}

Result<void> KafkaBroker::Restart() {
  Stop();
  std::vector<std::string> command = Java(jars_, "-Xmx512m");
  command.insert(command.end(), {"kafka.Kafka", folder_ / "server.properties"});
  auto started = process::ChildProcess::Start({.argv = command});
  if (!started) return started.error();
  process_ = *std::move(started);
  return AwaitReady();
}

Result<void> KafkaBroker::StartAnother() {
  Stop();
  std::error_code error;
  fs::remove_all(folder_ / "data", error);
  if (error) return Error{Code::kInternal, error.message()};
  if (auto formatted = Format(); !formatted) return formatted;
  return Restart();
}

Result<void> KafkaBroker::AwaitReady() {
  const auto give_up = steady_clock::now() + seconds(120);
  while (process_->Running() && steady_clock::now() < give_up) {
    if (Answers(bootstrap_)) return {};
    std::this_thread::sleep_for(milliseconds(100));
  }
  return Error{Code::kUnavailable, "the broker does not answer at " +
                                       bootstrap_ + ": " +
                                       process_->LastLines(30)};
}

void KafkaBroker::Kill9() {
  if (!process_) return;
  // It may have ended by itself.
  static_cast<void>(process_->Signal(SIGKILL));
  static_cast<void>(process_->Wait(std::chrono::seconds(30)));
  process_.reset();
}

void KafkaBroker::Stop() {
  if (!process_) return;
  static_cast<void>(process_->Terminate(std::chrono::seconds(30)));
  process_.reset();
}

}  // namespace newsmill::testing
