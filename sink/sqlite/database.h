#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "core/base/result.h"
#include "sink/batch_plan.h"
#include "sink/sql_reader.h"
#include "sink/value.h"

namespace newsmill::sqlite {

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
  }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// One connection to store.db: WAL, synchronous FULL. A lock that another
// process holds is waited for, up to four seconds: less than a group's session.
// Used by one thread at a time.
class Database final : public sql::Transaction, public sql::Queries {
 public:
  enum class Mode { kReadOnly, kReadWrite };
  static constexpr int kLockWaitMs = 4'000;

  // kReadWrite makes the file and its folder where they are missing; kReadOnly
  // gives kNotFound, and is content with a folder that may not be written to
  // unless a sink is at work in it. kBadConfiguration: no permission.
  static Result<std::unique_ptr<Database>> Open(const std::string& path,
                                                Mode mode);

  const std::string& path() const { return path_; }

  // Statements without parameters and answers, separated by semicolons.
  Result<void> Execute(const std::string& sql);

  // Executes a prepared statement, kept by its text; the first row.
  Result<std::optional<sql::Row>> First(const std::string& sql,
                                        const std::vector<sql::Value>& values);
  // Rows that the last INSERT, UPDATE or DELETE changed.
  int64_t Changes() const;

  // sql::Transaction
  Result<std::vector<std::optional<sql::Row>>> Run(
      const std::vector<sql::Write>& writes) override;
  // What the statement that failed in the last Run came from.
  const std::optional<Refusal>& failed() const { return failed_; }

  // sql::Queries
  Result<void> Query(
      const std::string& sql, const std::vector<sql::Value>& values,
      const std::function<bool(const sql::Row&)>& visit) override;
  std::string TimeText(const std::string& column) const override {
    return column;
  }

 private:
  Result<void> Connect(const std::string& name, int flags);
  Result<void> OpenToWrite();
  Result<void> SwitchToWal();
  Result<void> OpenToRead();
  explicit Database(std::string path) : path_(std::move(path)) {}

  Result<sqlite3_stmt*> Prepare(const std::string& sql);
  Error LastError(const std::string& doing) const;

  std::string path_;
  std::unique_ptr<sqlite3, CloseDatabase> db_;
  std::map<std::string, StatementHandle> statements_;
  std::optional<Refusal> failed_;
};

// A transaction that holds the file's write lock; rolled back unless it was
// committed.
class Immediate {
 public:
  explicit Immediate(Database& database) : database_(database) {}
  Immediate(const Immediate&) = delete;
  Immediate& operator=(const Immediate&) = delete;
  ~Immediate() {
    // Where even this fails the connection holds no transaction any more.
    if (open_) (void)database_.Execute("ROLLBACK");
  }

  Result<void> Begin() {
    Result<void> begun = database_.Execute("BEGIN IMMEDIATE");
    open_ = begun.has_value();
    return begun;
  }
  Result<void> Commit() {
    Result<void> committed = database_.Execute("COMMIT");
    open_ = !committed.has_value();
    return committed;
  }

 private:
  Database& database_;
  bool open_ = false;
};

}  // namespace newsmill::sqlite
