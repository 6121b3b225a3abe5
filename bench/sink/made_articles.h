#pragma once

#include "core/base/result.h"
#include "core/bus/config.h"

namespace newsmill::bench {

// Appends articles of about 5 KB, made from a fixed seed, to the topic of
// articles; `config` names log, prefix and partitions. Gives their bytes.
Result<int64_t> AppendArticles(const BusConfig& config, int64_t count);

}  // namespace newsmill::bench
