#include "parser/extract/body/body.h"

#include <gmock/gmock.h>

#include <string>

#include "parser/extract/body/node_words.h"
#include "parser/extract/body/phrases.h"
#include "tests/unit/parser/extract/pages.h"

namespace newsmill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// A sentence of prose, told apart by its number.
std::string Sentence(int i) {
  return "Sentence number " + std::to_string(i) +
         " of the story says what happened on the bridge, who saw it, and what "
         "the city council wants to do about it before the winter comes.";
}

std::string Paragraphs(int from, int to) {
  std::string html;
  for (int i = from; i <= to; ++i) html += "<p>" + Sentence(i) + "</p>";
  return html;
}

v1::Article BodyOf(const std::string& html) {
  v1::Article article;
  FillFromBody(ParsePage(html), ExampleContext(), &article);
  return article;
}

std::vector<std::string> KindsOf(const v1::Article& article) {
  std::vector<std::string> kinds;
  for (const v1::Block& block : article.blocks()) {
    kinds.push_back(v1::Block::Kind_Name(block.kind()));
  }
  return kinds;
}

TEST(Body, IsTheElementWithTheProse) {
  const v1::Article article = BodyOf(
      "<div class=header><a href=/>Home</a> <a href=/s>Sport</a></div>"
      "<div><div class=x><h1>The bridge</h1>" +
      Paragraphs(1, 3) +
      "</div><div><p>A teaser, short.</p></div></div>"
      "<footer><p>An imprint, which is long enough to be taken for prose, and "
      "goes on for a while, as imprints do, without an end in sight.</p>");
  EXPECT_EQ(article.article_body(),
            Sentence(1) + "\n" + Sentence(2) + "\n" + Sentence(3));
  EXPECT_EQ(SourceOf(article, "article_body"), "HTML div.x");
}

TEST(Body, LeavesOutWhatItsNamesSayIsForeign) {
  for (const char* foreign :
       {"class=related-articles", "class='article__newsletter-signup'",
        "id=comments", "class=shareBar", "class='widget author-bio'",
        "class=cookie-notice", "role=complementary", "hidden",
        "style='display: none'", "class=breadcrumbs", "class=outbrain"}) {
    const v1::Article article =
        BodyOf("<article>" + Paragraphs(1, 4) + "<div " + foreign + "><p>" +
               Sentence(9) + "</p></div>" + Paragraphs(5, 5) + "</article>");
    EXPECT_THAT(article.article_body(), Not(HasSubstr("number 9"))) << foreign;
    EXPECT_THAT(article.article_body(), HasSubstr("number 5")) << foreign;
  }
}

TEST(Body, AMisleadingNameDoesNotHideMostOfTheText) {
  const v1::Article article =
      BodyOf("<div class=sidebar-related>" + Paragraphs(1, 5) + "</div>");
  EXPECT_THAT(article.article_body(), HasSubstr("number 5"));
}

TEST(Body, KeepsBlocksOfTheirKinds) {
  const v1::Article article = BodyOf(
      "<article>" + Paragraphs(1, 2) +
      "<h2>What comes next</h2><ul><li>First, the bridge.<li>Then, the road."
      "</ul><blockquote>\"It was loud,\" she said, and left the "
      "hall.</blockquote>"
      "<figure><img src=/a.jpg><figcaption>The bridge in "
      "May</figcaption></figure>"
      "<table><tr><th>Year<th>Cars<tr><td>2023<td>1,200</table>"
      "<pre>a\n  b</pre>" +
      Paragraphs(3, 3) + "</article>");
  EXPECT_THAT(KindsOf(article),
              ElementsAre("PARAGRAPH", "PARAGRAPH", "SUBHEADING", "LIST_ITEM",
                          "LIST_ITEM", "QUOTE", "IMAGE", "CAPTION", "TABLE_ROW",
                          "TABLE_ROW", "PREFORMATTED", "PARAGRAPH"));
  EXPECT_EQ(article.blocks(10).text(), "a\n  b");
  EXPECT_THAT(article.article_body(), Not(HasSubstr("in May")))
      << "a caption is no text of the body";
  EXPECT_THAT(article.article_body(), HasSubstr("2023 1,200"));
}

TEST(Body, ImagesStandWhereTheyAreShownWithCaptionAndCredit) {
  const v1::Article article = BodyOf(
      "<article>" + Paragraphs(1, 2) +
      "<figure><img data-src=/a.jpg src=blank.gif width=640 alt=Bridge>"
      "<figcaption>The bridge in May (Photo: Ada Byron)</figcaption></figure>" +
      Paragraphs(3, 3) +
      "<p><img src=/b.jpg></p><p><img src=/icon.png width=16></p>"
      "<p><img src=/a.jpg></p>" +
      Paragraphs(4, 4) + "</article>");
  EXPECT_THAT(KindsOf(article),
              ElementsAre("PARAGRAPH", "PARAGRAPH", "IMAGE", "CAPTION",
                          "PARAGRAPH", "IMAGE", "IMAGE", "PARAGRAPH"));
  ASSERT_EQ(article.images_size(), 2) << "each once, and no icon";
  const v1::Image& image = article.images(0);
  EXPECT_EQ(image.url(), "https://news.example/a.jpg");
  EXPECT_EQ(image.width(), 640);
  EXPECT_EQ(image.alternate_text(), "Bridge");
  EXPECT_EQ(image.caption(), "The bridge in May");
  EXPECT_EQ(image.credit_text(), "Ada Byron");
  EXPECT_EQ(article.blocks(2).image(), 0);
  EXPECT_EQ(article.blocks(3).image(), 0);
  EXPECT_EQ(article.blocks(5).image(), 1);
  EXPECT_EQ(article.blocks(6).image(), 0);
}

TEST(Body, TheLeadImageGetsTheCaptionOfItsFigure) {
  v1::Article article;
  article.add_images()->set_url("https://news.example/lead.jpg?w=1200");
  FillFromBody(ParsePage("<main><header><h1>T</h1><figure><img "
                         "src='/lead.jpg?w=600'><figcaption>大桥。某社记者 "
                         "张三 摄</figcaption></figure></header><article>" +
                         Paragraphs(1, 3) + "</article></main>"),
               ExampleContext(), &article);
  ASSERT_EQ(article.images_size(), 1);
  EXPECT_EQ(article.images(0).caption(), "大桥。");
  EXPECT_EQ(article.images(0).credit_text(), "某社记者 张三 摄");
}

TEST(Body, AHeadingOfABoxThatIsLeftOutGoesWithIt) {
  const v1::Article article = BodyOf(
      "<article>" + Paragraphs(1, 3) +
      "<figure><img src=/end.jpg><figcaption>The end</figcaption></figure>"
      "<h3>Our shop</h3><img src=/shop.jpg></article>");
  EXPECT_THAT(KindsOf(article), ElementsAre("PARAGRAPH", "PARAGRAPH",
                                            "PARAGRAPH", "IMAGE", "CAPTION"));
  EXPECT_EQ(article.images_size(), 1);
}

TEST(Body, LeavesOutListsOfLinksAndTheirHeadings) {
  const v1::Article article =
      BodyOf("<article>" + Paragraphs(1, 3) +
             "<p><a href=/2>Another story of the day, in a paragraph</a></p>"
             "<p>Read more: <a href=/3>the bridge's history</a></p>"
             "<h3>Mehr zum Thema</h3><ul><li><a href=/4>One more story</a>"
             "<li><a href=/5>And one more</a></ul></article>");
  EXPECT_EQ(article.article_body(),
            Sentence(1) + "\n" + Sentence(2) + "\n" + Sentence(3));
}

TEST(Body, TakesTheStandfirstThatStandsApart) {
  const v1::Article article = BodyOf(
      "<main><h1>The bridge</h1><div class=standfirst>The council closes it, "
      "after years of warnings, for good.</div><div class=meta>1 May</div>"
      "<div class=article-body>" +
      Paragraphs(1, 3) + "</div></main>");
  EXPECT_THAT(article.article_body(),
              testing::StartsWith("The council closes"));
}

TEST(Body, LinesEndAtBr) {
  const v1::Article article =
      BodyOf("<div>" + Sentence(1) + "<br>　　" + Sentence(2) + "<br><br>" +
             Sentence(3) + "</div>");
  EXPECT_EQ(article.blocks_size(), 3);
}

TEST(Body, CountsChineseCommas) {
  const std::string line =
      "市政府周一宣布，这座桥将在冬天之前关闭，原因是多年的警告，"
      "以及工程师们的报告。";
  const v1::Article article =
      BodyOf("<div class=top><a href=/>首页</a></div><div><p>" + line +
             "</p><p>" + line + "二。</p></div>");
  EXPECT_EQ(article.article_body(), line + "\n" + line + "二。");
}

TEST(Body, AnEmbeddedPostIsAQuotation) {
  const v1::Article article = BodyOf(
      "<article>" + Paragraphs(1, 3) +
      "<blockquote class=twitter-tweet><p>We saw it fall, all of us, from the "
      "window of the train.</p></blockquote></article>");
  EXPECT_THAT(article.article_body(), HasSubstr("window of the train"));
}

TEST(Body, JsonLdStandsWhereThePageShowsLess) {
  std::string whole;
  for (int i = 1; i <= 6; ++i) whole += Sentence(i) + " ";
  v1::Article article;
  article.set_article_body(whole);
  article.add_blocks()->set_text(whole);
  v1::Provenance* const source = article.add_provenance();
  source->set_field("article_body");
  source->set_source(v1::Provenance::JSON_LD);
  v1::Article shown = article;
  FillFromBody(ParsePage("<article>" + Paragraphs(1, 2) + "</article>"),
               ExampleContext(), &article);
  EXPECT_EQ(article.article_body(), whole);
  FillFromBody(ParsePage("<article>" + Paragraphs(1, 6) + "</article>"),
               ExampleContext(), &shown);
  EXPECT_EQ(shown.blocks_size(), 6) << "the page's own has paragraphs";
}

TEST(Body, IsReadFromScriptsWhereThePageShowsNothing) {
  std::string html;
  for (int i = 1; i <= 8; ++i) html += "<p>" + Sentence(i) + "</p>";
  const v1::Article json = BodyOf(
      "<div id=__next></div><script id=__NEXT_DATA__ type=application/json>"
      "{\"props\":{\"title\":\"x\",\"story\":[{\"html\":\"" +
      html + "\"}]}}</script>");
  EXPECT_EQ(json.blocks_size(), 8);
  EXPECT_EQ(SourceOf(json, "article_body"), "HTML script");
  std::string size(8, ' ');
  size.resize(static_cast<size_t>(
      std::snprintf(size.data(), size.size(), "%zx", html.size())));
  const v1::Article streamed =
      BodyOf("<p>Loading</p><script>self.__next_f.push([1,\"2:[]\\n1f:T" +
             size + ",\"])</script><script>self.__next_f.push([1,\"" + html +
             "3:[]\"])</script>");
  EXPECT_EQ(streamed.blocks_size(), 8);
}

TEST(Body, KeepsTheBodyThatIsThere) {
  v1::Article article;
  article.add_blocks()->set_kind(v1::Block::IMAGE);
  FillFromBody(ParsePage("<p>text</p>"), ExampleContext(), &article);
  EXPECT_EQ(article.blocks_size(), 1);
  EXPECT_EQ(article.article_body(), "");
}

TEST(NodeWords, AreFoundAtBordersAndInCamelCase) {
  using namespace body;
  EXPECT_EQ(WordsIn("article-body"), kBody | kGood);
  EXPECT_TRUE(WordsIn("storyBody") & kBody);
  EXPECT_TRUE(WordsIn("c-article__comments") & kComment);
  EXPECT_TRUE(WordsIn("ad") & kPromo);
  EXPECT_FALSE(WordsIn("adam shadow road") & kPromo);
  EXPECT_TRUE(WordsIn("SIDEBAR") & kChrome);
  EXPECT_EQ(WordsIn(""), 0U);
  EXPECT_EQ(WordsIn("正文"), 0U);
}

TEST(Phrases, AreToldFromSentences) {
  using namespace body;
  for (const char* line : {"Related articles", "Mehr zum Thema:", "相关阅读",
                           "Czytaj także", "READ MORE", "関連記事"}) {
    EXPECT_TRUE(HeadsOtherArticles(line)) << line;
  }
  EXPECT_FALSE(HeadsOtherArticles("Related to the king, he ruled for years."));
  EXPECT_TRUE(RefersElsewhere("Lees ook: De brug gaat dicht"));
  EXPECT_FALSE(RefersElsewhere("Read more books, he said."));
  EXPECT_TRUE(IsHouseNotice("Advertisement"));
  EXPECT_TRUE(IsHouseNotice("Sign up to our newsletter"));
  for (const char* line :
       {"- Anzeige -", "4 Min Read", "Lesezeit: 3 Minuten", "Credit:",
        "This entry was posted on Monday, May 6th, and is filed under Town.",
        "Der Beitrag wurde am Montag veröffentlicht.",
        "Already a subscriber? Log in here.",
        "Dieses Skript als PDF "
        "herunterladen"}) {
    EXPECT_TRUE(IsHouseNotice(line)) << line;
  }
  for (const char* line :
       {"He never missed a day.", "Der Beitrag wurde nie gezahlt.",
        "4 minutes later the bridge fell."}) {
    EXPECT_FALSE(IsHouseNotice(line)) << line;
  }
  EXPECT_FALSE(IsHouseNotice("Advertisers left the site in May."));
}

struct Verdict {
  v1::Reason reason;
  std::string html;
};

body::PageKind Judge(const std::string& html,
                     const char* url = "https://news.example/a/1.html") {
  PageContext context = ExampleContext();
  context.final_url = *Url::Parse(url);
  v1::Article article;
  return FillFromBody(ParsePage(html), context, &article);
}

std::string Teasers(int count) {
  std::string html;
  for (int i = 0; i < count; ++i) {
    html += "<div><h3><a href=/" + std::to_string(i) +
            ">A headline of another story " + std::to_string(i) +
            "</a></h3><p>What it is about, in a few words.</p></div>";
  }
  return html;
}

TEST(PageKind, WallsErrorsAndListsAreNoArticles) {
  const std::vector<Verdict> pages = {
      {v1::REASON_CHALLENGE,
       "<title>Just a moment...</title><h1>news.example"
       "</h1><p>Checking your browser.</p>"},
      {v1::REASON_CHALLENGE,
       "<title>Making sure you&#39;re not a bot!</title><p>You are seeing this "
       "because the site is protected against scrapers, sorry for that.</p>"},
      {v1::REASON_CHALLENGE, "<h1>安全验证</h1><p>请完成下面的验证。</p>"},
      {v1::REASON_CONSENT,
       "<title>Before you continue to News</title><h1>Before you continue</h1>"
       "<p>We and our partners use cookies, and we ask for your consent.</p>"},
      {v1::REASON_CONSENT,
       "<h1>Zustimmung zu Cookies</h1><p>Wir verwenden "
       "Cookies, wie alle es tun, gerne.</p>"},
      {v1::REASON_LOGIN,
       "<title>Log in | News</title><h1>Welcome</h1>"
       "<form><input name=user></form>"},
      {v1::REASON_LOGIN,
       "<title>The bridge</title><h1>The bridge</h1><p>The council met, and "
       "nobody came to see it.</p><p>Already a subscriber? Log in</p>"},
      {v1::REASON_SOFT_404,
       "<title>Page not found | News</title><p>Sorry.</p>"},
      {v1::REASON_SOFT_404, "<h1>页面不存在</h1>"},
      {v1::REASON_LIST, "<title>Sport</title>" + Teasers(12)},
      {v1::REASON_EMPTY_SHELL, "<title>News</title><div id=root></div>"},
  };
  for (const Verdict& page : pages) {
    const body::PageKind kind = Judge(page.html);
    EXPECT_EQ(v1::Reason_Name(kind.reason), v1::Reason_Name(page.reason))
        << page.html.substr(0, 80);
    EXPECT_FALSE(kind.detail.empty());
  }
}

TEST(PageKind, AFrontPageIsAListThoughItHasText) {
  EXPECT_EQ(
      Judge(Teasers(12) + Paragraphs(1, 3), "https://news.example/").reason,
      v1::REASON_LIST);
}

TEST(PageKind, AHubIsAListThoughItSaysWhatItIsAbout) {
  const std::string hub = "<title>The bridge</title><h1>The bridge</h1><p>" +
                          Sentence(1) + Sentence(2) + "</p>" + Teasers(30);
  EXPECT_EQ(Judge(hub).reason, v1::REASON_LIST);
  EXPECT_EQ(Judge("<article><h1>The bridge</h1><p>" + Sentence(1) +
                  Sentence(2) + "</p><p>" + Sentence(3) + Sentence(4) +
                  "</p></article>" + Teasers(30))
                .reason,
            v1::REASON_UNSPECIFIED)
      << "an article that others are shown below";
}

TEST(PageKind, ARecipeIsNoList) {
  std::string recipe = "<h1>Soup</h1><ul>";
  for (int i = 0; i < 8; ++i) {
    recipe += "<li>" + std::to_string(i) + " cups of water, and salt";
  }
  EXPECT_EQ(Judge("<main>" + recipe + "</ul></main>" + Teasers(20)).reason,
            v1::REASON_UNSPECIFIED);
}

TEST(PageKind, APayTeaserIsNoArticle) {
  for (const char* wall : {"Jetzt weiterlesen mit Abo", "Réservé aux abonnés",
                           "Subscribe to continue reading", "付费内容",
                           "この記事は会員限定です"}) {
    EXPECT_EQ(Judge("<title>The bridge</title><article><h1>The bridge</h1><p>"
                    "The council met, and nobody came to see it.</p><p>" +
                    std::string(wall) + "</p></article>")
                  .reason,
              v1::REASON_LOGIN)
        << wall;
  }
}

TEST(PageKind, ArticlesThatSpeakOfWallsAreArticles) {
  for (const std::string& title :
       {std::string("Making sure you're not a bot: how sites fight scrapers"),
        std::string("404: why pages vanish"), std::string("Cookie consent"),
        std::string("Log in with your face")}) {
    const body::PageKind kind =
        Judge("<title>" + title + "</title><article><h1>" + title + "</h1>" +
              Paragraphs(1, 24) + "</article>" + Teasers(20));
    EXPECT_EQ(kind.reason, v1::REASON_UNSPECIFIED)
        << title << v1::Reason_Name(kind.reason);
  }
}

TEST(PageKind, VideosAndGalleriesAreArticlesOfTheirType) {
  EXPECT_EQ(Judge("<h1>The bridge</h1><video src=/v.mp4></video><p>It falls, "
                  "and nobody is hurt, luckily.</p>")
                .type,
            v1::Article::VIDEO);
  EXPECT_EQ(Judge("<h1>The bridge</h1><img src=1><img src=2><img src=3>",
                  "https://news.example/gallery/1")
                .type,
            v1::Article::GALLERY);
  std::string pictures = "<h1>The bridge</h1>";
  for (int i = 0; i < 6; ++i) {
    pictures += "<figure><img src=/" + std::to_string(i) +
                ".jpg><figcaption>It fell, in May.</figcaption></figure>";
  }
  EXPECT_EQ(
      Judge("<main><p>" + Sentence(1) + "</p>" + pictures + "</main>").type,
      v1::Article::GALLERY);
  EXPECT_EQ(Judge("<article><video src=/v></video>" + Paragraphs(1, 9)).type,
            v1::Article::ARTICLE);
}

}  // namespace
}  // namespace newsmill
