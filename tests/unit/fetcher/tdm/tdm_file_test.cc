#include "fetcher/tdm/tdm_file.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

TdmFile Read(std::string_view json) {
  Result<TdmFile> file = TdmFile::Parse(json);
  EXPECT_TRUE(file) << file.error().message;
  return file ? *std::move(file) : TdmFile();
}

// The policy of the rule for a path, "-" without one.
std::string PolicyFor(const TdmFile& file, const std::string& path) {
  const v1::TdmRule* const rule =
      file.Find(*Url::Parse("https://news.example" + path));
  return rule == nullptr ? "-" : rule->policy_url();
}

TEST(TdmFile, TheFirstRuleThatMatchesCounts) {
  const TdmFile file = Read(R"([
    {"location": "/free/*.html$", "tdm-reservation": 0, "tdm-policy": "free"},
    {"location": "/free/", "tdm-reservation": 1, "tdm-policy": "most"},
    {"location": "/", "tdm-reservation": 1, "tdm-policy": "all"}])");
  EXPECT_EQ(PolicyFor(file, "/free/1.html"), "free");
  EXPECT_EQ(PolicyFor(file, "/free/1.htm"), "most");
  EXPECT_EQ(PolicyFor(file, "/news/1"), "all");
  EXPECT_FALSE(
      file.Find(*Url::Parse("http://news.example/free/1.html"))->reserved());
  EXPECT_TRUE(file.Find(*Url::Parse("http://news.example/"))->reserved());
}

TEST(TdmFile, EscapesAreComparedInOneSpelling) {
  const TdmFile file =
      Read(R"([{"location": "/%7Eann/\u00fc", "tdm-reservation": 1}])");
  EXPECT_EQ(PolicyFor(file, "/~ann/%C3%BC/1"), "");
  EXPECT_EQ(PolicyFor(file, "/~bob"), "-");
}

TEST(TdmFile, AReservationMayBeTextAndAByteOrderMarkStandInFront) {
  const TdmFile file =
      Read("\xEF\xBB\xBF[{\"location\": \"/\", \"tdm-reservation\": \"1\"}]");
  EXPECT_EQ(file.size(), 1u);
}

TEST(TdmFile, WhatIsNoRuleIsPassedOver) {
  const TdmFile file = Read(R"([
    {"location": "/a"}, {"tdm-reservation": 1}, 7, "x", null, [],
    {"location": "", "tdm-reservation": 1},
    {"location": "/b", "tdm-reservation": 2},
    {"location": ["/c"], "tdm-reservation": 1},
    {"location": "/d", "tdm-reservation": 1, "tdm-policy": 5}])");
  EXPECT_EQ(file.size(), 1u);
  EXPECT_EQ(PolicyFor(file, "/d"), "");
}

TEST(TdmFile, WhatIsNoArrayIsNoFile) {
  for (const char* json : {"", "{}", "<html>", "[", "[{]", "nul"}) {
    EXPECT_FALSE(TdmFile::Parse(json)) << json;
  }
  EXPECT_FALSE(TdmFile::Parse(std::string(100'000, '[')));
}

}  // namespace
}  // namespace newsmill
