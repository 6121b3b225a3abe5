#include "app/csv.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

TEST(CsvLine, QuotesOnlyWhatMustBe) {
  EXPECT_EQ(CsvLine({"a", "b c", ""}), "a,b c,\r\n");
  EXPECT_EQ(CsvLine({"a,b", "say \"x\"", "two\nlines"}),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n");
}

TEST(CsvCell, IsTheTextOfAValue) {
  EXPECT_EQ(CsvCell(Json()), "");
  EXPECT_EQ(CsvCell("标题"), "标题");
  EXPECT_EQ(CsvCell(12), "12");
  EXPECT_EQ(CsvCell(false), "false");
}

TEST(CsvCell, JoinsTextsAndNames) {
  EXPECT_EQ(CsvCell(Json::array({"a", "b"})), "a; b");
  EXPECT_EQ(
      CsvCell(Json::parse(R"([{"name":"张三","role":"x"},{"name":"李四"}])")),
      "张三; 李四");
}

TEST(CsvCell, IsJsonWhereNothingElseSaysIt) {
  EXPECT_EQ(CsvCell(Json::parse(R"([{"url":"u"}])")), R"([{"url":"u"}])");
  EXPECT_EQ(CsvCell(Json::parse(R"({"a":1})")), R"({"a":1})");
}

}  // namespace
}  // namespace newsmill
