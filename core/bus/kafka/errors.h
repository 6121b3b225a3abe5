#pragma once

#include <string>

#include <librdkafka/rdkafka.h>

#include "core/base/result.h"

namespace newsmill::kafka {

// What an error of librdkafka means to a caller of core/bus.
Code Translate(rd_kafka_resp_err_t error);

// `what` was tried: "cannot commit to group g".
Error MakeError(rd_kafka_resp_err_t error, const std::string& what);
Error MakeError(const rd_kafka_error_t& error, const std::string& what);

}  // namespace newsmill::kafka
