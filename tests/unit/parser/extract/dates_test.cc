#include "parser/extract/dates.h"

#include <gmock/gmock.h>

#include <string>

namespace newsmill {
namespace {

using v1::PageDate;

// A Sunday afternoon in Shanghai.
DateContext Shanghai() {
  return {.fetched_at = *ParseRfc3339("2024-05-12T06:30:45Z"),
          .default_utc_offset_minutes = 480};
}

// "time precision", with a mark for each assumption.
std::string Read(std::string_view text, const DateContext& context) {
  const auto date = ParsePageDate(text, context);
  if (!date) return "none";
  return FormatRfc3339(FromProto(date->time())) + " " +
         PageDate::Precision_Name(date->precision()) +
         (date->zone_assumed() ? " zone?" : "") +
         (date->year_assumed() ? " year?" : "") +
         (date->relative() ? " relative" : "");
}
std::string Read(std::string_view text) { return Read(text, Shanghai()); }

TEST(ParsePageDate, ReadsIsoAndRfc3339) {
  EXPECT_EQ(Read("2024-05-06T07:08:09.123+08:00"),
            "2024-05-05T23:08:09.123Z MILLISECOND");
  EXPECT_EQ(Read("2024-05-06T07:08:09Z"), "2024-05-06T07:08:09.000Z SECOND");
  EXPECT_EQ(Read("2024-05-06T07:08:09-0430"),
            "2024-05-06T11:38:09.000Z SECOND");
  EXPECT_EQ(Read("2024-05-06T07:08:09+08"), "2024-05-05T23:08:09.000Z SECOND");
  EXPECT_EQ(Read("2024-05-06T07:08:09"),
            "2024-05-05T23:08:09.000Z SECOND zone?");
  EXPECT_EQ(Read("2024-05-06"), "2024-05-05T16:00:00.000Z DAY zone?");
  EXPECT_EQ(Read("20240506T070809Z"), "2024-05-06T07:08:09.000Z SECOND");
  EXPECT_EQ(Read("20240506"), "2024-05-05T16:00:00.000Z DAY zone?");
  EXPECT_EQ(Read("20240506070809"), "2024-05-05T23:08:09.000Z SECOND zone?");
  EXPECT_EQ(Read("2024-05"), "2024-04-30T16:00:00.000Z MONTH zone?");
  EXPECT_EQ(Read("2024"), "2023-12-31T16:00:00.000Z YEAR zone?");
}

TEST(ParsePageDate, ReadsEnglishForms) {
  EXPECT_EQ(Read("Mon, 06 May 2024 07:08:09 GMT"),
            "2024-05-06T07:08:09.000Z SECOND");
  EXPECT_EQ(Read("Mon, 6 May 2024 07:08:09 +0800"),
            "2024-05-05T23:08:09.000Z SECOND");
  EXPECT_EQ(Read("May 6, 2024 at 7:08 p.m. EDT"),
            "2024-05-06T23:08:00.000Z MINUTE");
  EXPECT_EQ(Read("Published 6th of September 2024"),
            "2024-09-05T16:00:00.000Z DAY zone?");
  EXPECT_EQ(Read("May 6, 2024, 12:05 am UTC"),
            "2024-05-06T00:05:00.000Z MINUTE");
  EXPECT_EQ(Read("Mon May 06 2024 07:08:09 GMT+0800 (China Standard Time)"),
            "2024-05-05T23:08:09.000Z SECOND");
  EXPECT_EQ(Read("Mon May 06 07:08:09 +0000 2024"),
            "2024-05-06T07:08:09.000Z SECOND");
  EXPECT_EQ(Read("Mon May 06 07:08:09 CST 2024"),
            "2024-05-05T23:08:09.000Z SECOND zone?");
}

TEST(ParsePageDate, ReadsNumericForms) {
  EXPECT_EQ(Read("2018-12-12 16:40"), "2018-12-12T08:40:00.000Z MINUTE zone?");
  EXPECT_EQ(Read("2024/5/6 7:08"), "2024-05-05T23:08:00.000Z MINUTE zone?");
  EXPECT_EQ(Read("2024.05.06"), "2024-05-05T16:00:00.000Z DAY zone?");
  EXPECT_EQ(Read("2024-05-06 星期一 07:08"),
            "2024-05-05T23:08:00.000Z MINUTE zone?");
}

TEST(ParsePageDate, ReadsChineseForms) {
  for (const char* text :
       {"2024年5月6日 07:08", "2024年05月06日07:08", "2024年5月6日7时08分",
        "2024 年 5 月 6 日　7：08", "2024年5月6日（周一）上午7:08",
        "２０２４－０５－０６　０７：０８", "2024-05-06\u00A007:08"}) {
    EXPECT_EQ(Read(text), "2024-05-05T23:08:00.000Z MINUTE zone?") << text;
  }
  EXPECT_EQ(Read("2024年5月6日"), "2024-05-05T16:00:00.000Z DAY zone?");
  EXPECT_EQ(Read("2024年5月6日下午3时"), "2024-05-06T07:00:00.000Z HOUR zone?");
  EXPECT_EQ(Read("2024年5月6日中午12:30"),
            "2024-05-06T04:30:00.000Z MINUTE zone?");
  EXPECT_EQ(Read("2024년 5월 6일"), "2024-05-05T16:00:00.000Z DAY zone?");
}

TEST(ParsePageDate, FindsTheDateInItsLine) {
  const auto date =
      ParsePageDate("\t2018-12-12 16:40\t\t 来源：澎湃新闻", Shanghai());
  ASSERT_TRUE(date);
  EXPECT_EQ(date->raw(), "2018-12-12 16:40");
  EXPECT_EQ(date->utc_offset_minutes(), 480);
  EXPECT_EQ(Read("2019年06月15日08:18  来源：人民网"),
            "2019-06-15T00:18:00.000Z MINUTE zone?");
}

TEST(ParsePageDate, KeepsTheTextAsItWasWritten) {
  EXPECT_EQ(ParsePageDate("时间：２０２４－０５－０６ 来源", Shanghai())->raw(),
            "２０２４－０５－０６");
}

TEST(ParsePageDate, TakesTheYearFromTheFetch) {
  EXPECT_EQ(Read("05-06 07:08"), "2024-05-05T23:08:00.000Z MINUTE zone? year?");
  EXPECT_EQ(Read("5月6日 07:08"),
            "2024-05-05T23:08:00.000Z MINUTE zone? year?");
  EXPECT_EQ(Read("5月6日"), "2024-05-05T16:00:00.000Z DAY zone? year?");
  EXPECT_EQ(Read("12-30 07:08"), "2023-12-29T23:08:00.000Z MINUTE zone? year?")
      << "it would be more than a day ahead";
  EXPECT_EQ(Read("5月13日 07:08"),
            "2024-05-12T23:08:00.000Z MINUTE zone? year?")
      << "a few hours ahead is another clock, not another year";
}

TEST(ParsePageDate, PrefersAYearToNoneAndAnythingToRelative) {
  EXPECT_EQ(Read("昨天 08:00 更新 5月6日 07:08 2023-01-02"),
            "2023-01-01T16:00:00.000Z DAY zone?");
  EXPECT_EQ(Read("3小时前 5月6日 07:08"),
            "2024-05-05T23:08:00.000Z MINUTE zone? year?");
}

TEST(ParsePageDate, CountsRelativeDatesFromTheFetch) {
  EXPECT_EQ(Read("刚刚"), "2024-05-12T06:30:00.000Z MINUTE zone? relative");
  EXPECT_EQ(Read("5分钟前"), "2024-05-12T06:25:00.000Z MINUTE zone? relative");
  EXPECT_EQ(Read("20小时前"), "2024-05-11T10:30:00.000Z HOUR zone? relative");
  EXPECT_EQ(Read("昨天 07:08"),
            "2024-05-10T23:08:00.000Z MINUTE zone? relative");
  EXPECT_EQ(Read("前天"), "2024-05-09T16:00:00.000Z DAY zone? relative");
  EXPECT_EQ(Read("2天前"), "2024-05-09T16:00:00.000Z DAY zone? relative");
  EXPECT_EQ(Read("1个月前"), "2024-04-11T16:00:00.000Z MONTH zone? relative");
  EXPECT_EQ(Read("上周"), "2024-05-04T16:00:00.000Z DAY zone? relative");
  EXPECT_EQ(Read("3 hours ago"),
            "2024-05-12T03:30:00.000Z HOUR zone? relative");
  EXPECT_EQ(Read("An hour ago"),
            "2024-05-12T05:30:00.000Z HOUR zone? relative");
  EXPECT_EQ(Read("Yesterday at 7:08 pm"),
            "2024-05-11T11:08:00.000Z MINUTE zone? relative");
}

TEST(ParsePageDate, CountsMonthsByTheCalendar) {
  DateContext context = Shanghai();
  context.fetched_at = *ParseRfc3339("2024-05-31T06:00:00Z");
  EXPECT_EQ(Read("3个月前", context),
            "2024-02-28T16:00:00.000Z MONTH zone? relative");
}

TEST(ParsePageDate, ReadsEpochsByTheirDigits) {
  EXPECT_EQ(Read("1784903331"), "2026-07-24T14:28:51.000Z SECOND");
  EXPECT_EQ(Read("1784903331309"), "2026-07-24T14:28:51.309Z MILLISECOND");
  EXPECT_TRUE(PageDateFromEpoch(1784903331309, Shanghai()));
  EXPECT_FALSE(PageDateFromEpoch(2024, Shanghai()));
  EXPECT_FALSE(PageDateFromEpoch(-1, Shanghai()));
  EXPECT_FALSE(PageDateFromEpoch(INT64_MAX, Shanghai()));
}

TEST(ParsePageDate, MeansTheNextDayBy24) {
  EXPECT_EQ(Read("2024-05-06 24:00"), "2024-05-06T16:00:00.000Z MINUTE zone?");
}

TEST(ParsePageDate, DoesNotCountBackBeyondNewspapers) {
  EXPECT_EQ(Read("2024年前"), "none");
  EXPECT_EQ(Read("9999 years ago"), "none");
  EXPECT_EQ(Read("100年前"), "1924-05-11T16:00:00.000Z YEAR zone? relative");
}

TEST(ParsePageDate, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "\u3000", "来源：新华社", "2024-02-30", "2024-13-01",
        "2024-05-06 25:00x", "12345678901", "192.168.10.11", "1.2.3",
        "12024-05-067", "99999999", "tomorrow", "2024-05-06.7"}) {
    EXPECT_EQ(Read(text), "none") << text;
  }
}

TEST(ParsePageDate, LooksOnlyAtTheBeginningOfALongText) {
  EXPECT_EQ(Read(std::string(100'000, 'x') + " 2024-05-06"), "none");
  std::string cut = std::string((16 << 10) - 1, 'x') + "年 2024-05-06";
  EXPECT_EQ(Read(cut), "none");
}

}  // namespace
}  // namespace newsmill
