#include "core/base/file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <unistd.h>

namespace newsmill {

Result<std::string> ReadFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string content;
  std::array<char, 65536> buffer;
  // A folder can be opened and not be read; read() turns the library's
  // exception into bad(), where a stream iterator would let it out.
  while (file.good()) {
    file.read(buffer.data(), buffer.size());
    content.append(buffer.data(), static_cast<size_t>(file.gcount()));
  }
  if (file.is_open() && !file.bad()) return content;
  return Error{Code::kInvalidArgument,
               "cannot read '" + path + "': " + std::strerror(errno)};
}

Result<std::string> ReadStandardInput() {
  std::string content;
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t got = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got == 0) return content;
    if (got > 0) {
      content.append(buffer.data(), static_cast<size_t>(got));
    } else if (errno != EINTR) {
      return Error{
          Code::kInvalidArgument,
          std::string("cannot read standard input: ") + std::strerror(errno)};
    }
  }
}

}  // namespace newsmill
