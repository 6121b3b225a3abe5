#include <gmock/gmock.h>

#include "parser/extract/dates.h"

namespace newsmill {
namespace {

// The instant in UTC, or "none"; the fetch was on 12 May 2024.
std::string Read(std::string_view text, bool month_first = false) {
  const DateContext context = {*ParseRfc3339("2024-05-12T06:30:45Z"), 0,
                               month_first};
  const auto date = ParsePageDate(text, context);
  return date ? FormatRfc3339(FromProto(date->time())) : "none";
}

constexpr char kDay[] = "2024-05-06T00:00:00.000Z";
constexpr char kTime[] = "2024-05-06T07:08:00.000Z";

TEST(ParsePageDate, ReadsMonthsByNameInManyLanguages) {
  for (const char* text :
       {"6 May 2024",          "6. Mai 2024",          "6 mai 2024",
        "6 de mayo de 2024",   "6 maggio 2024",        "6 de maio de 2024",
        "6 mei 2024",          "6. maj 2024",          "6 maj 2024",
        "6. toukokuuta 2024",  "6 maja 2024",          "6. května 2024",
        "6. mája 2024",        "2024. május 6.",       "6 mai 2024",
        "6. svibnja 2024.",    "6. maja 2024",         "6 май 2024",
        "6 мая 2024 г.",       "6 травня 2024",        "6 Μαΐου 2024",
        "6 Mayıs 2024",        "2024 m. gegužės 6 d.", "6. mai 2024",
        "2024. gada 6. maijs", "6 de maig de 2024",    "6 Mei 2024",
        "6 مايو 2024",         "٦ مايو ٢٠٢٤",          "6 במאי 2024",
        "6 मई 2024",           "6 พฤษภาคม 2567",       "May 6, 2024",
        "6-May-2024",          "6th of May, 2024",     "2024 May 6"}) {
    EXPECT_EQ(Read(text), kDay) << text;
  }
}

TEST(ParsePageDate, ReadsTheTimeBehindAndBeforeANamedMonth) {
  for (const char* text :
       {"6 May 2024, 7:08 am", "6. Mai 2024 um 07:08 Uhr",
        "6. Mai 2024 | 07.08 Uhr", "6 mai 2024 à 7h08",
        "6 de mayo de 2024 a las 07:08", "6 maja 2024, godz. 07:08",
        "07:08, 6 May 2024", "7:08 AM on Mon, May 6, 2024",
        "6. toukokuuta 2024 klo 7.08", "May 6, 2024 at 7:08 a.m."}) {
    EXPECT_EQ(Read(text), kTime) << text;
  }
  EXPECT_EQ(Read("7:08 PM EDT, Mon May 6, 2024"), "2024-05-06T23:08:00.000Z");
}

TEST(ParsePageDate, ReadsEuropeanNumbers) {
  EXPECT_EQ(Read("06.05.2024"), kDay);
  EXPECT_EQ(Read("6. 5. 2024"), kDay);
  EXPECT_EQ(Read("06/05/2024"), kDay);
  EXPECT_EQ(Read("06-05-2024"), kDay);
  EXPECT_EQ(Read("06.05.24"), kDay);
  EXPECT_EQ(Read("06.05.2024 07:08"), kTime);
  EXPECT_EQ(Read("06.05.2024, 07.08 Uhr"), kTime);
}

TEST(ParsePageDate, ReadsAmericanNumbersWhereItIsTold) {
  EXPECT_EQ(Read("05/06/2024", true), kDay);
  EXPECT_EQ(Read("05/13/2023"), "2023-05-13T00:00:00.000Z")
      << "there is no thirteenth month";
  EXPECT_EQ(Read("06.05.2024", true), kDay) << "with dots the day is first";
}

TEST(ParsePageDate, ReadsANamedMonthWithoutAYear) {
  EXPECT_EQ(Read("6 de mayo, 07:08"), kTime);
  EXPECT_EQ(Read("6. Juli"), "2023-07-06T00:00:00.000Z");
}

TEST(ParsePageDate, TakesNoWordOrVersionForADate) {
  for (const char* text :
       {"Mark 7", "version 1.2.24", "may I", "32 May 2024", "Mars 3000000000",
        "12.34", "May 10:30", "99999999999999999999 May 99999999999"}) {
    EXPECT_EQ(Read(text) == "none" || Read(text) < "2024-05-13", true) << text;
  }
  EXPECT_EQ(Read("version 1.2.24"), "none");
  EXPECT_EQ(Read("32 May 2024"), "none");
}

}  // namespace
}  // namespace newsmill
