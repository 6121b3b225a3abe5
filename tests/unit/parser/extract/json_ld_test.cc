#include <gmock/gmock.h>

#include <string>

#include "parser/extract/metadata.h"
#include "tests/unit/parser/extract/pages.h"

namespace newsmill {
namespace {

using testing::ElementsAre;

v1::Article FromJson(std::string_view json) {
  return FillPage(FillFromMetadata, JsonLdPage(json));
}

std::vector<std::string> AuthorsOf(const v1::Article& article) {
  std::vector<std::string> names;
  for (const v1::Person& person : article.authors()) {
    names.push_back(person.name());
  }
  return names;
}

std::string Sentences(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "The council met on day " + std::to_string(i) + " as planned. ";
  }
  return text;
}

TEST(JsonLd, FillsAnArticle) {
  const v1::Article article = FromJson(R"({
      "@context": "https://schema.org", "@type": "NewsArticle",
      "headline": "Council &amp; mayor agree", "description": "After a\nnight.",
      "author": {"@type": "Person", "name": "Ada Byron", "url": "/by/ada"},
      "publisher": {"@type": "Organization", "name": "Example News",
                    "url": "https://news.example"},
      "datePublished": "2024-05-06T07:08:09Z", "dateModified": 1714982400000,
      "image": [{"@type": "ImageObject", "url": "/i/1.jpg", "width": "640px",
                 "height": 480, "caption": "The hall"}, "//img.example/2.jpg"],
      "keywords": "council, mayor;budget, council",
      "articleSection": ["Politics", "City"], "inLanguage": "en_gb",
      "isAccessibleForFree": "False", "commentCount": "7"})");
  EXPECT_EQ(article.headline(), "Council & mayor agree");
  EXPECT_EQ(article.description(), "After a night.");
  ASSERT_EQ(article.authors_size(), 1);
  EXPECT_EQ(article.authors(0).name(), "Ada Byron");
  EXPECT_EQ(article.authors(0).url(), "https://news.example/by/ada");
  EXPECT_EQ(article.publisher().name(), "Example News");
  EXPECT_EQ(TimeOf(article.date_published()), "2024-05-06T07:08:09.000Z");
  EXPECT_EQ(article.date_published().raw(), "2024-05-06T07:08:09Z");
  EXPECT_EQ(TimeOf(article.date_modified()), "2024-05-06T08:00:00.000Z");
  ASSERT_EQ(article.images_size(), 2);
  EXPECT_EQ(article.images(0).url(), "https://news.example/i/1.jpg");
  EXPECT_EQ(article.images(0).width(), 640);
  EXPECT_EQ(article.images(0).height(), 480);
  EXPECT_EQ(article.images(0).caption(), "The hall");
  EXPECT_EQ(article.images(1).url(), "https://img.example/2.jpg");
  EXPECT_EQ(article.lead_image(), 0);
  EXPECT_THAT(article.keywords(), ElementsAre("council", "mayor", "budget"));
  EXPECT_EQ(article.article_section().name(), "Politics");
  EXPECT_EQ(article.in_language(), "en-GB");
  EXPECT_FALSE(article.is_accessible_for_free());
  EXPECT_EQ(article.comment_count(), 7);
  EXPECT_EQ(article.page_type(), v1::Article::ARTICLE);
  EXPECT_EQ(SourceOf(article, "headline"), "JSON_LD headline");
  EXPECT_EQ(SourceOf(article, "date_modified"), "JSON_LD dateModified");
}

TEST(JsonLd, FollowsReferencesInAGraph) {
  const v1::Article article = FromJson(R"({"@graph": [
      {"@type": "WebSite", "@id": "#site", "name": "Site"},
      {"@type": "Article", "headline": "H", "author": [{"@id": "#a"},
       {"@id": "#b"}], "publisher": {"@id": "#org"}, "image": {"@id": "#img"}},
      {"@type": "Person", "@id": "#a", "name": "Ada"},
      {"@type": "Person", "@id": "#b", "name": "Bob"},
      {"@type": "Organization", "@id": "#org", "name": "Org"},
      {"@type": "ImageObject", "@id": "#img", "url": "/i.jpg"}]})");
  EXPECT_THAT(AuthorsOf(article), ElementsAre("Ada", "Bob"));
  EXPECT_EQ(article.publisher().name(), "Org");
  EXPECT_EQ(article.images(0).url(), "https://news.example/i.jpg");
}

TEST(JsonLd, EndsAtReferencesInACircle) {
  const v1::Article article = FromJson(R"({"@graph": [
      {"@type": "Article", "@id": "#x", "headline": "H",
       "author": {"@id": "#y"}, "mainEntity": {"@id": "#x"}},
      {"@type": "Person", "@id": "#y", "name": {"@id": "#y"},
       "author": {"@id": "#x"}}]})");
  EXPECT_EQ(article.headline(), "H");
}

TEST(JsonLd, FindsTheArticleInListsAndBelowAPage) {
  EXPECT_EQ(FromJson(R"([{"@type": "Organization", "name": "O"},
      {"@type": ["Thing", "http://schema.org/NewsArticle"],
       "headline": "H"}])")
                .headline(),
            "H");
  EXPECT_EQ(FromJson(R"({"@type": "WebPage", "name": "P", "mainEntity":
      {"@type": "NewsArticle", "headline": "H"}})")
                .headline(),
            "H");
}

TEST(JsonLd, PrefersTheArticleThatNamesThePage) {
  EXPECT_EQ(FromJson(R"([
      {"@type": "NewsArticle", "headline": "Other", "url": "/a/2.html"},
      {"@type": "NewsArticle", "headline": "This", "mainEntityOfPage":
       {"@type": "WebPage", "@id": "https://news.example/a/1.html"}}])")
                .headline(),
            "This");
}

TEST(JsonLd, ReadsAuthorsInEveryForm) {
  const auto authors = [](std::string_view value) {
    return AuthorsOf(FromJson(R"({"@type": "Article", "author": )" +
                              std::string(value) + "}"));
  };
  EXPECT_THAT(authors(R"("By Ada Byron and Bob Hall")"),
              ElementsAre("Ada Byron", "Bob Hall"));
  EXPECT_THAT(authors(R"(["Ada", {"name": "Bob"}, "Ada"])"),
              ElementsAre("Ada", "Bob"));
  EXPECT_THAT(authors(R"({"name": ["张三", "李四"]})"),
              ElementsAre("张三", "李四"));
  EXPECT_THAT(authors(R"("张三、李四")"), ElementsAre("张三", "李四"));
}

TEST(JsonLd, TakesNoAddressAndNoPlaceholderForAnAuthor) {
  const auto authors = [](std::string_view value) {
    return AuthorsOf(FromJson(R"({"@type": "Article", "author": )" +
                              std::string(value) + "}"));
  };
  EXPECT_THAT(authors(R"("https://facebook.example/ada")"), ElementsAre());
  EXPECT_THAT(authors(R"("desk@news.example")"), ElementsAre());
  EXPECT_THAT(authors(R"("null")"), ElementsAre());
  EXPECT_THAT(authors("104363"), ElementsAre());
}

TEST(JsonLd, TakesAnOrganisationForAnAuthorWhereNobodyElseIsNamed) {
  const auto authors = [](std::string_view value) {
    return AuthorsOf(FromJson(R"({"@type": "Article", "author": )" +
                              std::string(value) + "}"));
  };
  EXPECT_THAT(authors(R"({"@type": "Organization", "name": "Wire"})"),
              ElementsAre("Wire"));
  EXPECT_THAT(authors(R"("Daily Mill", "publisher": {"name": "Daily Mill"})"),
              ElementsAre("Daily Mill"));
  EXPECT_THAT(authors(R"([{"@type": "Organization", "name": "Daily Mill"},
                          {"@type": "Person", "name": "Ada Byron"}],
                          "publisher": {"name": "Daily Mill"})"),
              ElementsAre("Ada Byron"))
      << "the medium is no author beside a person";
}

TEST(JsonLd, ReadsKeywordsAsAListToo) {
  EXPECT_THAT(FromJson(R"({"@type": "Article", "keywords":
      ["甘肃", "检察院", {"@type": "DefinedTerm", "name": "欠薪"}]})")
                  .keywords(),
              ElementsAre("甘肃", "检察院", "欠薪"));
}

TEST(JsonLd, ReadsBreadcrumbs) {
  const v1::Article article = FromJson(R"({"@type": "BreadcrumbList",
      "itemListElement": [
        {"@type": "ListItem", "position": 1, "name": "Home", "item": "/"},
        {"@type": "ListItem", "position": 2,
         "item": {"@id": "/city", "name": "City"}}]})");
  ASSERT_EQ(article.breadcrumbs_size(), 2);
  EXPECT_EQ(article.breadcrumbs(0).name(), "Home");
  EXPECT_EQ(article.breadcrumbs(0).url(), "https://news.example/");
  EXPECT_EQ(article.breadcrumbs(1).name(), "City");
  EXPECT_EQ(article.breadcrumbs(1).url(), "https://news.example/city");
}

TEST(JsonLd, ReadsBaidusOwnForm) {
  const v1::Article article = FromJson(R"({
      "@context": "https://ziyuan.baidu.com/contexts/cambrian.jsonld",
      "@id": "https://news.example/a/1.html", "title": "标题",
      "images": ["https://img.example/1.jpg"],
      "pubDate": "2019-09-07T13:43:45"})");
  EXPECT_EQ(article.headline(), "标题");
  EXPECT_EQ(TimeOf(article.date_published()), "2019-09-07T05:43:45.000Z");
  EXPECT_TRUE(article.date_published().zone_assumed());
  EXPECT_EQ(article.images_size(), 1);
}

TEST(JsonLd, ReadsInteractionCounters) {
  const v1::Article article = FromJson(R"({"@type": "Article",
      "interactionStatistic": [
        {"interactionType": "https://schema.org/CommentAction",
         "userInteractionCount": 3},
        {"interactionType": {"@type": "LikeAction"},
         "userInteractionCount": "0"}]})");
  EXPECT_EQ(article.comment_count(), 3);
  EXPECT_TRUE(article.has_like_count());
  EXPECT_EQ(article.like_count(), 0);
  EXPECT_FALSE(article.has_share_count());
}

TEST(JsonLd, TakesAWholeBody) {
  const std::string body = Sentences(6) + "\\n\\n" + Sentences(3);
  const v1::Article article =
      FromJson(R"({"@type": "Article", "articleBody": ")" + body + "\"}");
  ASSERT_EQ(article.blocks_size(), 2);
  EXPECT_EQ(article.blocks(0).kind(), v1::Block::PARAGRAPH);
  EXPECT_EQ(article.article_body(),
            article.blocks(0).text() + "\n" + article.blocks(1).text());
  EXPECT_EQ(SourceOf(article, "article_body"), "JSON_LD articleBody");
}

TEST(JsonLd, ReadsABodyWithMarkupInIt) {
  const std::string body =
      "<p>" + Sentences(6) + "<b>x &amp; y</b></p><p>End.</p>";
  const v1::Article article =
      FromJson(R"({"@type": "Article", "articleBody": ")" + body + "\"}");
  ASSERT_EQ(article.blocks_size(), 2);
  EXPECT_TRUE(article.blocks(0).text().ends_with("x & y"));
  EXPECT_EQ(article.blocks(1).text(), "End.");
}

TEST(JsonLd, LeavesABodyThatIsNotWhole) {
  const auto has_body = [](const std::string& body, const std::string& html) {
    return FillPage(FillFromMetadata,
                    JsonLdPage(R"({"@type": "Article", "articleBody": ")" +
                               body + "\"}") +
                        html)
               .blocks_size() > 0;
  };
  EXPECT_FALSE(has_body("Too short.", ""));
  EXPECT_FALSE(has_body(Sentences(9) + "and then…", ""));
  EXPECT_TRUE(has_body(Sentences(9), "<p>" + Sentences(3) + "</p>"));
}

TEST(JsonLd, SurvivesWhatIsBroken) {
  for (const char* json :
       {"{", "[]", "null", "3", R"({"@type": 5})", R"({"@graph": {}})",
        R"({"@type": "Article", "headline": {}, "author": [[]], "image": 5,
            "datePublished": [], "publisher": [null], "keywords": {"a": 1},
            "isAccessibleForFree": [], "articleBody": {}})"}) {
    const v1::Article article = FromJson(json);
    EXPECT_EQ(article.headline(), "") << json;
    EXPECT_EQ(article.authors_size(), 0) << json;
  }
  EXPECT_EQ(
      FromJson("{\"@type\": \"Article\", \"headline\": \"a\nb\"}").headline(),
      "a b");
}

TEST(JsonLd, BoundsWhatNestsWithoutEnd) {
  std::string json = R"({"@type": "Article", "headline": "H"})";
  for (int i = 0; i < 200; ++i) json = R"({"mainEntity": )" + json + "}";
  EXPECT_EQ(FromJson(json).headline(), "");
  std::string many = "[";
  for (int i = 0; i < 20'000; ++i) many += R"({"@type": "Thing"},)";
  EXPECT_EQ(FromJson(many + "{}]").headline(), "");
}

TEST(JsonLd, ReadsOrSkipsMegabytes) {
  const std::string filler(5 << 20, 'x');
  EXPECT_EQ(FromJson(R"({"@type": "Article", "headline": "H", "text": ")" +
                     filler + "\"}")
                .headline(),
            "H");
  EXPECT_EQ(
      FromJson(R"({"@type": "Article", "headline": "H", "text": ")" + filler)
          .headline(),
      "")
      << "what does not end is no JSON";
  std::string nested = R"({"@type": "Article", "headline": "H", "author": [)";
  for (int i = 0; i < 100'000; ++i) nested += R"({"@id": "#a"},)";
  EXPECT_EQ(
      FromJson(nested + R"({"@id": "#a", "name": "Ada Byron"}]})").headline(),
      "H");
}

TEST(JsonLd, TakesNoAbsurdDate) {
  for (const char* date :
       {"0000-00-00T00:00:00Z", "9999-12-31", "2044-01-01T00:00:00Z", "1-1-1",
        "-1", "2024-13-45", "99999999999999999999", "2024-02-31"}) {
    const v1::Article article =
        FromJson(R"({"@type": "Article", "headline": "H", "datePublished": ")" +
                 std::string(date) + "\"}");
    EXPECT_FALSE(article.has_date_published()) << date;
  }
}

}  // namespace
}  // namespace newsmill
