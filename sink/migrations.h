#pragma once

#include <set>
#include <vector>

#include "core/base/result.h"
#include "sink/migrator.h"

namespace newsmill {

// The files sink/<storage>/migrations/NNNN_name.sql, carried by the binary, in
// the order of their numbers.
std::vector<Migration> SqliteMigrations();
std::vector<Migration> PostgresMigrations();

// The same with `applied` filled in.
std::vector<Migration> MarkApplied(std::vector<Migration> migrations,
                                   const std::set<int>& applied);

// kBadConfiguration where a migration is missing, or where the schema is newer
// than this binary. `where` names the store.
Result<void> CheckSchema(const std::vector<Migration>& migrations,
                         const std::set<int>& applied,
                         const std::string& where);

}  // namespace newsmill
