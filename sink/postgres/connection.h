#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sink/batch_plan.h"
#include "sink/postgres/errors.h"
#include "sink/value.h"

namespace newsmill::postgres {

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

struct ConnectionOptions {
  std::string url;  // as libpq reads it
  std::string schema;
  std::string application_name = "newsmill";
  // No single wait for the server takes longer.
  Duration patience = std::chrono::seconds(30);
  // How long a dead host may leave sent bytes unacknowledged.
  Duration tcp_user_timeout = std::chrono::seconds(10);
  // The server ends a session that stays idle inside a transaction; zero:
  // never.
  Duration idle_in_transaction = Duration::zero();
  Duration lock_timeout = Duration::zero();  // zero: waits for ever
};

// What one statement of a pipeline is.
struct Sent {
  const sql::Write* write = nullptr;  // a prepared one, or
  std::string text;                   // one without parameters
};

// An expression that gives a column of times as RFC 3339.
std::string TimeText(const std::string& column);

// A connection to PostgreSQL. Every wait has an end: a server that falls silent
// breaks the connection. Used by one thread at a time.
class Connection {
 public:
  // Sets search_path, UTC and the timeouts of the options. kUnavailable with
  // the address.
  static Result<std::unique_ptr<Connection>> Open(
      const ConnectionOptions& options);

  // Makes prepared statements of these.
  Result<void> Prepare(const std::vector<const sql::Statement*>& statements);

  // Statements without parameters, separated by semicolons.
  Result<void> Execute(const std::string& text);
  // One statement; all rows of its answer.
  Result<std::vector<sql::Row>> Ask(const std::string& text,
                                    const std::vector<sql::Value>& values);

  // Sends all in pipeline mode, ends the flush with a Sync, and reads the first
  // row of each answer. An error names the statement in `failed()`; what comes
  // after it was not executed. The Sync matters: inside a transaction neither
  // statement_timeout nor idle_in_transaction_session_timeout fires before one.
  Result<std::vector<std::optional<sql::Row>>> Pipeline(
      const std::vector<Sent>& statements);
  size_t failed() const { return failed_; }

  // SQLSTATE of the last error; empty: the connection broke.
  const std::string& sqlstate() const { return sqlstate_; }
  bool broken() const { return broken_; }
  std::string address() const { return Address(connection_.get()); }
  std::string Quoted(const std::string& identifier) const;

 private:
  explicit Connection(PGconn* connection, Duration patience)
      : connection_(connection), patience_(patience) {}

  Result<void> Configure(const ConnectionOptions& options);
  Result<void> Queue(const std::vector<Sent>& statements);
  Result<void> QueueOne(const Sent& statement);
  // Sends what is queued and reads until a result can be had without waiting.
  Result<void> WaitForResult();
  Result<ResultHandle> NextResult();
  // Everything up to the end of a plain statement's answers; the last one.
  Result<ResultHandle> Collect();
  Result<std::vector<std::optional<sql::Row>>> ReadAnswers(size_t count);
  Error Broken(const std::string& doing);
  Error Failed(const PGresult* result);

  std::unique_ptr<PGconn, CloseConnection> connection_;
  Duration patience_;
  std::string sqlstate_;
  size_t failed_ = 0;
  bool broken_ = false;
};

}  // namespace newsmill::postgres
