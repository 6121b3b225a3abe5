#include "sink/postgres/connection.h"

#include <poll.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "sink/postgres/parameters.h"
#include "sink/postgres/planted_faults.h"

namespace newsmill::postgres {
namespace {

// bytea comes as text, like everything else.
std::string Unescaped(const char* text) {
  size_t size = 0;
  unsigned char* bytes = PQunescapeBytea(
      reinterpret_cast<const unsigned char*>(text), &size);  // NOLINT: libpq
  if (bytes == nullptr) return "";
  std::string copy(reinterpret_cast<char*>(bytes), size);  // NOLINT: libpq
  PQfreemem(bytes);
  return copy;
}

sql::Row ReadRow(const PGresult* result, int number) {
  constexpr Oid kBytea = 17;
  sql::Row row;
  for (int i = 0; i < PQnfields(result); ++i) {
    if (PQgetisnull(result, number, i) != 0)
      row.emplace_back(std::nullopt);
    else if (PQftype(result, i) == kBytea)
      row.emplace_back(Unescaped(PQgetvalue(result, number, i)));
    else
      row.emplace_back(
          std::string(PQgetvalue(result, number, i),
                      static_cast<size_t>(PQgetlength(result, number, i))));
  }
  return row;
}

bool IsError(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE ||
         status == PGRES_PIPELINE_ABORTED;
}

std::string FirstLine(const char* text) {
  const std::string whole = text == nullptr ? "" : text;
  return whole.substr(0, whole.find('\n'));
}

}  // namespace

std::string TimeText(const std::string& column) {
  return "to_char(" + column +
         " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')";
}

Result<std::unique_ptr<Connection>> Connection::Open(
    const ConnectionOptions& options) {
  // A later value wins, so that the URL may choose its own.
  const std::string timeout = std::to_string(options.tcp_user_timeout.count());
  const char* names[] = {"connect_timeout",  "tcp_user_timeout",
                         "application_name", "client_encoding",
                         "dbname",           nullptr};
  const char* values[] = {
      "5",    timeout.c_str(),     options.application_name.c_str(),
      "UTF8", options.url.c_str(), nullptr};
  std::unique_ptr<Connection> connection(
      new Connection(PQconnectdbParams(names, values, 1), options.patience));
  PGconn* handle = connection->connection_.get();
  if (PQstatus(handle) != CONNECTION_OK)
    return Error{
        Code::kUnavailable,
        fmt::format("PostgreSQL at {} cannot be reached: {}",
                    connection->address(), FirstLine(PQerrorMessage(handle)))};
  // Notices ("relation exists already") are of no interest to anybody.
  PQsetNoticeProcessor(
      handle, [](void*, const char*) {}, nullptr);
  PQsetnonblocking(handle, 1);
  const Result<void> configured = connection->Configure(options);
  if (!configured) return configured.error();
  return connection;
}

Result<void> Connection::Configure(const ConnectionOptions& options) {
  return Execute(fmt::format(
      "SET search_path TO {}; SET timezone TO 'UTC'; SET datestyle TO 'ISO';"
      "SET idle_in_transaction_session_timeout TO {}; SET lock_timeout TO {};"
      "SET statement_timeout TO {}",
      Quoted(options.schema), options.idle_in_transaction.count(),
      options.lock_timeout.count(), options.patience.count()));
}

std::string Connection::Quoted(const std::string& identifier) const {
  char* quoted = PQescapeIdentifier(connection_.get(), identifier.data(),
                                    identifier.size());
  if (quoted == nullptr) return "\"\"";  // no schema has that name
  std::string copy = quoted;
  PQfreemem(quoted);
  return copy;
}

Error Connection::Broken(const std::string& doing) {
  broken_ = true;
  sqlstate_.clear();
  const std::string why = FirstLine(PQerrorMessage(connection_.get()));
  return {Code::kUnavailable, fmt::format("PostgreSQL at {}: {}{}{}", address(),
                                          doing, why.empty() ? "" : ": ", why)};
}

Error Connection::Failed(const PGresult* result) {
  ServerError described = DescribeResult(result, address());
  sqlstate_ = described.sqlstate;
  // A session that the server ended (25P03, 57P01 …) is told with its last
  // words, and then the connection is gone.
  if (PQstatus(connection_.get()) == CONNECTION_BAD || sqlstate_.empty() ||
      described.error.code == Code::kUnavailable)
    broken_ = true;
  return described.error;
}

Result<void> Connection::WaitForResult() {
  PGconn* handle = connection_.get();
  const Instant end = Clock::System().Uptime() + patience_;
  while (true) {
    const int unsent = PQflush(handle);
    if (unsent < 0) return Broken("sending failed");
    if (unsent == 0 && PQisBusy(handle) == 0) return {};
    const Duration left = end - Clock::System().Uptime();
    if (left <= Duration::zero())
      return Broken("no answer within " + FormatDuration(patience_));
    pollfd waiting{PQsocket(handle), POLLIN, 0};
    if (unsent == 1) waiting.events |= POLLOUT;
    const int ready = poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR)
      return Broken(std::string("waiting failed: ") + std::strerror(errno));
    if (ready > 0 && (waiting.revents & ~POLLOUT) != 0 &&
        PQconsumeInput(handle) == 0)
      return Broken("the connection was lost");
  }
}

Result<ResultHandle> Connection::NextResult() {
  const Result<void> waited = WaitForResult();
  if (!waited) return waited.error();
  return ResultHandle(PQgetResult(connection_.get()));
}

Result<ResultHandle> Connection::Collect() {
  ResultHandle last, failed;
  while (true) {
    Result<ResultHandle> next = NextResult();
    if (!next) return next.error();
    if (*next == nullptr) break;
    if (IsError(next->get()) && failed == nullptr)
      failed = std::move(*next);
    else
      last = std::move(*next);
  }
  if (failed != nullptr) return Failed(failed.get());
  if (last == nullptr) return Broken("no answer");
  return last;
}

Result<void> Connection::Prepare(
    const std::vector<const sql::Statement*>& statements) {
  for (const sql::Statement* statement : statements) {
    const std::vector<Oid> types = TypeOids(statement->types);
    if (PQsendPrepare(connection_.get(), statement->name.c_str(),
                      statement->text.c_str(), static_cast<int>(types.size()),
                      types.data()) == 0)
      return Broken("a statement cannot be sent");
    const Result<ResultHandle> done = Collect();
    if (!done) return done.error();
  }
  return {};
}

Result<void> Connection::Execute(const std::string& text) {
  if (PQsendQuery(connection_.get(), text.c_str()) == 0)
    return Broken("a statement cannot be sent");
  const Result<ResultHandle> done = Collect();
  if (!done) return done.error();
  return {};
}

Result<std::vector<sql::Row>> Connection::Ask(
    const std::string& text, const std::vector<sql::Value>& values) {
  const Parameters parameters(values);
  if (PQsendQueryParams(connection_.get(), text.c_str(), parameters.count(),
                        nullptr, parameters.values(), parameters.lengths(),
                        parameters.formats(), 0) == 0)
    return Broken("a statement cannot be sent");
  const Result<ResultHandle> done = Collect();
  if (!done) return done.error();
  std::vector<sql::Row> rows;
  const PGresult* result = done->get();
  rows.reserve(static_cast<size_t>(PQntuples(result)));
  for (int i = 0; i < PQntuples(result); ++i)
    rows.push_back(ReadRow(result, i));
  return rows;
}

Result<void> Connection::QueueOne(const Sent& statement) {
  int sent = 0;
  if (statement.write == nullptr) {
    sent = PQsendQueryParams(connection_.get(), statement.text.c_str(), 0,
                             nullptr, nullptr, nullptr, nullptr, 0);
  } else {
    const sql::Write& write = *statement.write;
    const Parameters parameters(write.values, write.statement->types);
    sent = PQsendQueryPrepared(connection_.get(), write.statement->name.c_str(),
                               parameters.count(), parameters.values(),
                               parameters.lengths(), parameters.formats(), 0);
  }
  if (sent == 0) return Broken("a statement cannot be sent");
  return {};
}

Result<void> Connection::Queue(const std::vector<Sent>& statements) {
  if (PQenterPipelineMode(connection_.get()) == 0)
    return Broken("pipeline mode is refused");
  for (const Sent& statement : statements) {
    const Result<void> queued = QueueOne(statement);
    if (!queued) return queued.error();
  }
  // A batch with some bulk: libpq has sent whole pieces of 8 KiB so far, so the
  // server has part of a message; after the flush it has all, and no Sync. Not
  // one with COMMIT in it: the server would be done with the transaction.
  if (statements.size() > 20 && statements.back().write != nullptr) {
    planted::StopAt(planted::Point::kHalfSentFlush);
    if (planted::Wanted(planted::Point::kBeforeFirstSync)) {
      (void)PQsendFlushRequest(connection_.get());
      const Result<void> flushed = WaitForResult();
      if (!flushed) return flushed.error();
      planted::StopAt(planted::Point::kBeforeFirstSync);
    }
  }
  if (PQpipelineSync(connection_.get()) == 0)
    return Broken("a Sync cannot be sent");
  return {};
}

Result<std::vector<std::optional<sql::Row>>> Connection::ReadAnswers(
    size_t count) {
  std::vector<std::optional<sql::Row>> answers(count);
  std::optional<Error> error;
  for (size_t i = 0; i < count; ++i) {
    // A statement's answer ends with a null result.
    for (bool more = true; more;) {
      const Result<ResultHandle> next = NextResult();
      if (!next) return next.error();
      const PGresult* result = next->get();
      more = result != nullptr;
      if (!more) break;
      if (IsError(result) && !error) {
        failed_ = i;
        error = Failed(result);
        if (PQstatus(connection_.get()) == CONNECTION_BAD) return *error;
      } else if (PQresultStatus(result) == PGRES_TUPLES_OK &&
                 PQntuples(result) > 0) {
        answers[i] = ReadRow(result, 0);
      }
    }
  }
  const Result<ResultHandle> sync = NextResult();
  if (!sync) return sync.error();
  if (PQresultStatus(sync->get()) != PGRES_PIPELINE_SYNC ||
      PQexitPipelineMode(connection_.get()) == 0)
    return Broken("the end of a pipeline is not where it should be");
  if (error) return *error;
  return answers;
}

Result<std::vector<std::optional<sql::Row>>> Connection::Pipeline(
    const std::vector<Sent>& statements) {
  const Result<void> queued = Queue(statements);
  if (!queued) return queued.error();
  return ReadAnswers(statements.size());
}

}  // namespace newsmill::postgres
