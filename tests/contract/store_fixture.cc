#include "tests/contract/store_fixture.h"

#include <unistd.h>

#include "sink/postgres/connection.h"
#include "sink/sqlite/database.h"

namespace newsmill {

testing::PostgresCluster& Cluster() {
  static const auto cluster = [] {
    auto started = testing::PostgresCluster::Start();
    if (!started) {
      std::fprintf(stderr, "%s\n", started.error().message.c_str());
      std::abort();
    }
    return std::move(*started);
  }();
  return *cluster;
}

void StoreTest::SetUp() {
  static int number = 0;
  const std::string name = "newsmill_store_" + std::to_string(getpid()) + "_" +
                           std::to_string(++number);
  dir_ = std::filesystem::temp_directory_path() / name;
  std::filesystem::create_directories(dir_);
  config_.backend = GetParam();
  config_.schema = name;
  if (config_.backend == "postgres") config_.url = Cluster().url();
}

std::vector<std::string> StoreTest::Sql(const std::string& text) {
  std::vector<std::string> lines;
  const auto add = [&](const sql::Row& row) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i)
      line += (i == 0 ? "" : "|") + row[i].value_or("NULL");
    lines.push_back(line);
    return true;
  };
  if (config_.backend == "postgres") {
    postgres::ConnectionOptions options;
    options.url = config_.url;
    options.schema = config_.schema;
    const auto connection = postgres::Connection::Open(options);
    EXPECT_TRUE(connection);
    const auto rows = (*connection)->Ask(text, {});
    EXPECT_TRUE(rows) << (rows ? "" : rows.error().message);
    if (rows)
      for (const sql::Row& row : *rows) add(row);
    return lines;
  }
  const auto database = sqlite::Database::Open(
      dir_ + "/store.db", sqlite::Database::Mode::kReadWrite);
  EXPECT_TRUE(database);
  const Result<void> read = (*database)->Query(text, {}, add);
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return lines;
}

}  // namespace newsmill
