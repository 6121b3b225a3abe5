#include "core/bus/embedded/writer_queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace newsmill::embedded {
namespace {

// Bytes of the side file that stand for the two locks.
constexpr off_t kOuter = 0;
constexpr off_t kInner = 1;

// Open file description locks: they belong to our descriptor, not to the
// process, so closing another descriptor of the file does not drop them.
bool SetLock(int descriptor, off_t byte, short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  int result = 0;
  do {
    result = fcntl(descriptor, F_OFD_SETLKW, &lock);
  } while (result != 0 && errno == EINTR);
  return result == 0;
}

}  // namespace

Result<std::unique_ptr<WriterQueue>> WriterQueue::Open(
    const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    const int error = errno;
    const bool full = error == ENOSPC || error == EDQUOT;
    const bool denied = error == EACCES || error == EPERM || error == EROFS;
    std::string message = "cannot open " + path + ": " + std::strerror(error);
    if (denied) {
      message +=
          "; who uses an embedded log, if only to look at it, must be "
          "allowed to write to its folder";
    }
    return Error{full     ? Code::kNoSpace
                 : denied ? Code::kBadConfiguration
                          : Code::kUnavailable,
                 message};
  }
  return std::unique_ptr<WriterQueue>(new WriterQueue(descriptor, path));
}

WriterQueue::~WriterQueue() { close(descriptor_); }

Result<void> WriterQueue::Enter() {
  {
    const std::lock_guard outer(outer_);
    inner_.lock();
  }
  const bool outer_locked = SetLock(descriptor_, kOuter, F_WRLCK);
  const bool locked = outer_locked && SetLock(descriptor_, kInner, F_WRLCK);
  const int error = errno;
  if (outer_locked) SetLock(descriptor_, kOuter, F_UNLCK);
  if (locked) return {};
  inner_.unlock();
  return Error{Code::kUnavailable,
               "cannot lock " + path_ + ": " + std::strerror(error)};
}

void WriterQueue::Leave() {
  SetLock(descriptor_, kInner, F_UNLCK);
  inner_.unlock();
}

}  // namespace newsmill::embedded
