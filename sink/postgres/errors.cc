#include "sink/postgres/errors.h"

#include <fmt/format.h>

namespace newsmill::postgres {
namespace {

std::string Trimmed(const char* text) {
  std::string trimmed = text == nullptr ? "" : text;
  while (!trimmed.empty() && (trimmed.back() == '\n' || trimmed.back() == ' '))
    trimmed.pop_back();
  return trimmed;
}

}  // namespace

Code CodeForSqlState(const std::string& sqlstate) {
  const std::string category = sqlstate.substr(0, 2);
  if (sqlstate == kLockNotAvailable || category == "40") return Code::kConflict;
  if (sqlstate == "57014") return Code::kTimedOut;  // query_canceled
  // Data exception, integrity constraint, a view's check, program limit, or a
  // trigger of the database's owner that raises: the row's fault.
  if (category == "22" || category == "23" || category == "44" ||
      category == "54" || sqlstate == "P0001")
    return Code::kInvalidArgument;
  if (sqlstate == "53100" || sqlstate == "53200") return Code::kNoSpace;
  if (category == "28" || category == "3D" || category == "42" ||
      category == "3F")
    return Code::kBadConfiguration;  // login, database, privileges, tables
  // Connection, resources, operator intervention, an ended session.
  if (sqlstate.empty() || category == "08" || category == "53" ||
      category == "57" || category == "25" || category == "55" ||
      category == "58")
    return Code::kUnavailable;
  return Code::kInternal;
}

ServerError DescribeResult(const PGresult* result, const std::string& address) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  ServerError described;
  described.sqlstate = state == nullptr ? "" : state;
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string message =
      Trimmed(primary == nullptr ? PQresultErrorMessage(result) : primary);
  described.error = {
      CodeForSqlState(described.sqlstate),
      fmt::format(
          "PostgreSQL at {}: {}{}", address, message,
          described.sqlstate.empty() ? "" : " (" + described.sqlstate + ")")};
  return described;
}

std::string Address(const PGconn* connection) {
  const char* host = PQhost(connection);
  const char* port = PQport(connection);
  return fmt::format("{}:{}", host == nullptr ? "?" : host,
                     port == nullptr ? "?" : port);
}

}  // namespace newsmill::postgres
