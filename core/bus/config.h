#pragma once

#include <map>
#include <string>

#include "core/base/time.h"
#include "core/runtime/config.h"

namespace newsmill {

// Section [log]: which log, its names and its sizes.
struct BusConfig {
  std::string backend = "embedded";
  // Folder of the embedded log's file; set from --data, no key of its own.
  std::string data_dir = "./newsmill-data";
  // Before every topic, group and transactional ID.
  std::string prefix = "newsmill.";
  Duration session_timeout = std::chrono::seconds(10);

  int64_t tasks_partitions = 24;
  int64_t retry_partitions = 3;
  int64_t pages_partitions = 24;
  int64_t articles_partitions = 24;
  int64_t outcomes_partitions = 12;
  int64_t dead_partitions = 3;
  int64_t fetch_log_partitions = 12;
  int64_t replication_factor = 1;

  Duration pages_retention = std::chrono::hours(7 * 24);
  Duration articles_retention = std::chrono::hours(30 * 24);
  Duration articles_replay_retention = std::chrono::hours(7 * 24);
  Duration outcomes_retention = std::chrono::hours(30 * 24);
  Duration dead_retention = std::chrono::hours(30 * 24);
  Duration fetch_log_retention = std::chrono::hours(7 * 24);

  // Whether a record is kept of every attempt to fetch.
  bool fetch_log = false;

  // Section [kafka]: librdkafka properties, passed through.
  std::map<std::string, std::string> kafka;

  void Declare(config::Schema& schema);
};

}  // namespace newsmill
