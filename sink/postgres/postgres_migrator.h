#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "sink/config.h"
#include "sink/migrator.h"
#include "sink/postgres/connection.h"

namespace newsmill::postgres {

Result<std::unique_ptr<Migrator>> OpenMigrator(const SinkConfig& config);

// Brings the schema up to date, or checks that it is.
Result<void> PrepareSchema(Connection& connection, const std::string& schema,
                           bool auto_migrate);

// The same check for who only reads: kNotFound where no schema is there.
Result<void> CheckSchemaForReading(Connection& connection,
                                   const std::string& schema);

}  // namespace newsmill::postgres
