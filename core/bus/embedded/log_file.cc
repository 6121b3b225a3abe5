#include "core/bus/embedded/log_file.h"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "core/base/id.h"

namespace newsmill::embedded {
namespace {

constexpr int64_t kSchemaVersion = 1;

// Leases end by the machine's boot clock, which starts anew with each boot.
constexpr char kTables[] = R"sql(
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE topic (
  name TEXT PRIMARY KEY,
  partitions INTEGER NOT NULL,
  retention_ms INTEGER,
  compacted INTEGER NOT NULL,
  max_message_bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE partition (
  id INTEGER PRIMARY KEY,
  topic TEXT NOT NULL REFERENCES topic,
  number INTEGER NOT NULL,
  begin_offset INTEGER NOT NULL DEFAULT 0,
  next_offset INTEGER NOT NULL DEFAULT 0,
  last_append_ms INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic, number)
) STRICT;

CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  append_ms INTEGER NOT NULL,
  key BLOB,
  headers BLOB,
  value BLOB NOT NULL
) STRICT;

CREATE TABLE consumer_group (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
  group_name TEXT NOT NULL,
  id TEXT NOT NULL,
  session_ms INTEGER NOT NULL,
  lease_ends_ms INTEGER NOT NULL,
  PRIMARY KEY (group_name, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE subscription (
  group_name TEXT NOT NULL,
  member TEXT NOT NULL,
  topic TEXT NOT NULL,
  PRIMARY KEY (group_name, member, topic)
) STRICT, WITHOUT ROWID;

CREATE TABLE ownership (
  group_name TEXT NOT NULL,
  partition_id INTEGER NOT NULL,
  owner TEXT,
  target TEXT,
  PRIMARY KEY (group_name, partition_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE committed (
  group_name TEXT NOT NULL,
  partition_id INTEGER NOT NULL,
  next_offset INTEGER NOT NULL,
  metadata TEXT NOT NULL,
  PRIMARY KEY (group_name, partition_id)
) STRICT, WITHOUT ROWID;
)sql";

std::string BootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

Result<void> CreateTables(Connection& db) {
  int64_t version = 0;
  {
    Query query = db.Prepare("PRAGMA user_version");
    if (query.Next()) version = query.Int(0);
  }
  if (version == kSchemaVersion) return {};
  if (version != 0) {
    return Error{Code::kBadConfiguration,
                 "the embedded log has format " + std::to_string(version) +
                     "; this program knows " + std::to_string(kSchemaVersion)};
  }
  db.Execute(kTables);
  db.Prepare("INSERT INTO meta VALUES ('cluster_id', ?)")
      .Bind(NewUuidV7(Clock::System().Now()))
      .Run();
  db.Execute("PRAGMA user_version = 1");
  return {};
}

// Nobody who held a lease before the machine started again is still there.
void EndLeasesOfEarlierBoots(Connection& db) {
  const std::string boot_id = BootId();
  {
    Query query = db.Prepare("SELECT value FROM meta WHERE name = 'boot_id'");
    if (query.Next() && query.Text(0) == boot_id) return;
  }
  db.Execute(
      "DELETE FROM member; DELETE FROM subscription;"
      "UPDATE ownership SET owner = NULL, target = NULL;"
      "UPDATE consumer_group SET version = version + 1");
  db.Prepare("INSERT OR REPLACE INTO meta VALUES ('boot_id', ?)")
      .Bind(boot_id)
      .Run();
}

Result<void> MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return {};
  const bool full = error == std::errc::no_space_on_device;
  return Error{full ? Code::kNoSpace : Code::kBadConfiguration,
               "cannot make the folder of the embedded log, " + folder + ": " +
                   error.message()};
}

}  // namespace

Result<std::unique_ptr<LogFile>> LogFile::Open(const std::string& folder) {
  if (auto made = MakeFolder(folder); !made) return made.error();
  auto queue = WriterQueue::Open(folder + "/log.lock");
  if (!queue) return queue.error();
  std::unique_ptr<LogFile> file(
      new LogFile(folder + "/log.db", *std::move(queue)));
  if (auto ready = file->Initialise(); !ready) return ready.error();
  return file;
}

Result<void> LogFile::Initialise() {
  auto connection = Connection::Open(path_);
  if (!connection) return connection.error();
  writer_ = *std::move(connection);
  if (auto turn = queue_->Enter(); !turn) return turn;
  // Larger transactions than SQLite's default of 1,000 pages are usual here.
  writer_->Execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "PRAGMA wal_autocheckpoint = 4000;"
      "PRAGMA journal_size_limit = 67108864");
  queue_->Leave();
  if (auto ready = writer_->TakeError(); !ready) return ready;

  return Write([](Connection& db) -> Result<void> {
    if (auto made = CreateTables(db); !made) return made;
    EndLeasesOfEarlierBoots(db);
    return {};
  });
}

Result<std::unique_ptr<Connection>> LogFile::OpenReader() const {
  return Connection::Open(path_);
}

Result<void> LogFile::Write(const Body& body) {
  if (auto turn = queue_->Enter(); !turn) return turn;
  const Result<void> result = Transact(body);
  queue_->Leave();
  if (result) {
    {
      const std::lock_guard lock(mutex_);
      ++writes_;
    }
    written_.notify_all();
  }
  return result;
}

Result<void> LogFile::Transact(const Body& body) {
  writer_->Execute("BEGIN IMMEDIATE");
  Result<void> result;
  if (!writer_->failed()) result = body(*writer_);
  if (result) writer_->Execute("COMMIT");
  // What the body made of a failed query is not the cause.
  if (auto queries = writer_->TakeError(); !queries) result = queries;
  // SQLite has rolled back by itself after some errors, a full disk among them.
  if (!result && writer_->InTransaction()) {
    writer_->Execute("ROLLBACK");
    static_cast<void>(writer_->TakeError());
  }
  return result;
}

uint64_t LogFile::Writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}

void LogFile::WaitForWrite(uint64_t seen, Duration timeout) const {
  std::unique_lock lock(mutex_);
  written_.wait_for(lock, timeout, [&] { return writes_ != seen; });
}

void LogFile::SetMaxPages(int64_t pages) {
  constexpr int64_t kLargest = 4294967294;
  const std::string pragma = "PRAGMA max_page_count = " +
                             std::to_string(pages == 0 ? kLargest : pages);
  if (!queue_->Enter()) return;
  writer_->Execute(pragma.c_str());
  queue_->Leave();
}

}  // namespace newsmill::embedded
