#include "core/bus/kafka/client.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include "core/bus/kafka/errors.h"
#include "core/runtime/log.h"

namespace newsmill::kafka {
namespace {

// The promises of the log rest on these.
constexpr std::array<std::string_view, 11> kProtected = {
    "acks",
    "auto.offset.reset",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "isolation.level",
    "partition.assignment.strategy",
    "request.required.acks",
    "transactional.id",
};

Error BadProperty(const std::string& name, const std::string& why) {
  return {Code::kBadConfiguration, "kafka.\"" + name + "\": " + why};
}

Result<void> Set(rd_kafka_conf_t* conf, const std::string& name,
                 const std::string& value) {
  char message[512];
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), message,
                        sizeof message) == RD_KAFKA_CONF_OK) {
    return {};
  }
  return BadProperty(name, message);
}

void OnLog(const rd_kafka_t* /*client*/, int level, const char* facility,
           const char* text) {
  constexpr int kSyslogWarning = 4;
  if (level <= kSyslogWarning) {
    log::Warn("librdkafka reports.", {{"facility", facility}, {"text", text}});
  } else {
    log::Debug("librdkafka reports.", {{"facility", facility}, {"text", text}});
  }
}

void OnError(rd_kafka_t* /*client*/, int error, const char* reason,
             void* opaque) {
  static_cast<ConnectionState*>(opaque)->Remember(reason);
  log::Debug(
      "The connection to Kafka has an error.",
      {{"error", rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error))},
       {"reason", reason}});
}

}  // namespace

void ConnectionState::Remember(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  last_error_ = reason;
}

std::string ConnectionState::last_error() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

Result<void> CheckProperties(const Properties& properties) {
  const auto servers = properties.find("bootstrap.servers");
  if (servers == properties.end() || servers->second.empty()) {
    return BadProperty("bootstrap.servers",
                       "missing; expected host:port of one or more brokers");
  }
  const ConfHandle conf(rd_kafka_conf_new());
  for (const auto& [name, value] : properties) {
    if (std::find(kProtected.begin(), kProtected.end(), name) !=
        kProtected.end()) {
      return BadProperty(name,
                         "may not be set: what the log promises rests on it");
    }
    if (auto known = Set(conf.get(), name, value); !known) return known;
  }
  return {};
}

Result<ConfHandle> MakeConf(const BusConfig& config, const Properties& defaults,
                            const Properties& fixed, ConnectionState& state) {
  ConfHandle conf(rd_kafka_conf_new());
  for (const Properties* layer : {&defaults, &config.kafka, &fixed}) {
    for (const auto& [name, value] : *layer) {
      if (auto set = Set(conf.get(), name, value); !set) return set.error();
    }
  }
  rd_kafka_conf_set_opaque(conf.get(), &state);
  rd_kafka_conf_set_log_cb(conf.get(), OnLog);
  rd_kafka_conf_set_error_cb(conf.get(), OnError);
  return conf;
}

Result<ClientHandle> MakeClient(rd_kafka_type_t type, ConfHandle conf) {
  char message[512];
  rd_kafka_t* client = rd_kafka_new(type, conf.get(), message, sizeof message);
  if (client == nullptr) {
    return Error{Code::kBadConfiguration,
                 std::string("cannot make a Kafka client: ") + message};
  }
  static_cast<void>(conf.release());  // the client's now
  return ClientHandle(client);
}

Result<MetadataHandle> FetchMetadata(rd_kafka_t* client,
                                     const BusConfig& config,
                                     const ConnectionState& state,
                                     Duration timeout) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error =
      rd_kafka_metadata(client, 1, nullptr, &metadata, Milliseconds(timeout));
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return MetadataHandle(metadata);
  // Lets the client say what it met.
  rd_kafka_poll(client, 0);
  return Error{Code::kUnavailable, "no answer from Kafka at " +
                                       config.kafka.at("bootstrap.servers") +
                                       ": " + rd_kafka_err2str(error) + "; " +
                                       state.last_error()};
}

Result<int32_t> FetchPartitionCount(rd_kafka_t* client,
                                    const std::string& topic,
                                    Duration timeout) {
  const std::string what = "topic \"" + topic + "\"";
  using Topic =
      std::unique_ptr<rd_kafka_topic_t, Destroyer<rd_kafka_topic_destroy>>;
  const Topic handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  if (!handle) return MakeError(rd_kafka_last_error(), what);
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error =
      rd_kafka_metadata(client, 0, handle.get(), &raw, Milliseconds(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return MakeError(error, what);
  const MetadataHandle metadata(raw);
  if (metadata->topic_cnt != 1 ||
      metadata->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return MakeError(metadata->topic_cnt == 1
                         ? metadata->topics[0].err
                         : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                     what);
  }
  return metadata->topics[0].partition_cnt;
}

int Milliseconds(Duration duration) {
  return static_cast<int>(std::clamp<int64_t>(duration.count(), 0,
                                              std::numeric_limits<int>::max()));
}

}  // namespace newsmill::kafka
