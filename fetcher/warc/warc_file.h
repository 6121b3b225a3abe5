#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"

namespace newsmill {

struct WarcFileOptions {
  std::string folder;  // made where it is not there
  // A file that has grown beyond, or is older, is completed and another begun.
  int64_t max_bytes = 1 << 30;
  Duration max_age = std::chrono::hours(1);
  // Of the first record of every file (warcinfo): lines "name: value".
  std::string about;
};

// A series of WARC files in a folder, written by one process. A file is called
// *.warc.gz.open until it is complete and on the disk; one that a killed
// process left behind keeps that name and holds whole records but for the last.
// Used by one thread.
class WarcFile {
 public:
  // The clock outlives it.
  WarcFile(WarcFileOptions options, const Clock& clock);
  // Completes the file.
  ~WarcFile();
  WarcFile(const WarcFile&) = delete;
  WarcFile& operator=(const WarcFile&) = delete;

  // Appends packed records, which stay together in one file. kUnavailable: they
  // are not written, nor is any part of them left in the file.
  Result<void> Append(const std::string& records);
  // Completes a file that has become too old. Call now and then.
  Result<void> Tick();
  // Completes the file; the next Append begins another.
  Result<void> Complete();

 private:
  Result<void> Open();
  Result<void> Write(const std::string& bytes);

  const WarcFileOptions options_;
  const Clock& clock_;
  int fd_ = -1;
  std::string path_;  // without ".open"
  int64_t size_ = 0;
  Instant opened_{};
  int serial_ = 0;
};

}  // namespace newsmill
