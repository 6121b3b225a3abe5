#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sqlite3.h>

#include "core/base/result.h"

// SQLite as the embedded log uses it.
//
// A Connection remembers its first error, as a stream does: after it every
// query gives no rows and changes nothing, and whoever opened the transaction
// asks once, before COMMIT. So a function of five statements has no five error
// paths, and none can be forgotten.

namespace newsmill::embedded {

class Connection;

// One statement in use. Belongs to the connection's thread and must end before
// the connection. Bound blobs are borrowed until then.
class Query {
 public:
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  // Binds the next parameter.
  Query& Bind(int64_t value);
  Query& Bind(std::string_view text);  // copied
  Query& BindBlob(std::string_view bytes);
  Query& BindNull();
  Query& Bind(const std::optional<int64_t>& value);
  Query& BindBlob(const std::optional<std::string>& bytes);

  // The next row; false at the end and after an error.
  bool Next();
  void Run();

  int64_t Int(int column) const;
  std::string Text(int column) const;  // also for blobs
  bool IsNull(int column) const;
  std::optional<std::string> OptionalText(int column) const;

 private:
  friend class Connection;
  Query(Connection& connection, std::string_view sql, sqlite3_stmt* statement)
      : connection_(&connection), sql_(sql), statement_(statement) {}
  void Check(int code);

  Connection* connection_;
  std::string_view sql_;
  sqlite3_stmt* statement_;  // nullptr: could not be prepared
  int next_parameter_ = 1;
};

// Used by one thread at a time.
class Connection {
 public:
  static Result<std::unique_ptr<Connection>> Open(const std::string& path);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `sql` is a literal: prepared once and kept.
  Query Prepare(std::string_view sql);
  // Several statements without parameters.
  void Execute(const char* sql);

  // Changes whenever another connection, of any process, has committed.
  int64_t DataVersion();
  // How many rows the last statement changed.
  int64_t Changes() const { return sqlite3_changes64(handle_.get()); }
  bool InTransaction() const { return !sqlite3_get_autocommit(handle_.get()); }

  bool failed() const { return error_.has_value(); }
  // The first error since the last call, which is forgotten.
  Result<void> TakeError();

 private:
  friend class Query;
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const {
      sqlite3_finalize(statement);
    }
  };
  using StatementHandle = std::unique_ptr<sqlite3_stmt, Finalize>;

  Connection(sqlite3* handle, std::string path)
      : handle_(handle), path_(std::move(path)) {}
  void Fail(int code);

  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
  // Prepared and not in use now.
  std::unordered_map<std::string_view, std::vector<StatementHandle>> free_;
  std::optional<Error> error_;
};

}  // namespace newsmill::embedded
