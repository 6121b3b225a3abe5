#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sink/config.h"
#include "sink/store_keeper.h"

namespace newsmill::postgres {

Result<std::unique_ptr<StoreKeeper>> OpenKeeper(const SinkConfig& config,
                                                const Clock& clock);

}  // namespace newsmill::postgres
