#include "sink/sqlite/sqlite_migrator.h"

#include "sink/migrations.h"
#include "sink/rows.h"

namespace newsmill::sqlite {
namespace {

constexpr char kMigrationsTable[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)"
    " STRICT";

Result<AppliedMigrations> Applied(Database& database) {
  AppliedMigrations numbers;
  bool has_table = false;
  Result<void> read = database.Query(
      "SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'", {},
      [&](const sql::Row&) { return !(has_table = true); });
  if (!read) return read.error();
  if (!has_table) return numbers;
  // The column came with a migration of its own.
  std::string compatible = "number";
  read = database.Query(
      "SELECT coalesce(max(name), 'number') FROM "
      "pragma_table_info('schema_migrations') WHERE name = 'compatible_from'",
      {}, [&](const sql::Row& row) {
        compatible = *row[0];
        return false;
      });
  if (!read) return read.error();
  read =
      database.Query("SELECT number, coalesce(" + compatible +
                         ", number) FROM schema_migrations",
                     {}, [&](const sql::Row& row) {
                       numbers.emplace(std::stoi(*row[0]), std::stoi(*row[1]));
                       return true;
                     });
  if (!read) return read.error();
  return numbers;
}

// In a transaction of its own, unless another process was faster.
Result<bool> Apply(Database& database, const Migration& migration) {
  Immediate transaction(database);
  Result<void> step = transaction.Begin();
  if (!step) return step.error();
  step = database.Execute(kMigrationsTable);
  if (!step) return step.error();
  const Result<AppliedMigrations> applied = Applied(database);
  if (!applied) return applied.error();
  if (applied->count(migration.number) > 0) return false;
  step = database.Execute(migration.sql);
  if (!step) return step.error();
  const auto noted = database.First(
      "INSERT INTO schema_migrations (number, name, applied_at)"
      " VALUES ($1, $2, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
      {int64_t{migration.number}, migration.name});
  if (!noted) return noted.error();
  if (migration.number >= kFirstCompatible) {
    const auto compatible = database.First(
        "UPDATE schema_migrations SET compatible_from = $2 WHERE number = $1",
        {int64_t{migration.number}, int64_t{CompatibleFrom(migration)}});
    if (!compatible) return compatible.error();
  }
  step = transaction.Commit();
  if (!step) return step.error();
  return true;
}

Result<int> MigrateAll(Database& database) {
  const Result<AppliedMigrations> applied = Applied(database);
  if (!applied) return applied.error();
  int count = 0;
  for (const Migration& migration : SqliteMigrations()) {
    if (applied->count(migration.number) > 0) continue;
    const Result<bool> done = Apply(database, migration);
    if (!done) return done.error();
    count += *done ? 1 : 0;
  }
  return count;
}

class SqliteMigrator final : public Migrator {
 public:
  explicit SqliteMigrator(std::unique_ptr<Database> database)
      : database_(std::move(database)) {}

  Result<std::vector<Migration>> Status() override {
    const Result<AppliedMigrations> applied = Applied(*database_);
    if (!applied) return applied.error();
    return MarkApplied(SqliteMigrations(), *applied);
  }
  Result<int> Migrate() override { return MigrateAll(*database_); }

 private:
  std::unique_ptr<Database> database_;
};

}  // namespace

Result<std::unique_ptr<Migrator>> OpenMigrator(const std::string& path) {
  auto database = Database::Open(path, Database::Mode::kReadWrite);
  if (!database) return database.error();
  return std::unique_ptr<Migrator>(
      std::make_unique<SqliteMigrator>(std::move(*database)));
}

Result<void> PrepareSchema(Database& database, bool auto_migrate) {
  if (auto_migrate) {
    const Result<int> migrated = MigrateAll(database);
    if (!migrated) return migrated.error();
  }
  const Result<AppliedMigrations> applied = Applied(database);
  if (!applied) return applied.error();
  return CheckSchema(SqliteMigrations(), *applied, database.path());
}

}  // namespace newsmill::sqlite
