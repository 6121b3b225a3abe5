#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "sink/config.h"
#include "sink/migrator.h"
#include "sink/store.h"
#include "sink/store_keeper.h"
#include "sink/store_reader.h"

namespace newsmill {

// The storages that are built in, sorted.
std::vector<std::string> StoreBackends();

// Each opens a connection of its own. With auto_migrate OpenStore brings the
// schema up to date first; without, kBadConfiguration for an old one.
Result<std::unique_ptr<Store>> OpenStore(const SinkConfig& config,
                                         const std::string& data_dir);
Result<std::unique_ptr<StoreReader>> OpenStoreReader(
    const SinkConfig& config, const std::string& data_dir);
// kBadConfiguration for a schema that is not up to date.
Result<std::unique_ptr<StoreKeeper>> OpenStoreKeeper(
    const SinkConfig& config, const std::string& data_dir);
Result<std::unique_ptr<Migrator>> OpenMigrator(const SinkConfig& config,
                                               const std::string& data_dir);

}  // namespace newsmill
