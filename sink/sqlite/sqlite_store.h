#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sink/store.h"
#include "sink/store_reader.h"

namespace newsmill::sqlite {

// The store of a laptop: one file, which several processes of one machine may
// share. Each writing transaction holds the whole file.
Result<std::unique_ptr<Store>> OpenStore(const std::string& path,
                                         bool auto_migrate, bool history,
                                         const Clock& clock);
Result<std::unique_ptr<StoreReader>> OpenReader(const std::string& path);

}  // namespace newsmill::sqlite
