#include "core/bus/embedded/connection.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace newsmill::embedded {
namespace {

// Others wait for the writers' queue, not here; this is for a backup or a
// person's sqlite3 shell.
constexpr int kBusyTimeoutMs = 5000;

Code Translate(int code, int system_error) {
  if (system_error == ENOSPC || system_error == EDQUOT) return Code::kNoSpace;
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return Code::kNoSpace;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
      return Code::kUnavailable;
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return Code::kBadConfiguration;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Code::kCorrupt;
    case SQLITE_TOOBIG:
      return Code::kTooLarge;
    default:
      return Code::kInternal;
  }
}

Error Describe(sqlite3* handle, const std::string& path, int code) {
  const int system_error = sqlite3_system_errno(handle);
  const Code translated = Translate(code, system_error);
  std::string message = "embedded log " + path + ": " + sqlite3_errmsg(handle);
  if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN ||
      translated == Code::kNoSpace) {
    if (system_error != 0) {
      message += std::string(" (") + std::strerror(system_error) + ")";
    }
  }
  return {translated, std::move(message)};
}

}  // namespace

Query::Query(Query&& other) noexcept
    : connection_(other.connection_),
      sql_(other.sql_),
      statement_(std::exchange(other.statement_, nullptr)),
      next_parameter_(other.next_parameter_) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  connection_->free_[sql_].emplace_back(statement_);
}

void Query::Check(int code) {
  if (code != SQLITE_OK) connection_->Fail(code);
}

Query& Query::Bind(int64_t value) {
  if (statement_ != nullptr) {
    Check(sqlite3_bind_int64(statement_, next_parameter_++, value));
  }
  return *this;
}

Query& Query::Bind(std::string_view text) {
  if (statement_ != nullptr) {
    Check(sqlite3_bind_text64(statement_, next_parameter_++, text.data(),
                              text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  }
  return *this;
}

Query& Query::BindBlob(std::string_view bytes) {
  if (statement_ != nullptr) {
    // A null pointer would bind NULL, and an empty value is not an absent one.
    const char* data = bytes.data() == nullptr ? "" : bytes.data();
    Check(sqlite3_bind_blob64(statement_, next_parameter_++, data, bytes.size(),
                              SQLITE_STATIC));
  }
  return *this;
}

Query& Query::BindNull() {
  if (statement_ != nullptr) {
    Check(sqlite3_bind_null(statement_, next_parameter_++));
  }
  return *this;
}

Query& Query::Bind(const std::optional<int64_t>& value) {
  return value ? Bind(*value) : BindNull();
}

Query& Query::BindBlob(const std::optional<std::string>& bytes) {
  return bytes ? BindBlob(std::string_view(*bytes)) : BindNull();
}

bool Query::Next() {
  if (statement_ == nullptr || connection_->failed()) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_->Fail(code);
  return false;
}

void Query::Run() {
  while (Next()) {
  }
}

int64_t Query::Int(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Query::Text(int column) const {
  const auto* data =
      static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string()
                         : std::string(data, static_cast<size_t>(size));
}

bool Query::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::optional<std::string> Query::OptionalText(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Text(column);
}

Result<std::unique_ptr<Connection>> Connection::Open(const std::string& path) {
  sqlite3* handle = nullptr;
  constexpr int kFlags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &handle, kFlags, nullptr);
  if (handle == nullptr) {
    return Error{Code::kNoSpace, "embedded log " + path + ": out of memory"};
  }
  std::unique_ptr<Connection> connection(new Connection(handle, path));
  if (code != SQLITE_OK) return Describe(handle, path, code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  return connection;
}

Connection::~Connection() { free_.clear(); }

Query Connection::Prepare(std::string_view sql) {
  const auto kept = free_.find(sql);
  if (kept != free_.end() && !kept->second.empty()) {
    sqlite3_stmt* statement = kept->second.back().release();
    kept->second.pop_back();
    return Query(*this, sql, statement);
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(
      handle_.get(), sql.data(), static_cast<int>(sql.size()),
      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) Fail(code);
  return Query(*this, sql, statement);
}

void Connection::Execute(const char* sql) {
  if (failed()) return;
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) Fail(code);
}

int64_t Connection::DataVersion() {
  Query query = Prepare("PRAGMA data_version");
  return query.Next() ? query.Int(0) : 0;
}

void Connection::Fail(int code) {
  if (!error_) error_ = Describe(handle_.get(), path_, code);
}

Result<void> Connection::TakeError() {
  if (!error_) return {};
  Error error = std::move(*error_);
  error_.reset();
  return error;
}

}  // namespace newsmill::embedded
