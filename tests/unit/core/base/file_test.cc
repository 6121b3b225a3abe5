#include "core/base/file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ReadFileTest : public ::testing::Test {
 protected:
  ReadFileTest() {
    std::string form =
        (std::filesystem::temp_directory_path() / "file-XXXXXX").string();
    folder_ = mkdtemp(form.data());
  }
  ~ReadFileTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(ReadFileTest, GivesAllBytes) {
  const std::string path = folder_ / "file";
  const std::string bytes = std::string(200'000, 'a') + '\0' + "\r\nend";
  std::ofstream(path, std::ios::binary) << bytes;
  const Result<std::string> read = ReadFile(path);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(*read == bytes);
  std::ofstream(path, std::ios::trunc).flush();
  EXPECT_EQ(ReadFile(path).value(), "");
}

TEST_F(ReadFileTest, RefusesAFolderAndWhatIsNotThere) {
  const Result<std::string> folder = ReadFile(folder_);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message,
              AllOf(HasSubstr(folder_), HasSubstr("Is a directory")));
  const Result<std::string> absent = ReadFile(folder_ / "absent");
  ASSERT_FALSE(absent);
  EXPECT_THAT(absent.error().message, HasSubstr("No such file"));
}

}  // namespace
}  // namespace newsmill
