#include "parser/html/decode.h"

#include <gmock/gmock.h>
#include <unicode/ucnv.h>

#include <string>

#include "parser/html/encoding.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

using testing::HasSubstr;

// UTF-8 as another charset, by ICU's own name of it.
std::string As(const char* converter, std::string_view utf8) {
  UErrorCode error = U_ZERO_ERROR;
  std::string out(utf8.size() * 4 + 16, 0);
  const int32_t size = ucnv_convert(
      converter, "UTF-8", out.data(), static_cast<int32_t>(out.size()),
      utf8.data(), static_cast<int32_t>(utf8.size()), &error);
  EXPECT_TRUE(U_SUCCESS(error)) << converter << u_errorName(error);
  out.resize(static_cast<size_t>(size));
  return out;
}

constexpr std::string_view kText =
    "甘肃省检察院召开新闻发布会，通报专项活动的有关情况并发布典型案例。";

TEST(DecodeText, BelievesABomBeforeAnything) {
  const DecodedText utf8 = DecodeText("\xEF\xBB\xBFé", "text/html;charset=gbk");
  EXPECT_EQ(utf8.utf8, "é");
  EXPECT_EQ(utf8.charset, "UTF-8");
  EXPECT_TRUE(utf8.label_lied);
  const DecodedText little =
      DecodeText("\xFF\xFE" + As("UTF-16LE", kText), "text/html");
  EXPECT_EQ(little.utf8, kText);
  EXPECT_EQ(little.charset, "UTF-16LE");
  EXPECT_EQ(DecodeText("\xFE\xFF" + As("UTF-16BE", kText), "").utf8, kText);
}

TEST(DecodeText, SeesUtf16WithoutABom) {
  const std::string page = "<html><title>新闻</title><p>正文</p></html>";
  const DecodedText text = DecodeText(As("UTF-16LE", page), "");
  EXPECT_EQ(text.utf8, page);
  EXPECT_EQ(text.charset, "UTF-16LE");
  EXPECT_EQ(DecodeText(As("UTF-16BE", page), "").utf8, page);
}

TEST(DecodeText, BelievesValidUtf8BeforeEveryLabel) {
  const std::string page =
      "<meta charset=gb2312><p>" + std::string(kText) + "</p>";
  const DecodedText text = DecodeText(page, "text/html");
  EXPECT_EQ(text.utf8, page);
  EXPECT_EQ(text.charset, "UTF-8");
  EXPECT_EQ(text.label, "gb2312");
  EXPECT_TRUE(text.label_lied);
  EXPECT_EQ(text.replaced, 0);
  EXPECT_EQ(DecodeText(page, "text/html; charset=GBK").label, "GBK");
}

TEST(DecodeText, ReportsTheMetaThatLiesBesideATrueHeader) {
  const std::string page =
      "<meta charset=gb2312><p>" + std::string(kText) + "</p>";
  const DecodedText text = DecodeText(page, "text/html; charset=utf-8");
  EXPECT_EQ(text.label, "gb2312");
  EXPECT_TRUE(text.label_lied);
}

TEST(DecodeText, ReadsEveryGbLabelAsGb18030) {
  const std::string text = std::string(kText) + "镕㐀𠀀";
  for (const char* label : {"gb2312", "GBK", "x-gbk", "gb18030"}) {
    const DecodedText decoded = DecodeText(
        As("gb18030", text), std::string("text/html; charset=") + label);
    EXPECT_EQ(decoded.utf8, text) << label;
    EXPECT_EQ(decoded.charset, "GB18030");
    EXPECT_FALSE(decoded.label_lied) << label;
  }
}

TEST(DecodeText, FindsGbkBehindAUtf8Label) {
  const std::string page =
      As("gb18030", "<meta charset=utf-8><p>" + std::string(kText) + "</p>");
  const DecodedText text = DecodeText(page, "");
  EXPECT_THAT(text.utf8, HasSubstr(kText));
  EXPECT_EQ(text.charset, "GB18030");
  EXPECT_TRUE(text.label_lied);
  EXPECT_EQ(text.label, "utf-8");
}

TEST(DecodeText, PrefersTheHeaderToTheMeta) {
  const std::string page =
      As("windows-1251", "<meta charset=koi8-r><p>Новости дня</p>");
  const DecodedText text = DecodeText(page, "text/html; charset=windows-1251");
  EXPECT_THAT(text.utf8, HasSubstr("Новости дня"));
}

TEST(DecodeText, HearsTheMetaWhereAServerCallsEverythingLatin) {
  const std::string page =
      As("gb18030",
         "<meta http-equiv=Content-Type content='text/html; "
         "charset=gb2312'><p>" +
             std::string(kText) + "</p>");
  const DecodedText text = DecodeText(page, "text/html; charset=ISO-8859-1");
  EXPECT_THAT(text.utf8, HasSubstr(kText));
  EXPECT_TRUE(text.label_lied);
  EXPECT_EQ(text.label, "ISO-8859-1");
}

TEST(DecodeText, ReadsTheOtherCharsetsOfNews) {
  struct Case {
    const char* label;
    const char* converter;
    const char* text;
  };
  for (const Case& one : {
           Case{"big5", "Big5-HKSCS",
                "香港電台今日報道，行政長官發表施政報告。"},
           {"shift_jis", "ibm-943_P15A-2003", "東京のニュースをお伝えします。"},
           {"euc-jp", "euc-jp-2007", "東京のニュースをお伝えします。"},
           {"euc-kr", "windows-949", "서울에서 전해 드립니다. 똠방각하"},
           {"windows-1251", "windows-1251", "Новости России и мира"},
           {"iso-8859-1", "windows-1252", "“Économie” — naïve café €"},
           {"iso-8859-2", "ISO-8859-2", "Zażółć gęślą jaźń"},
           {"iso-8859-9", "windows-1254", "Türkiye'nin gündemi şöyle"},
           {"windows-874", "windows-874", "ข่าววันนี้"},
           {"iso-2022-jp", "ISO-2022-JP", "東京のニュース"},
       }) {
    const DecodedText text =
        DecodeText(As(one.converter, one.text),
                   std::string("text/html; charset=\"") + one.label + "\"");
    EXPECT_EQ(text.utf8, one.text) << one.label;
    EXPECT_FALSE(text.label_lied) << one.label;
    EXPECT_EQ(text.replaced, 0) << one.label;
  }
}

TEST(DecodeText, AsksTheDetectorWhereNothingIsSaid) {
  std::string text;
  for (int i = 0; i < 5; ++i) text += kText;
  const DecodedText chinese = DecodeText(As("gb18030", text), "text/html");
  EXPECT_EQ(chinese.utf8, text);
  EXPECT_EQ(chinese.label, "");
  EXPECT_FALSE(chinese.label_lied);
  const std::string russian =
      "Президент России подписал закон о бюджете на следующий год. Документ "
      "опубликован на официальном портале правовой информации.";
  EXPECT_EQ(DecodeText(As("windows-1251", russian), "").utf8, russian);
}

TEST(DecodeText, KeepsUtf8WithAFewBreaks) {
  std::string cut(kText);
  cut.pop_back();
  const DecodedText text = DecodeText(cut, "text/html; charset=utf-8");
  EXPECT_EQ(text.charset, "UTF-8");
  EXPECT_EQ(text.replaced, 1);
  EXPECT_TRUE(text.utf8.ends_with("\uFFFD"));
  EXPECT_EQ(DecodeText(cut, "text/html; charset=gbk").charset, "UTF-8")
      << "the bytes speak against the label";
  EXPECT_EQ(DecodeText(cut, "").charset, "UTF-8");
}

TEST(DecodeText, CountsBreaksAmongTextNotMarkup) {
  // Every character breaks as EUC-KR's two bytes would; the markup is long.
  const std::string page = std::string(20'000, '<') + " \xE9 \xE8 \xE7 ";
  EXPECT_THAT(DecodeText(page, "text/html; charset=euc-kr").utf8,
              HasSubstr("é è ç"));
}

TEST(DecodeText, TakesAHandfulOfChancePairsForTheLabels) {
  // 学习 is D1 A7 CF B0 in GBK, which is also valid UTF-8.
  const std::string bytes = "<meta charset=gbk>" + As("gb18030", "学习");
  ASSERT_TRUE(IsValidUtf8(bytes));
  EXPECT_THAT(DecodeText(bytes, "").utf8, HasSubstr("学习"));
  // A copyright sign is not: it is UTF-8 on a page that says gbk.
  EXPECT_THAT(DecodeText("<meta charset=gbk>© 2020", "").utf8, HasSubstr("©"));
}

TEST(DecodeText, FindsNoLieInPureAscii) {
  const DecodedText text = DecodeText("<p>a</p>", "text/html; charset=gb2312");
  EXPECT_EQ(text.utf8, "<p>a</p>");
  EXPECT_EQ(text.charset, "GB18030");
  EXPECT_FALSE(text.label_lied);
  EXPECT_EQ(DecodeText("", "").charset, "UTF-8");
  EXPECT_EQ(DecodeText("a", "text/html; charset=none").charset, "UTF-8");
}

TEST(DecodeText, LeavesTheTagAfterABrokenCharacter) {
  const std::string page = As("gb18030", kText) + "\xB0<p>x</p>";
  const DecodedText text = DecodeText(page, "text/html; charset=gbk");
  EXPECT_THAT(text.utf8, HasSubstr("<p>x</p>"));
  EXPECT_EQ(text.replaced, 1);
}

TEST(DecodeText, GivesValidUtf8ForAnything) {
  std::string bytes;
  for (int i = 0; i < 4096; ++i) {
    bytes += static_cast<char>((i * 7919 + i / 256) & 0xFF);
  }
  for (const char* label : {"", "utf-8", "gbk", "big5", "shift_jis", "euc-jp",
                            "euc-kr", "utf-16", "iso-2022-jp", "koi8-r"}) {
    EXPECT_TRUE(IsValidUtf8(
        DecodeText(bytes, std::string("a/b;charset=") + label).utf8))
        << label;
  }
}

TEST(PrescanMeta, ReadsWhatBrowsersRead) {
  EXPECT_EQ(PrescanMeta("<meta charset=\"GBK\">"), "GBK");
  EXPECT_EQ(PrescanMeta("<META http-equiv='content-type' "
                        "CONTENT='text/html; charset = big5 ;x'>"),
            "big5");
  EXPECT_EQ(PrescanMeta("<!-- <meta charset=gbk> --><meta charset=big5>"),
            "big5");
  EXPECT_EQ(PrescanMeta("<a title='<meta charset=gbk>'><meta charset=big5>"),
            "big5");
  EXPECT_EQ(PrescanMeta("<meta name=x content='charset=gbk'>"), "");
  EXPECT_EQ(PrescanMeta("<metal charset=gbk>"), "");
  EXPECT_EQ(PrescanMeta("<meta charset=nonsense><meta charset=gbk>"), "gbk");
  EXPECT_EQ(PrescanMeta("<?xml version='1.0' encoding='gb2312'?><p>"),
            "gb2312");
  EXPECT_EQ(PrescanMeta(std::string(2000, ' ') + "<meta charset=gbk>"), "gbk");
  EXPECT_EQ(PrescanMeta("<meta charset="), "");
}

TEST(EncodingOf, KnowsTheLabelsOfTheStandard) {
  EXPECT_STREQ(EncodingOf(" ASCII\n")->name, "windows-1252");
  EXPECT_STREQ(EncodingOf("latin1")->name, "windows-1252");
  EXPECT_STREQ(EncodingOf("KS_C_5601-1987")->name, "EUC-KR");
  EXPECT_STREQ(EncodingOf("utf8")->name, "UTF-8");
  EXPECT_EQ(EncodingOf("none"), nullptr);
  EXPECT_EQ(EncodingOf(""), nullptr);
}

TEST(RepairUtf8, ReplacesMaximalSubparts) {
  EXPECT_EQ(RepairUtf8("a\xF0\x9F\x98z"), "a\uFFFDz");
  EXPECT_EQ(RepairUtf8("\xC0\xAF\xED\xA0\x80"),
            "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace newsmill
