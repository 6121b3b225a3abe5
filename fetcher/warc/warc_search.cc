#include "fetcher/warc/warc_search.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>

namespace newsmill {
namespace {

constexpr std::string_view kTarget = "WARC-Target-URI:";

struct CloseFile {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

// Of "WARC-Target-URI: <https://…>"; some write the angle brackets.
std::string TargetOf(std::string_view line) {
  line.remove_prefix(kTarget.size());
  const auto is_around = [](char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '<' ||
           c == '>';
  };
  while (!line.empty() && is_around(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_around(line.back())) line.remove_suffix(1);
  return std::string(line);
}

Result<bool> Holds(const std::string& path, const std::set<std::string>& urls) {
  const std::unique_ptr<gzFile_s, CloseFile> file(gzopen(path.c_str(), "rb"));
  if (file == nullptr) {
    return Error{Code::kUnavailable, path + ": " + std::strerror(errno)};
  }
  // Longer lines are a body's: no header of ours is.
  std::string line(16 << 10, '\0');
  bool at_start = true;
  while (gzgets(file.get(), line.data(), static_cast<int>(line.size()))) {
    const std::string_view text(line.c_str());
    const bool whole = text.ends_with('\n');
    if (at_start && text.starts_with(kTarget) && urls.contains(TargetOf(text)))
      return true;
    at_start = whole;
  }
  int code = Z_OK;
  const char* const why = gzerror(file.get(), &code);
  // A file that is being written, or was left by a kill, ends in the middle.
  if (code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR) return false;
  return Error{Code::kCorrupt, path + ": " + why};
}

}  // namespace

Result<std::vector<std::string>> WarcFilesWith(
    const std::string& directory, const std::set<std::string>& urls) {
  std::error_code failed;
  std::vector<std::string> found;
  for (std::filesystem::directory_iterator file(directory, failed), end;
       !failed && file != end; file.increment(failed)) {
    const std::string path = file->path().string();
    if (path.find(".warc") == std::string::npos) continue;
    const Result<bool> holds = Holds(path, urls);
    if (!holds) return holds.error();
    if (*holds) found.push_back(path);
  }
  if (failed) {
    return Error{Code::kNotFound, directory + ": " + failed.message()};
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace newsmill
