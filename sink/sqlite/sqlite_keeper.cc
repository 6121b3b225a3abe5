#include "sink/sqlite/sqlite_keeper.h"

#include "sink/sql_keeper.h"
#include "sink/sqlite/database.h"
#include "sink/sqlite/sqlite_migrator.h"

namespace newsmill::sqlite {
namespace {

class SqliteChanges final : public sql::Changes {
 public:
  explicit SqliteChanges(std::unique_ptr<Database> database)
      : database_(std::move(database)) {}

  Result<void> Begin() override {
    return database_->Execute("BEGIN IMMEDIATE");
  }
  Result<void> Commit() override { return database_->Execute("COMMIT"); }
  void Rollback() override {
    // Where even this fails the connection holds no transaction any more.
    (void)database_->Execute("ROLLBACK");
  }
  Result<std::vector<sql::Row>> Ask(
      const std::string& text, const std::vector<sql::Value>& values) override {
    std::vector<sql::Row> rows;
    const Result<void> asked =
        database_->Query(text, values, [&](const sql::Row& row) {
          rows.push_back(row);
          return true;
        });
    if (!asked) return asked.error();
    return rows;
  }
  sql::Transaction& transaction() override { return *database_; }
  std::string TimeText(const std::string& column) const override {
    return database_->TimeText(column);
  }

 private:
  std::unique_ptr<Database> database_;
};

}  // namespace

Result<std::unique_ptr<StoreKeeper>> OpenKeeper(const std::string& path,
                                                bool history,
                                                const Clock& clock) {
  auto database = Database::Open(path, Database::Mode::kReadWrite);
  if (!database) return database.error();
  Result<void> ready = PrepareSchema(**database, false);
  // What is erased or dropped is overwritten, not only unlinked.
  if (ready) ready = (*database)->Execute("PRAGMA secure_delete = ON");
  if (!ready) return ready.error();
  return sql::NewSqlKeeper(
      std::make_unique<SqliteChanges>(std::move(*database)), history, clock);
}

}  // namespace newsmill::sqlite
