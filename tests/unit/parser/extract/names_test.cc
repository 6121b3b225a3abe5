#include "parser/extract/names.h"

#include <gmock/gmock.h>

namespace newsmill {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> InByline(std::string_view text) {
  std::vector<std::string> names;
  for (Name& name : ReadByline(text).names) names.push_back(name.text);
  return names;
}

std::vector<std::string> InNames(std::string_view text) {
  std::vector<std::string> names;
  for (Name& name : ReadNames(text).names) names.push_back(name.text);
  return names;
}

TEST(ReadByline, TakesAListApart) {
  EXPECT_THAT(InByline("By ADA BYRON, BOB HALL and EVE OLSEN"),
              ElementsAre("ADA BYRON", "BOB HALL", "EVE OLSEN"));
  EXPECT_THAT(InByline("Von Ada Byron und Bob Hall"),
              ElementsAre("Ada Byron", "Bob Hall"));
  EXPECT_THAT(InByline("Par Ada Byron et Bob Hall"),
              ElementsAre("Ada Byron", "Bob Hall"));
  EXPECT_THAT(InByline("Por Ada Byron y Bob Hall"),
              ElementsAre("Ada Byron", "Bob Hall"));
  EXPECT_THAT(InByline("Av Ada Byron og Bob Hall"),
              ElementsAre("Ada Byron", "Bob Hall"));
  EXPECT_THAT(InByline("Ada Byron & Bob Hall"),
              ElementsAre("Ada Byron", "Bob Hall"));
}

TEST(ReadByline, KnowsAParticleFromALabel) {
  EXPECT_THAT(InByline("Walter von Aachen"), ElementsAre("Walter von Aachen"));
  EXPECT_THAT(InByline("von Walter von Aachen"),
              ElementsAre("Walter von Aachen"));
  EXPECT_THAT(InByline("Kommentar von Ada Byron"), ElementsAre("Ada Byron"));
}

TEST(ReadByline, LeavesOutWhatIsNoName) {
  EXPECT_THAT(InByline("Ada Byron, science editor"), ElementsAre("Ada Byron"));
  EXPECT_THAT(InByline("Ada Byron - Aug 10, 2016 11:15 am UTC"),
              ElementsAre("Ada Byron"));
  EXPECT_THAT(InByline("von Ada Byron am 29. Mai 2017 , 14:14 Uhr"),
              ElementsAre("Ada Byron"));
  EXPECT_THAT(InByline("January 17, 2017 at 6:08 PM ET by Ada Byron"),
              ElementsAre("Ada Byron"));
  EXPECT_THAT(InByline("By Ada Byron in London"), ElementsAre("Ada Byron"));
  EXPECT_THAT(InByline("Ada Byron (photos)"), ElementsAre("Ada Byron"));
  EXPECT_THAT(InByline("4 Min Read"), IsEmpty());
  EXPECT_THAT(InByline("Published: 10:00am, 20 Jan, 2020"), IsEmpty());
  EXPECT_THAT(InByline("Ada writes on science and has two dogs at home."),
              IsEmpty());
}

TEST(ReadByline, ReadsLines) {
  EXPECT_THAT(InByline("Ada Byron\n+ FOLLOW\nPublished: 10:00am"),
              ElementsAre("Ada Byron"));
  EXPECT_THAT(InByline("von\nAda Byron\n,\nBob Hall"),
              ElementsAre("Ada Byron", "Bob Hall"));
  EXPECT_THAT(InByline("by Ada Byron\nExample News Fellow"),
              ElementsAre("Ada Byron"));
}

TEST(ReadByline, ReadsChineseJapaneseAndKoreanNames) {
  EXPECT_THAT(InByline("作者：张三、李四"), ElementsAre("张三", "李四"));
  EXPECT_THAT(InByline("本报记者 张三 李四"), ElementsAre("张三", "李四"));
  EXPECT_THAT(InByline("文/张三"), ElementsAre("张三"));
  EXPECT_THAT(InByline("신현주 기자"), ElementsAre("신현주"));
  EXPECT_THAT(InByline("2019-09-07 09:25 来源"), IsEmpty());
}

TEST(ReadByline, TakesNoPhotographerForAnAuthor) {
  EXPECT_THAT(InByline("Foto: Ada Byron/Example/agency"), IsEmpty());
  EXPECT_THAT(InByline("Photo by Ada Byron"), IsEmpty());
  EXPECT_THAT(InByline("Photo: Ada Byron\nBy Bob Hall"),
              ElementsAre("Bob Hall"));
}

TEST(ReadByline, TakesNoTimeForALabel) {
  EXPECT_THAT(InByline("08.57 Uhr: Lange Schlangen bei der Wahl"), IsEmpty());
}

TEST(ReadByline, BelievesALabelAboutAPenName) {
  EXPECT_THAT(InByline("Author: Bo2man am 29.12.2010"), ElementsAre("Bo2man"));
  EXPECT_THAT(InByline("Von Jessie am 29.12.2010"), ElementsAre("Jessie"));
  EXPECT_THAT(InByline("By Ada Byron, December 5"), ElementsAre("Ada Byron"));
}

TEST(SaysBy, IsNothingButALabel) {
  for (const char* line : {"By", "von", "Verfasst von", "Written by",
                           "Autor:", "作者：", "Scritto da"}) {
    EXPECT_TRUE(SaysBy(line)) << line;
  }
  for (const char* line :
       {"", "Est. reading time", "By Ada Byron", "Meinung", "News"}) {
    EXPECT_FALSE(SaysBy(line)) << line;
  }
}

TEST(ReadByline, TellsPersonsFromGroups) {
  const auto kind = [](std::string_view text) {
    return ReadByline(text).names.at(0).kind;
  };
  EXPECT_EQ(kind("By Ada Byron"), NameKind::kPerson);
  EXPECT_EQ(kind("By Ada"), NameKind::kSingle);
  EXPECT_EQ(kind("Von dpa"), NameKind::kGroup);
  EXPECT_EQ(kind("Associated Press"), NameKind::kGroup);
}

TEST(ReadNames, KeepsWhatIsSaidToBeAName) {
  EXPECT_THAT(InNames("gabor_munier"), ElementsAre("gabor_munier"));
  EXPECT_THAT(InNames("BR24 Redaktion"), ElementsAre("BR24 Redaktion"));
  EXPECT_THAT(InNames("Ada Byron, London, Bob Hall"),
              ElementsAre("Ada Byron", "London", "Bob Hall"));
}

TEST(ReadNames, LeavesOutAddressesAndPlaceholders) {
  EXPECT_THAT(InNames("https://social.example/ada"), IsEmpty());
  EXPECT_THAT(InNames("ada@news.example"), IsEmpty());
  EXPECT_THAT(InNames("admin"), IsEmpty());
  EXPECT_THAT(InNames("104363"), IsEmpty());
  EXPECT_THAT(InNames("Ada Byron, Ada Byron"), ElementsAre("Ada Byron"));
}

}  // namespace
}  // namespace newsmill
