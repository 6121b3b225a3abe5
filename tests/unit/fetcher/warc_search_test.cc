#include "fetcher/warc/warc_search.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "tests/support/process/temp_folder.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;

std::string RecordOf(const std::string& url) {
  return "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: " + url +
         "\r\nContent-Length: 6\r\n\r\nbo\0y\xff\n\r\n\r\n";
}

class WarcSearch : public ::testing::Test {
 protected:
  // A member for each record, as WARC files are written.
  std::string Write(const std::string& name,
                    const std::vector<std::string>& urls) {
    const std::string path = folder_ / name;
    for (const std::string& url : urls) {
      const gzFile file = gzopen(path.c_str(), "ab");
      const std::string record = RecordOf(url);
      gzwrite(file, record.data(), static_cast<unsigned>(record.size()));
      gzclose(file);
    }
    return path;
  }

  process::TempFolder folder_{"newsmill-warc"};
};

TEST_F(WarcSearch, NamesTheFilesThatHoldARecordOfTheAddress) {
  const std::string first =
      Write("a.warc.gz", {"https://a.example/1", "https://a.example/2"});
  Write("b.warc.gz", {"https://a.example/22"});
  const std::string last = folder_ / "c.warc";
  std::ofstream(last, std::ios::binary) << RecordOf("<https://a.example/2>");
  std::ofstream(folder_ / "notes.txt") << RecordOf("https://a.example/2");
  const auto found =
      WarcFilesWith(folder_.path().string(), {"https://a.example/2"});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(*found, ElementsAre(first, last));
}

TEST_F(WarcSearch, ReadsAFileThatBreaksOff) {
  const std::string path =
      Write("a.warc.gz", {"https://a.example/1", "https://a.example/2"});
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 10);
  const auto found =
      WarcFilesWith(folder_.path().string(), {"https://a.example/1"});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(*found, ElementsAre(path));
  EXPECT_TRUE(WarcFilesWith(folder_.path().string(), {"https://b.example/"}));
}

TEST_F(WarcSearch, SaysWhereThereIsNoFolder) {
  const auto found = WarcFilesWith(folder_ / "none", {"https://a.example/"});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kNotFound);
}

}  // namespace
}  // namespace newsmill
