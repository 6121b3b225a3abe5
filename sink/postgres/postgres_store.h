#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sink/config.h"
#include "sink/store.h"

namespace newsmill::postgres {

// The store of production. Rows go as prepared upserts in libpq's pipeline
// mode; a lost connection is opened again at the next call.
Result<std::unique_ptr<Store>> OpenStore(const SinkConfig& config,
                                         const Clock& clock);

}  // namespace newsmill::postgres
