#include "fetcher/warc/warc_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "core/runtime/log.h"
#include "fetcher/warc/warc_record.h"

namespace newsmill {
namespace {

Error SystemError(const std::string& what) {
  return Error{Code::kUnavailable, what + ": " + std::strerror(errno)};
}

// 20260724200101000
std::string Compact(Timestamp time) {
  std::string text = FormatRfc3339(time);
  std::erase_if(text, [](char c) { return c < '0' || c > '9'; });
  return text;
}

std::string HostName() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name[0] == '\0' ? "localhost" : name.data();
}

}  // namespace

WarcFile::WarcFile(WarcFileOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {}

WarcFile::~WarcFile() {
  if (const Result<void> completed = Complete(); !completed) {
    log::Error("A WARC file could not be completed.",
               {{"error", completed.error().message}});
  }
}

Result<void> WarcFile::Append(const std::string& records) {
  if (Result<void> ticked = Tick(); !ticked) return ticked;
  if (fd_ < 0) {
    if (Result<void> opened = Open(); !opened) return opened;
  }
  if (Result<void> written = Write(records); !written) return written;
  if (size_ >= options_.max_bytes) return Complete();
  return {};
}

Result<void> WarcFile::Tick() {
  if (fd_ < 0 || clock_.Uptime() - opened_ < options_.max_age) return {};
  return Complete();
}

Result<void> WarcFile::Open() {
  std::error_code error;
  std::filesystem::create_directories(options_.folder, error);
  const Timestamp now = clock_.Now();
  do {  // until the name is nobody's: no file is ever written over
    std::array<char, 16> serial{};
    std::snprintf(serial.data(), serial.size(), "%05d", serial_++ % 100'000);
    path_ = options_.folder + "/newsmill-" + Compact(now) + "-" +
            serial.data() + "-" + std::to_string(getpid()) + "-" + HostName() +
            ".warc.gz";
  } while (std::filesystem::exists(path_, error));
  const std::string open_path = path_ + ".open";
  fd_ = open(open_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd_ < 0) return SystemError("making " + open_path);
  size_ = 0;
  opened_ = clock_.Uptime();
  WarcRecord info;
  info.type = "warcinfo";
  info.id = NewWarcId(now);
  info.date = now;
  info.content_type = "application/warc-fields";
  info.fields = {
      {"WARC-Filename", std::filesystem::path(path_).filename().string()}};
  info.block = options_.about;
  return Write(PackWarcRecord(info));
}

Result<void> WarcFile::Write(const std::string& bytes) {
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count =
        write(fd_, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      Error error = SystemError("writing " + path_ + ".open");
      // A torn record would hide those after it.
      if (ftruncate(fd_, size_) != 0 || lseek(fd_, size_, SEEK_SET) < 0) {
        close(fd_);
        fd_ = -1;
      }
      return error;
    }
    written += static_cast<size_t>(count);
  }
  size_ += static_cast<int64_t>(bytes.size());
  return {};
}

Result<void> WarcFile::Complete() {
  if (fd_ < 0) return {};
  const bool synced = fdatasync(fd_) == 0;
  Error error = SystemError("completing " + path_);
  close(fd_);
  fd_ = -1;
  const std::string open_path = path_ + ".open";
  if (!synced) return error;
  if (std::rename(open_path.c_str(), path_.c_str()) != 0) {
    return SystemError("renaming " + open_path);
  }
  return {};
}

}  // namespace newsmill
