#include "sink/postgres/postgres_migrator.h"

#include <fmt/format.h>

#include "sink/migrations.h"
#include "sink/rows.h"

namespace newsmill::postgres {
namespace {

constexpr char kMigrationsTable[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "number integer PRIMARY KEY, name text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now())";

std::string Where(const Connection& connection, const std::string& schema) {
  return fmt::format("{}, schema {}", connection.address(), schema);
}

Result<AppliedMigrations> Applied(Connection& connection,
                                  const std::string& schema) {
  const auto table = connection.Ask(
      "SELECT 1 FROM pg_tables WHERE schemaname = $1"
      " AND tablename = 'schema_migrations'",
      {schema});
  if (!table) return table.error();
  AppliedMigrations numbers;
  if (table->empty()) return numbers;
  // As JSON, for the column came with a migration of its own.
  const auto rows = connection.Ask(
      "SELECT number, coalesce((to_jsonb(m) ->> 'compatible_from')::integer, "
      "number) FROM schema_migrations m",
      {});
  if (!rows) return rows.error();
  for (const sql::Row& row : *rows)
    numbers.emplace(static_cast<int>(sql::ReadInteger(row.at(0))),
                    static_cast<int>(sql::ReadInteger(row.at(1))));
  return numbers;
}

// Under a lock of the schema's name, which the transaction's end releases; so
// of several processes that start at once one does the work.
Result<bool> ApplyLocked(Connection& connection, const std::string& schema,
                         const Migration& migration) {
  const auto locked = connection.Ask(
      "SELECT pg_advisory_xact_lock(hashtextextended('newsmill ' || $1, 0))",
      {schema});
  if (!locked) return locked.error();
  Result<void> step = connection.Execute(
      fmt::format("CREATE SCHEMA IF NOT EXISTS {}; {}",
                  connection.Quoted(schema), kMigrationsTable));
  if (!step) return step.error();
  const Result<AppliedMigrations> applied = Applied(connection, schema);
  if (!applied) return applied.error();
  if (applied->count(migration.number) > 0) return false;
  step = connection.Execute(migration.sql);
  if (!step) return step.error();
  const auto noted = connection.Ask(
      "INSERT INTO schema_migrations (number, name) VALUES ($1, $2)",
      {int64_t{migration.number}, migration.name});
  if (!noted) return noted.error();
  if (migration.number < kFirstCompatible) return true;
  const auto compatible = connection.Ask(
      "UPDATE schema_migrations SET compatible_from = $2 WHERE number = $1",
      {int64_t{migration.number}, int64_t{CompatibleFrom(migration)}});
  if (!compatible) return compatible.error();
  return true;
}

Result<bool> Apply(Connection& connection, const std::string& schema,
                   const Migration& migration) {
  // Another process may hold the lock for as long as its migration takes.
  const Result<void> begun =
      connection.Execute("BEGIN; SET LOCAL lock_timeout TO 0");
  if (!begun) return begun.error();
  const Result<bool> done = ApplyLocked(connection, schema, migration);
  const Result<void> ended =
      connection.Execute(done && *done ? "COMMIT" : "ROLLBACK");
  if (!done) return done.error();
  if (!ended) return ended.error();
  return done;
}

Result<int> MigrateAll(Connection& connection, const std::string& schema) {
  const Result<AppliedMigrations> applied = Applied(connection, schema);
  if (!applied) return applied.error();
  int count = 0;
  for (const Migration& migration : PostgresMigrations()) {
    if (applied->count(migration.number) > 0) continue;
    const Result<bool> done = Apply(connection, schema, migration);
    if (!done) return done.error();
    count += *done ? 1 : 0;
  }
  return count;
}

class PostgresMigrator final : public Migrator {
 public:
  PostgresMigrator(std::unique_ptr<Connection> connection, std::string schema)
      : connection_(std::move(connection)), schema_(std::move(schema)) {}

  Result<std::vector<Migration>> Status() override {
    const Result<AppliedMigrations> applied = Applied(*connection_, schema_);
    if (!applied) return applied.error();
    return MarkApplied(PostgresMigrations(), *applied);
  }
  Result<int> Migrate() override { return MigrateAll(*connection_, schema_); }

 private:
  std::unique_ptr<Connection> connection_;
  std::string schema_;
};

}  // namespace

Result<std::unique_ptr<Migrator>> OpenMigrator(const SinkConfig& config) {
  ConnectionOptions options;
  options.url = config.url;
  options.schema = config.schema;
  options.application_name = "newsmill migrator";
  // A migration of a large table takes what it takes.
  options.patience = std::chrono::hours(12);
  auto connection = Connection::Open(options);
  if (!connection) return connection.error();
  return std::unique_ptr<Migrator>(std::make_unique<PostgresMigrator>(
      std::move(*connection), config.schema));
}

Result<void> PrepareSchema(Connection& connection, const std::string& schema,
                           bool auto_migrate) {
  if (auto_migrate) {
    const Result<int> migrated = MigrateAll(connection, schema);
    if (!migrated) return migrated.error();
  }
  const Result<AppliedMigrations> applied = Applied(connection, schema);
  if (!applied) return applied.error();
  return CheckSchema(PostgresMigrations(), *applied, Where(connection, schema));
}

Result<void> CheckSchemaForReading(Connection& connection,
                                   const std::string& schema) {
  const Result<AppliedMigrations> applied = Applied(connection, schema);
  if (!applied) return applied.error();
  if (applied->empty())
    return Error{Code::kNotFound, fmt::format("no store at {}: no sink has run "
                                              "there",
                                              Where(connection, schema))};
  return CheckSchema(PostgresMigrations(), *applied, Where(connection, schema));
}

}  // namespace newsmill::postgres
