#pragma once

#include <memory>

#include "core/base/result.h"
#include "sink/config.h"
#include "sink/store_reader.h"

namespace newsmill::postgres {

// Each question is a transaction of its own that sees one moment, and its rows
// come through a cursor.
Result<std::unique_ptr<StoreReader>> OpenReader(const SinkConfig& config);

}  // namespace newsmill::postgres
