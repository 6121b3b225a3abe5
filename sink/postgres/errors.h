#pragma once

#include <string>

#include <libpq-fe.h>

#include "core/base/result.h"

namespace newsmill::postgres {

// SQLSTATEs that the store tells apart.
inline constexpr char kDivisionByZero[] = "22012";  // what the fence raises
inline constexpr char kLockNotAvailable[] = "55P03";
inline constexpr char kSerializationFailure[] = "40001";
inline constexpr char kDeadlockDetected[] = "40P01";

// PostgreSQL documentation, appendix A.
Code CodeForSqlState(const std::string& sqlstate);

// What went wrong, with the SQLSTATE, empty where the connection was lost.
struct ServerError {
  std::string sqlstate;
  Error error;
};

ServerError DescribeResult(const PGresult* result, const std::string& address);

// Where a connection goes to, for messages; never with a password.
std::string Address(const PGconn* connection);

}  // namespace newsmill::postgres
