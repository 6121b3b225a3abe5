#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "sink/migrator.h"
#include "sink/sqlite/database.h"

namespace newsmill::sqlite {

Result<std::unique_ptr<Migrator>> OpenMigrator(const std::string& path);

// Brings the schema up to date, or checks that it is.
Result<void> PrepareSchema(Database& database, bool auto_migrate);

}  // namespace newsmill::sqlite
