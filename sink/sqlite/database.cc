#include "sink/sqlite/database.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace newsmill::sqlite {
namespace {

// SQLite's own handler waits ever longer and so starves one of several writers;
// short steps let whoever comes first go first.
int WaitForLock(void*, int times) {
  constexpr int kStepMs = 2;
  if (times * kStepMs >= Database::kLockWaitMs) return 0;
  usleep(kStepMs * 1000);
  return 1;
}

Code CodeFor(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Code::kConflict;
    case SQLITE_FULL:
      return Code::kNoSpace;
    case SQLITE_IOERR:
      return result == SQLITE_IOERR_NOMEM ? Code::kNoSpace : Code::kUnavailable;
    case SQLITE_CANTOPEN:
      return Code::kUnavailable;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return Code::kBadConfiguration;
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return Code::kInvalidArgument;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Code::kCorrupt;
    default:
      return Code::kInternal;
  }
}

std::string JsonList(const std::vector<std::string>& items) {
  return nlohmann::json(items).dump(-1, ' ', false,
                                    nlohmann::json::error_handler_t::replace);
}

int BindText(sqlite3_stmt* statement, int index, const std::string& text) {
  return sqlite3_bind_text64(statement, index, text.data(), text.size(),
                             SQLITE_TRANSIENT, SQLITE_UTF8);
}

int Bind(sqlite3_stmt* statement, int index, const sql::Value& value,
         bool is_bytes) {
  using Kind = sql::Value::Kind;
  switch (value.kind) {
    case Kind::kNull:
      return sqlite3_bind_null(statement, index);
    case Kind::kBoolean:
    case Kind::kInteger:
      return sqlite3_bind_int64(statement, index, value.number);
    case Kind::kTime:
      return BindText(statement, index, FormatRfc3339(value.time()));
    case Kind::kList:
      return BindText(statement, index, JsonList(value.list));
    case Kind::kText:
      return is_bytes ? sqlite3_bind_blob64(statement, index, value.text.data(),
                                            value.text.size(), SQLITE_TRANSIENT)
                      : BindText(statement, index, value.text);
  }
  return SQLITE_MISUSE;
}

sql::Row ReadRow(sqlite3_stmt* statement) {
  sql::Row row;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) {
    if (sqlite3_column_type(statement, i) == SQLITE_NULL) {
      row.emplace_back(std::nullopt);
      continue;
    }
    const void* data = sqlite3_column_type(statement, i) == SQLITE_BLOB
                           ? sqlite3_column_blob(statement, i)
                           : sqlite3_column_text(statement, i);
    const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, i));
    row.emplace_back(std::string(static_cast<const char*>(data), size));
  }
  return row;
}

// For a file that does not change while it is open (sqlite.org/uri.html).
std::string FileUri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

bool MayWriteBeside(const std::string& path) {
  const auto folder = std::filesystem::absolute(path).parent_path();
  return faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) == 0;
}

// Leaves a statement ready for its next use, whatever happened to it.
struct ResetAtEnd {
  sqlite3_stmt* statement;
  ~ResetAtEnd() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

}  // namespace

Result<std::unique_ptr<Database>> Database::Open(const std::string& path,
                                                 Mode mode) {
  std::error_code ignored;  // SQLite says what is wrong with the folder
  if (mode == Mode::kReadWrite) {
    const auto folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
  } else if (!std::filesystem::exists(path, ignored)) {
    return Error{Code::kNotFound,
                 fmt::format("no store at {}: no sink has run there", path)};
  }

  std::unique_ptr<Database> database(new Database(path));
  auto opened = mode == Mode::kReadWrite ? database->OpenToWrite()
                                         : database->OpenToRead();
  if (!opened) return opened.error();
  return database;
}

Result<void> Database::Connect(const std::string& name, int flags) {
  sqlite3* db = nullptr;
  const int opened =
      sqlite3_open_v2(name.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  db_.reset(db);
  if (opened != SQLITE_OK) return LastError("open");
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_handler(db, WaitForLock, nullptr);
  return {};
}

Result<void> Database::OpenToWrite() {
  auto connected = Connect(path_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!connected) return connected;
  auto logged = SwitchToWal();
  if (!logged) return logged;
  return Execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
}

// Of several that open a new file at once, one takes its lock twice over to
// change the mode; to the others SQLite answers "busy" without asking their
// busy handler, since waiting inside that change could be a deadlock.
Result<void> Database::SwitchToWal() {
  for (int times = 0;; ++times) {
    const Result<void> done = Execute("PRAGMA journal_mode = WAL");
    if (done || done.error().code != Code::kConflict) return done;
    if (WaitForLock(nullptr, times) == 0) return done;
  }
}

// In WAL mode a reader writes too: it keeps the shared index beside the file.
// Where it may not, a file that nobody has open can be read without. Where it
// may, a refusal passes: the file is just being made.
Result<void> Database::OpenToRead() {
  constexpr char kLook[] = "SELECT count(*) FROM sqlite_schema";
  if (auto connected = Connect(path_, SQLITE_OPEN_READWRITE); !connected) {
    return connected;
  }
  if (sqlite3_exec(db_.get(), kLook, nullptr, nullptr, nullptr) == SQLITE_OK) {
    return {};
  }
  const Error refused = LastError("read");
  const int result = sqlite3_extended_errcode(db_.get()) & 0xff;
  std::error_code hidden;
  if ((result != SQLITE_CANTOPEN && result != SQLITE_READONLY) ||
      MayWriteBeside(path_) ||
      std::filesystem::exists(path_ + "-wal", hidden)) {
    return refused;
  }
  auto connected =
      Connect(FileUri(path_), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  if (!connected) return connected;
  if (sqlite3_exec(db_.get(), kLook, nullptr, nullptr, nullptr) == SQLITE_OK) {
    return {};
  }
  return LastError("read");
}

Error Database::LastError(const std::string& doing) const {
  const int result =
      db_ == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(db_.get());
  return {CodeFor(result),
          fmt::format(
              "cannot {} {}: {}", doing, path_,
              db_ == nullptr ? "out of memory" : sqlite3_errmsg(db_.get()))};
}

Result<void> Database::Execute(const std::string& sql) {
  if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) !=
      SQLITE_OK)
    return LastError("write");
  return {};
}

Result<sqlite3_stmt*> Database::Prepare(const std::string& sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return known->second.get();
  // $1 is a name to SQLite and a number to PostgreSQL; ?1 is SQLite's number.
  std::string text = sql;
  std::replace(text.begin(), text.end(), '$', '?');
  // One transaction writes at a time: there is nothing to lock.
  constexpr std::string_view kLock = " FOR UPDATE";
  if (const size_t at = text.find(kLock); at != std::string::npos)
    text.erase(at, kLock.size());
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(db_.get(), text.c_str(), static_cast<int>(text.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr) != SQLITE_OK)
    return LastError("use");
  statements_.emplace(sql, statement);
  return statement;
}

Result<std::optional<sql::Row>> Database::First(
    const std::string& sql, const std::vector<sql::Value>& values) {
  std::optional<sql::Row> first;
  const Result<void> done = Query(sql, values, [&](const sql::Row& row) {
    if (!first) first = row;
    return true;  // to the end: only then a change is complete
  });
  if (!done) return done.error();
  return first;
}

int64_t Database::Changes() const { return sqlite3_changes64(db_.get()); }

Result<std::vector<std::optional<sql::Row>>> Database::Run(
    const std::vector<sql::Write>& writes) {
  std::vector<std::optional<sql::Row>> answers;
  answers.reserve(writes.size());
  for (const sql::Write& write : writes) {
    failed_ = write.origin;
    const Result<sqlite3_stmt*> statement = Prepare(write.statement->text);
    if (!statement) return statement.error();
    const ResetAtEnd reset{*statement};
    for (size_t i = 0; i < write.values.size(); ++i)
      if (Bind(*statement, static_cast<int>(i) + 1, write.values[i],
               write.statement->types[i] == sql::Type::kBytes) != SQLITE_OK)
        return LastError("write");
    std::optional<sql::Row> answer;
    int step = SQLITE_ROW;
    while ((step = sqlite3_step(*statement)) == SQLITE_ROW)
      if (!answer) answer = ReadRow(*statement);
    if (step != SQLITE_DONE) return LastError("write");
    answers.push_back(std::move(answer));
  }
  failed_.reset();
  return answers;
}

Result<void> Database::Query(
    const std::string& sql, const std::vector<sql::Value>& values,
    const std::function<bool(const sql::Row&)>& visit) {
  const Result<sqlite3_stmt*> statement = Prepare(sql);
  if (!statement) return statement.error();
  const ResetAtEnd reset{*statement};
  for (size_t i = 0; i < values.size(); ++i)
    if (Bind(*statement, static_cast<int>(i) + 1, values[i], false) !=
        SQLITE_OK)
      return LastError("read");
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(*statement)) == SQLITE_ROW)
    if (!visit(ReadRow(*statement))) return {};
  if (step != SQLITE_DONE) return LastError("read");
  return {};
}

}  // namespace newsmill::sqlite
