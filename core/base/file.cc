#include "core/base/file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

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

}  // namespace newsmill
