#include "sink/registry.h"

#include <fmt/format.h>

#include "sink/postgres/postgres_keeper.h"
#include "sink/postgres/postgres_migrator.h"
#include "sink/postgres/postgres_reader.h"
#include "sink/postgres/postgres_store.h"
#include "sink/sqlite/sqlite_keeper.h"
#include "sink/sqlite/sqlite_migrator.h"
#include "sink/sqlite/sqlite_store.h"

namespace newsmill {
namespace {

// One storage. Sorted by name; a new one is a folder and a line here.
struct Backend {
  const char* name;
  Result<std::unique_ptr<Store>> (*open)(const SinkConfig&, const std::string&);
  Result<std::unique_ptr<StoreReader>> (*open_reader)(const SinkConfig&,
                                                      const std::string&);
  Result<std::unique_ptr<StoreKeeper>> (*open_keeper)(const SinkConfig&,
                                                      const std::string&);
  Result<std::unique_ptr<Migrator>> (*open_migrator)(const SinkConfig&,
                                                     const std::string&);
};

std::string SqlitePath(const SinkConfig& config, const std::string& data_dir) {
  return config.url.empty() ? data_dir + "/store.db" : config.url;
}

Result<std::unique_ptr<Store>> OpenSqlite(const SinkConfig& config,
                                          const std::string& data_dir) {
  return sqlite::OpenStore(SqlitePath(config, data_dir), config.auto_migrate,
                           config.keeps_history(), Clock::System());
}

Result<std::unique_ptr<StoreReader>> OpenSqliteReader(
    const SinkConfig& config, const std::string& data_dir) {
  return sqlite::OpenReader(SqlitePath(config, data_dir));
}

Result<std::unique_ptr<StoreKeeper>> OpenSqliteKeeper(
    const SinkConfig& config, const std::string& data_dir) {
  return sqlite::OpenKeeper(SqlitePath(config, data_dir),
                            config.keeps_history(), Clock::System());
}

Result<std::unique_ptr<Migrator>> OpenSqliteMigrator(
    const SinkConfig& config, const std::string& data_dir) {
  return sqlite::OpenMigrator(SqlitePath(config, data_dir));
}

Result<std::unique_ptr<Store>> OpenPostgres(const SinkConfig& config,
                                            const std::string&) {
  return postgres::OpenStore(config, Clock::System());
}

Result<std::unique_ptr<StoreReader>> OpenPostgresReader(
    const SinkConfig& config, const std::string&) {
  return postgres::OpenReader(config);
}

Result<std::unique_ptr<StoreKeeper>> OpenPostgresKeeper(
    const SinkConfig& config, const std::string&) {
  return postgres::OpenKeeper(config, Clock::System());
}

Result<std::unique_ptr<Migrator>> OpenPostgresMigrator(const SinkConfig& config,
                                                       const std::string&) {
  return postgres::OpenMigrator(config);
}

constexpr Backend kBackends[] = {
    {"postgres", OpenPostgres, OpenPostgresReader, OpenPostgresKeeper,
     OpenPostgresMigrator},
    {"sqlite", OpenSqlite, OpenSqliteReader, OpenSqliteKeeper,
     OpenSqliteMigrator},
};

Result<const Backend*> FindBackend(const std::string& name) {
  for (const Backend& backend : kBackends)
    if (backend.name == name) return &backend;
  return Error{Code::kBadConfiguration,
               fmt::format("store.backend: '{}' is not built in, expected one "
                           "of: {}",
                           name, fmt::join(StoreBackends(), ", "))};
}

}  // namespace

std::vector<std::string> StoreBackends() {
  std::vector<std::string> names;
  for (const Backend& backend : kBackends) names.emplace_back(backend.name);
  return names;
}

Result<std::unique_ptr<Store>> OpenStore(const SinkConfig& config,
                                         const std::string& data_dir) {
  const Result<const Backend*> backend = FindBackend(config.backend);
  if (!backend) return backend.error();
  return (*backend)->open(config, data_dir);
}

Result<std::unique_ptr<StoreReader>> OpenStoreReader(
    const SinkConfig& config, const std::string& data_dir) {
  const Result<const Backend*> backend = FindBackend(config.backend);
  if (!backend) return backend.error();
  return (*backend)->open_reader(config, data_dir);
}

Result<std::unique_ptr<StoreKeeper>> OpenStoreKeeper(
    const SinkConfig& config, const std::string& data_dir) {
  const Result<const Backend*> backend = FindBackend(config.backend);
  if (!backend) return backend.error();
  return (*backend)->open_keeper(config, data_dir);
}

Result<std::unique_ptr<Migrator>> OpenMigrator(const SinkConfig& config,
                                               const std::string& data_dir) {
  const Result<const Backend*> backend = FindBackend(config.backend);
  if (!backend) return backend.error();
  return (*backend)->open_migrator(config, data_dir);
}

}  // namespace newsmill
