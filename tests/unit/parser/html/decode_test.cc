#include "parser/html/decode.h"

#include <brotli/encode.h>
#include <gmock/gmock.h>
#include <unicode/ucnv.h>
#include <zlib.h>
#include <zstd.h>

#include <string>

#include "parser/html/encoding.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

using testing::HasSubstr;

std::string Deflate(std::string_view text, int window_bits) {
  z_stream stream = {};
  EXPECT_EQ(
      deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY),
      Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, 0);
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
std::string Gzip(std::string_view text) { return Deflate(text, 31); }

std::string Brotli(std::string_view text) {
  size_t size = BrotliEncoderMaxCompressedSize(text.size());
  std::string out(size, 0);
  BrotliEncoderCompress(5, 22, BROTLI_MODE_TEXT, text.size(),
                        reinterpret_cast<const uint8_t*>(text.data()), &size,
                        reinterpret_cast<uint8_t*>(out.data()));
  out.resize(size);
  return out;
}

std::string Zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), 0);
  out.resize(
      ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

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

constexpr size_t kLimit = 1 << 20;
constexpr std::string_view kText =
    "甘肃省检察院召开新闻发布会，通报专项活动的有关情况并发布典型案例。";

TEST(InflateBody, UndoesEveryCoding) {
  const std::string text = std::string(kText) + std::string(100'000, 'x');
  EXPECT_EQ(*InflateBody(text, "", kLimit), text);
  EXPECT_EQ(*InflateBody(text, "identity", kLimit), text);
  EXPECT_EQ(*InflateBody(Gzip(text), "gzip", kLimit), text);
  EXPECT_EQ(*InflateBody(Gzip(text), " X-GZIP ", kLimit), text);
  EXPECT_EQ(*InflateBody(Deflate(text, 15), "deflate", kLimit), text);
  EXPECT_EQ(*InflateBody(Deflate(text, -15), "deflate", kLimit), text);
  EXPECT_EQ(*InflateBody(Brotli(text), "br", kLimit), text);
  EXPECT_EQ(*InflateBody(Zstd(text), "zstd", kLimit), text);
}

TEST(InflateBody, UndoesSeveralFromTheLastToTheFirst) {
  const std::string text(kText);
  EXPECT_EQ(*InflateBody(Brotli(Gzip(text)), "gzip, br", kLimit), text);
  EXPECT_FALSE(InflateBody(Brotli(Gzip(text)), "br, gzip", kLimit));
}

TEST(InflateBody, ReadsEveryMemberAndFrame) {
  EXPECT_EQ(*InflateBody(Gzip("one ") + Gzip("two"), "gzip", kLimit),
            "one two");
  EXPECT_EQ(*InflateBody(Gzip("one") + "trailing", "gzip", kLimit), "one");
  EXPECT_EQ(*InflateBody(Zstd("one ") + Zstd("two"), "zstd", kLimit),
            "one two");
}

TEST(InflateBody, TakesAnEmptyBodyWhateverItsLabel) {
  EXPECT_EQ(*InflateBody("", "gzip", kLimit), "");
  EXPECT_EQ(*InflateBody(Gzip(""), "gzip", kLimit), "");
}

TEST(InflateBody, StopsBombsAtTheLimit) {
  const std::string zeros(4 << 20, '\0');
  for (const auto& [coding, body] :
       {std::pair<const char*, std::string>{"gzip", Gzip(zeros)},
        {"deflate", Deflate(zeros, 15)},
        {"deflate", Deflate(zeros, -15)},
        {"br", Brotli(zeros)},
        {"zstd", Zstd(zeros)},
        {"gzip, gzip", Gzip(Gzip(zeros))},
        {"", zeros}}) {
    const auto result = InflateBody(body, coding, kLimit);
    ASSERT_FALSE(result) << coding;
    EXPECT_EQ(result.error().code, Code::kTooLarge) << coding;
  }
  EXPECT_TRUE(InflateBody(Gzip(zeros), "gzip", zeros.size()));
}

TEST(InflateBody, SaysWhatEndsEarlyOrIsBroken) {
  const std::string text(100'000, 'x');
  for (const auto& [coding, body] :
       {std::pair<const char*, std::string>{"gzip", Gzip(text)},
        {"deflate", Deflate(text, 15)},
        {"br", Brotli(text)},
        {"zstd", Zstd(text)}}) {
    const auto cut =
        InflateBody(body.substr(0, body.size() / 2), coding, kLimit);
    ASSERT_FALSE(cut) << coding;
    EXPECT_EQ(cut.error().code, Code::kCorrupt) << coding;
    EXPECT_THAT(cut.error().message, HasSubstr("ends early")) << coding;
    const auto other = InflateBody("<html>plain</html>", coding, kLimit);
    ASSERT_FALSE(other) << coding;
    EXPECT_EQ(other.error().code, Code::kCorrupt) << coding;
  }
}

TEST(InflateBody, OfATruncatedBodyWhatIsThereIsTheAnswer) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919 % 10'007);
  const std::vector<std::pair<std::string, std::string>> bodies = {
      {"gzip", Gzip(text)},
      {"deflate", Deflate(text, 15)},
      {"br", Brotli(text)}};
  for (const auto& [coding, body] : bodies) {
    const auto part =
        InflateBody(body.substr(0, body.size() / 2), coding, text.size(), true);
    ASSERT_TRUE(part) << coding << part.error().message;
    EXPECT_FALSE(part->empty()) << coding;
    EXPECT_TRUE(text.starts_with(*part)) << coding;
  }
  EXPECT_FALSE(InflateBody("<html>plain</html>", "gzip", 1000, true));
}

TEST(InflateBody, RefusesUnknownAndEndlessCodings) {
  const auto unknown = InflateBody("x", "compress", kLimit);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::kUnsupported);
  EXPECT_THAT(unknown.error().message, HasSubstr("'compress'"));
  EXPECT_FALSE(InflateBody("x", "gzip,gzip,gzip,gzip,gzip", kLimit));
}

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
