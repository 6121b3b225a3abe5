#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/config.h"
#include "core/bus/kafka/handles.h"

namespace newsmill::kafka {

// For librdkafka, which copies or borrows it. No value at all where it is
// empty: a compacted topic forgets only by those.
inline void* ValueOf(const Record& record) {
  return record.value.empty() ? nullptr
                              : const_cast<char*>(record.value.data());
}

using Properties = std::map<std::string, std::string>;

// kBadConfiguration where [kafka] has no bootstrap.servers, sets a property
// that the promises rest on, or one that librdkafka does not know.
Result<void> CheckProperties(const Properties& properties);

// What librdkafka says about the connection, for messages. Outlives its client;
// thread-safe.
class ConnectionState {
 public:
  void Remember(const std::string& reason);
  std::string last_error() const;

 private:
  mutable std::mutex mutex_;
  std::string last_error_;  // guarded by mutex_
};

// librdkafka's properties: our defaults, then those of [kafka], then `fixed`.
// Logs and errors of the client go to core/runtime/log and `state`.
Result<ConfHandle> MakeConf(const BusConfig& config, const Properties& defaults,
                            const Properties& fixed, ConnectionState& state);
Result<ClientHandle> MakeClient(rd_kafka_type_t type, ConfHandle conf);

// The cluster's topics, or one of them. kNotFound where it is missing;
// kUnavailable names the address.
Result<MetadataHandle> FetchMetadata(rd_kafka_t* client,
                                     const BusConfig& config,
                                     const ConnectionState& state,
                                     Duration timeout);
Result<int32_t> FetchPartitionCount(rd_kafka_t* client,
                                    const std::string& topic, Duration timeout);

int Milliseconds(Duration duration);

}  // namespace newsmill::kafka
