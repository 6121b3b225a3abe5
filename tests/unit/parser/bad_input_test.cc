#include <sys/resource.h>

#include <string>
#include <string_view>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parser/page_parser.h"

// What arrives under the name of a page: each gives a verdict or an article,
// with the default budgets of time and memory.

namespace newsmill {
namespace {

using testing::HasSubstr;

// A page with an article, for what is bad besides.
std::string Page(std::string_view rest = {}) {
  std::string page = "<title>The bridge</title><h1>The bridge</h1>";
  for (int i = 0; i < 6; ++i) {
    page += "<p>Sentence " + std::to_string(i) +
            " of the story says what happened on the bridge, who saw it, and "
            "what the council wants to do about it.</p>";
  }
  return page.append(rest);
}

std::string Repeat(std::string_view piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

std::string Utf16(std::string_view ascii, bool big_endian) {
  std::string out;
  for (const char c : ascii) {
    if (big_endian) out += '\0';
    out += c;
    if (!big_endian) out += '\0';
  }
  return out;
}

class BadInput : public testing::Test {
 protected:
  void SetUp() override {
    auto parser = PageParser::Load(ParserConfig{}, {}, sites_);
    ASSERT_TRUE(parser) << parser.error().message;
    parser_ = *std::move(parser);
  }

  std::variant<v1::Article, Verdict> Parse(std::string body) const {
    v1::FetchedPage page;
    page.mutable_task()->set_requested_url("https://news.example/a/1.html");
    page.set_final_url("https://news.example/a/1.html");
    page.set_status(200);
    page.set_body(std::move(body));
    page.mutable_fetched_at()->set_seconds(1715000000);
    return parser_->Parse(page);
  }

  std::string ReasonOf(std::string body) const {
    const auto result = Parse(std::move(body));
    const auto* verdict = std::get_if<Verdict>(&result);
    return verdict == nullptr ? "an article" : v1::Reason_Name(verdict->reason);
  }

  v1::Article ArticleOf(std::string body) const {
    auto result = Parse(std::move(body));
    if (const auto* verdict = std::get_if<Verdict>(&result)) {
      ADD_FAILURE() << v1::Reason_Name(verdict->reason) << verdict->detail;
      return {};
    }
    return std::get<v1::Article>(std::move(result));
  }

  // The article of Page(), whatever else there was.
  void ExpectTheArticle(std::string body) const {
    const v1::Article article = ArticleOf(std::move(body));
    EXPECT_EQ(article.headline(), "The bridge");
    EXPECT_THAT(article.article_body(), HasSubstr("Sentence 0 of the story"));
    EXPECT_THAT(article.article_body(), HasSubstr("Sentence 5 of the story"));
  }

  SiteCatalogue sites_;
  std::unique_ptr<PageParser> parser_;
};

TEST_F(BadInput, Empty) { EXPECT_EQ(ReasonOf(""), "REASON_EMPTY_BODY"); }

TEST_F(BadInput, OneByte) {
  EXPECT_EQ(ReasonOf("x"), "REASON_NO_ARTICLE");
  EXPECT_EQ(ReasonOf("<"), "REASON_NO_ARTICLE");
  EXPECT_EQ(ReasonOf(std::string(1, '\0')), "REASON_NOT_HTML");
}

TEST_F(BadInput, AHundredMegabytes) {
  std::string body = Page();
  body += Repeat("<p>" + Repeat("word, and more. ", 65) + "</p>", 100'000);
  ASSERT_GT(body.size(), 100'000'000U);
  const auto result = Parse(std::move(body));
  ASSERT_TRUE(std::holds_alternative<Verdict>(result));
  EXPECT_THAT(std::get<Verdict>(result).detail, HasSubstr("is larger than"));
}

TEST_F(BadInput, Binary) {
  std::string bytes;
  for (int i = 0; i < 256 * 100; ++i) bytes += static_cast<char>(i * 7);
  EXPECT_EQ(ReasonOf(bytes), "REASON_NOT_HTML");
}

TEST_F(BadInput, APdfNamedHtml) {
  const auto result = Parse("%PDF-1.7\n" + Page());
  ASSERT_TRUE(std::holds_alternative<Verdict>(result));
  EXPECT_EQ(std::get<Verdict>(result).reason, v1::REASON_NOT_HTML);
  EXPECT_THAT(std::get<Verdict>(result).detail, HasSubstr("PDF"));
}

TEST_F(BadInput, Utf16WithAMark) {
  ExpectTheArticle("\xFF\xFE" + Utf16(Page(), false));
  ExpectTheArticle("\xFE\xFF" + Utf16(Page(), true));
}

TEST_F(BadInput, Utf16WithoutAMark) {
  ExpectTheArticle(Utf16(Page(), false));
  ExpectTheArticle(Utf16(Page(), true));
}

TEST_F(BadInput, MixedEncodings) {
  ExpectTheArticle(
      Page("<p>\xB4\xF3\xC7\xC5\xBD\xF1\xCC\xEC</p>"
           "<p>\xE5\xA4\xA7\xE6\xA1\xA5</p><p>caf\xE9</p>"));
  ExpectTheArticle("<meta charset=gbk>" + Page("<p>\xE5\xA4\xA7</p>"));
}

TEST_F(BadInput, Nuls) {
  std::string body = Page();
  for (size_t at = body.find("<p>"); at != std::string::npos;
       at = body.find("<p>", at + 4)) {
    body.insert(at + 3, 1, '\0');
  }
  ExpectTheArticle(body);
}

TEST_F(BadInput, TenThousandAttributes) {
  std::string tag = "<div";
  for (int i = 0; i < 10'000; ++i) {
    tag += " data-src" + std::to_string(i) + "=v" + std::to_string(i);
  }
  ExpectTheArticle(tag + ">" + Page());
}

TEST_F(BadInput, AHundredThousandNestedTags) {
  EXPECT_EQ(ReasonOf(Repeat("<div>", 100'000) + Page()), "REASON_PARSE_BUDGET");
  EXPECT_EQ(ReasonOf(Repeat("<b>", 100'000) + Page()), "REASON_PARSE_BUDGET");
  EXPECT_EQ(ReasonOf(Repeat("<table><tr><td>", 100'000) + Page()),
            "REASON_PARSE_BUDGET");
}

TEST_F(BadInput, EverythingUnclosed) {
  std::string page = Page();
  for (const std::string_view end : {"</p>", "</h1>", "</title>"}) {
    for (size_t at = page.find(end); at != std::string::npos;
         at = page.find(end)) {
      page.erase(at, end.size());
    }
  }
  const auto swallowed = Parse(page);  // by its title
  EXPECT_FALSE(std::holds_alternative<v1::Article>(swallowed) &&
               std::get<v1::Article>(swallowed).headline().empty());
  page.erase(0, page.find("<h1>"));
  EXPECT_THAT(
      ArticleOf("<div><ul><li><table><tr><td><b><i>" + page).article_body(),
      HasSubstr("Sentence 5 of the story"));
  ExpectTheArticle(Page("<p title=\"never closed <p>text"));
  ExpectTheArticle(Page("<!-- never closed"));
  ExpectTheArticle(Page("<script>never closed"));
}

TEST_F(BadInput, AColspanOf9007199254740991) {
  const std::string cell =
      "<td colspan=9007199254740991 rowspan=9007199254740991>";
  ExpectTheArticle(Page("<table><tr>" + cell + "x" + cell + "y</table>"));
}

std::string JsonLd(std::string_view json) {
  return "<script type='application/ld+json'>" + std::string(json) +
         "</script>";
}

TEST_F(BadInput, JsonLdOfFiveMegabytes) {
  std::string json = R"({"@type":"NewsArticle","headline":"The bridge","x":[0)";
  for (int i = 0; json.size() < 5'000'000; ++i) {
    const std::string id = std::to_string(i);
    json += R"(,{"@id":"#)" + id + R"(","name":"n)" + id + "\"}";
  }
  ExpectTheArticle(Page(JsonLd(json + "]}")));
}

TEST_F(BadInput, JsonLdWithASyntaxError) {
  ExpectTheArticle(Page(JsonLd(R"({"@type":"NewsArticle",,"author":})")));
  ExpectTheArticle(Page(JsonLd(R"({"@type":"NewsArticle","author":[{)")));
  ExpectTheArticle(Page(JsonLd("{")));
}

TEST_F(BadInput, JsonLdThatRefersToItself) {
  ExpectTheArticle(Page(JsonLd(
      R"({"@graph":[{"@id":"#a","@type":"NewsArticle","headline":"The bridge",
          "author":{"@id":"#b"},"mainEntity":{"@id":"#a"}},
         {"@id":"#b","@type":"Person","name":{"@id":"#c"},
          "author":{"@id":"#b"}},
         {"@id":"#c","name":{"@id":"#b"}}]})")));
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += R"({"mainEntity":)";
  ExpectTheArticle(Page(JsonLd(deep)));
}

TEST_F(BadInput, EntitiesWithoutEnd) {
  ExpectTheArticle(Page("<p>" + Repeat("&amp", 100'000) + "</p>"));
  ExpectTheArticle(Page("<p>" + Repeat("&#", 100'000)));
  ExpectTheArticle(Page("<p>&#x" + Repeat("9", 100'000)));
  ExpectTheArticle(Page("<p>" + Repeat("&", 500'000)));
}

// Each of these is long where something might be read again and again; under
// the page's deadline it would be a verdict.
TEST_F(BadInput, ManyOfOneThing) {
  for (const std::string_view piece :
       {"<h1>The bridge</h1>", "<a href=/author/ada-byron>Ada Byron</a>",
        "<time datetime=2024-05-06>6 May</time>", "<aside>x</aside>",
        "<img src=/a1234567.jpg>", "<figure><img src=/a><figcaption>b</figure>",
        "<a rel=next href=/a/1.html?page=9>next</a>",
        "<meta name=author content='Ada Byron'>",
        "<div class=byline><b>Ada Byron</b> <b>Bob Hall</b></div>"}) {
    EXPECT_EQ(ArticleOf(Page(Repeat(piece, 20'000))).headline(), "The bridge")
        << piece;
  }
}

TEST_F(BadInput, StaysWithinItsMemory) {
  constexpr long kMiB = 1024;  // ru_maxrss counts KiB
  rusage before = {};
  getrusage(RUSAGE_SELF, &before);
  for (const std::string& body :
       {Page(Repeat("<p>Sentence, of the story.", 500'000)),
        Page(Repeat("<b class=a>", 400) + Repeat("x<br>", 1'000'000)),
        Page(JsonLd("[" + Repeat(R"({"@id":"#a"},)", 500'000) + "0]"))}) {
    Parse(body);
  }
  rusage after = {};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 1536 * kMiB);
}

}  // namespace
}  // namespace newsmill
