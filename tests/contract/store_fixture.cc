#include "tests/contract/store_fixture.h"

#include <unistd.h>

#include "sink/sqlite/database.h"

namespace newsmill {

void StoreTest::SetUp() {
  static int number = 0;
  dir_ = std::filesystem::temp_directory_path() /
         ("newsmill-store-" + std::to_string(getpid()) + "-" +
          std::to_string(++number));
  std::filesystem::create_directories(dir_);
  config_.backend = GetParam();
}

std::vector<std::string> StoreTest::Sql(const std::string& text) {
  Result<std::unique_ptr<sqlite::Database>> database = sqlite::Database::Open(
      dir_ + "/store.db", sqlite::Database::Mode::kReadWrite);
  EXPECT_TRUE(database);
  std::vector<std::string> rows;
  const Result<void> read =
      (*database)->Query(text, {}, [&](const sql::Row& row) {
        std::string line;
        for (size_t i = 0; i < row.size(); ++i)
          line += (i == 0 ? "" : "|") + row[i].value_or("NULL");
        rows.push_back(line);
        return true;
      });
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return rows;
}

}  // namespace newsmill
