#include "tests/support/process/temp_folder.h"

#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace newsmill::process {

TempFolder::TempFolder(const std::string& name)
    : TempFolder(std::filesystem::temp_directory_path(), name) {}

TempFolder::TempFolder(const std::filesystem::path& parent,
                       const std::string& name) {
  std::string form = (parent / (name + "-XXXXXX")).string();
  if (mkdtemp(form.data()) == nullptr) {
    std::perror(form.c_str());
    std::abort();
  }
  path_ = form;
}

TempFolder::~TempFolder() {
  std::error_code ignored;  // a test must not fail in its clean-up
  if (!keep_) std::filesystem::remove_all(path_, ignored);
}

}  // namespace newsmill::process
