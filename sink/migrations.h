#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "sink/migrator.h"

namespace newsmill {

// The files sink/<storage>/migrations/NNNN_name.sql, carried by the binary, in
// the order of their numbers. A schema is named by its newest migration. One
// that an older binary can work with says so in its first line,
// `-- compatible-from: N`: binaries whose newest migration is N or later run
// with it.
std::vector<Migration> SqliteMigrations();
std::vector<Migration> PostgresMigrations();

// What that line says; without it the migration's own number.
int CompatibleFrom(const Migration& migration);
// The migration that made the column for it; earlier ones are noted without.
inline constexpr int kFirstCompatible = 7;

// What a schema says of itself: numbers of migrations, and from which binaries
// on each may be worked with.
using AppliedMigrations = std::map<int, int>;

// The same with `applied` filled in.
std::vector<Migration> MarkApplied(std::vector<Migration> migrations,
                                   const AppliedMigrations& applied);

// kBadConfiguration where a migration is missing, or where the schema has a
// newer one that this binary cannot work with. `where` names the store.
Result<void> CheckSchema(const std::vector<Migration>& migrations,
                         const AppliedMigrations& applied,
                         const std::string& where);

}  // namespace newsmill
