#pragma once

#include <filesystem>
#include <string>

namespace newsmill::process {

// A new folder under the system's temporary one, removed with all that is in it
// when the object goes, unless it is told to stay. Ends the process where none
// can be made.
class TempFolder {
 public:
  explicit TempFolder(const std::string& name = "newsmill");
  // In this folder instead.
  TempFolder(const std::filesystem::path& parent, const std::string& name);
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(const std::string& name) const {
    return (path_ / name).string();
  }
  void Keep() { keep_ = true; }

 private:
  std::filesystem::path path_;
  bool keep_ = false;
};

}  // namespace newsmill::process
