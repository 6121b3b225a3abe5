#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sink/store_keeper.h"

namespace newsmill::sqlite {

Result<std::unique_ptr<StoreKeeper>> OpenKeeper(const std::string& path,
                                                bool history,
                                                const Clock& clock);

}  // namespace newsmill::sqlite
