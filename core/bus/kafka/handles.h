#pragma once

#include <memory>

#include <librdkafka/rdkafka.h>

namespace newsmill::kafka {

// Owners of librdkafka's handles.
template <auto Destroy>
struct Destroyer {
  template <typename Handle>
  void operator()(Handle* handle) const {
    Destroy(handle);
  }
};

// Closes a consumer that was not closed, and then waits without a bound; see
// KafkaConsumer::Close.
using ClientHandle = std::unique_ptr<rd_kafka_t, Destroyer<rd_kafka_destroy>>;
using ConfHandle =
    std::unique_ptr<rd_kafka_conf_t, Destroyer<rd_kafka_conf_destroy>>;
using ErrorHandle =
    std::unique_ptr<rd_kafka_error_t, Destroyer<rd_kafka_error_destroy>>;
using EventHandle =
    std::unique_ptr<rd_kafka_event_t, Destroyer<rd_kafka_event_destroy>>;
using HeadersHandle =
    std::unique_ptr<rd_kafka_headers_t, Destroyer<rd_kafka_headers_destroy>>;
using ListHandle =
    std::unique_ptr<rd_kafka_topic_partition_list_t,
                    Destroyer<rd_kafka_topic_partition_list_destroy>>;
using MessageHandle =
    std::unique_ptr<rd_kafka_message_t, Destroyer<rd_kafka_message_destroy>>;
using MetadataHandle = std::unique_ptr<const rd_kafka_metadata_t,
                                       Destroyer<rd_kafka_metadata_destroy>>;
using QueueHandle =
    std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_destroy>>;

}  // namespace newsmill::kafka
