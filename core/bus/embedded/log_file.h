#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/embedded/connection.h"
#include "core/bus/embedded/writer_queue.h"

namespace newsmill::embedded {

// The file log.db of the embedded log, shared by the processes of one machine:
// WAL, synchronous=FULL, its tables, and the one way to write to it.
// Thread-safe.
class LogFile {
 public:
  // Makes the folder and the file where they are missing.
  static Result<std::unique_ptr<LogFile>> Open(const std::string& folder);

  // A connection for reading, for one thread of the caller's.
  Result<std::unique_ptr<Connection>> OpenReader() const;

  // Runs `body` in a transaction of its own, after all writers that came
  // before. Durable when this returns without an error; on an error, of `body`
  // or of any of its queries, nothing was written.
  using Body = std::function<Result<void>(Connection&)>;
  Result<void> Write(const Body& body);

  // Counts the writes of this process, so that its readers wake at once.
  uint64_t Writes() const;
  // Returns early when Writes() is not `seen` any more.
  void WaitForWrite(uint64_t seen, Duration timeout) const;

  // Bounds the file, for tests of a full disk; 0 lifts the bound.
  void SetMaxPages(int64_t pages);

  const std::string& path() const { return path_; }

 private:
  LogFile(std::string path, std::unique_ptr<WriterQueue> queue)
      : path_(std::move(path)), queue_(std::move(queue)) {}
  Result<void> Initialise();
  Result<void> Transact(const Body& body);

  const std::string path_;
  const std::unique_ptr<WriterQueue> queue_;
  // Guarded by queue_.
  std::unique_ptr<Connection> writer_;

  mutable std::mutex mutex_;
  mutable std::condition_variable written_;
  uint64_t writes_ = 0;  // guarded by mutex_
};

// The record `offset` of a partition has this row ID: the records of a
// partition lie side by side and are found without an index.
inline constexpr int kOffsetBits = 40;
constexpr int64_t RecordId(int64_t partition_id, int64_t offset) {
  return (partition_id << kOffsetBits) | offset;
}
constexpr int64_t OffsetOf(int64_t record_id) {
  return record_id & ((int64_t{1} << kOffsetBits) - 1);
}

}  // namespace newsmill::embedded
