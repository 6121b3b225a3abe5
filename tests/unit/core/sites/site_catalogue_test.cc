#include "core/sites/site_catalogue.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using ::testing::HasSubstr;

constexpr char kGazette[] = R"(
revision = 7
[url]
hosts = ["www.gazette.example", "m.gazette.example"]
id = ['/story_(\d{1,9})(?:[/?#]|$)', '[?&]story=(\d{1,9})']
id_form = '\d{1,9}'
article_url = "https://www.gazette.example/story_{id}"
list = ['/list_(\d+)']
tracking_parameters = ["from", "utm_*"]

[fetch]
delay = "2s"
concurrency = 3
duplicate_window = "6h"

[[layout]]
name = "not of our concern"
)";

// A folder of rules that goes with the test.
class Rules {
 public:
  Rules() {
    std::string form =
        (std::filesystem::temp_directory_path() / "sites-XXXXXX").string();
    root_ = mkdtemp(form.data());
  }
  ~Rules() { std::filesystem::remove_all(root_); }
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;

  Rules& Add(const std::string& site, const std::string& text) {
    std::filesystem::create_directories(root_ / site);
    std::ofstream(root_ / site / "rule.toml") << text;
    return *this;
  }
  std::string path() const { return root_.string(); }

 private:
  std::filesystem::path root_;
};

SiteCatalogue Gazette() {
  Rules rules;
  rules.Add("gazette", kGazette);
  Result<SiteCatalogue> sites = SiteCatalogue::Load({rules.path()});
  EXPECT_TRUE(sites) << sites.error().message;
  return std::move(*sites);
}

std::string KeyOf(const std::string& requested, const std::string& final_url) {
  return Gazette().ArticleKey(*Url::Parse(requested), *Url::Parse(final_url));
}

Error LoadError(const std::string& rule) {
  Rules rules;
  rules.Add("gazette", rule);
  const Result<SiteCatalogue> sites = SiteCatalogue::Load({rules.path()});
  return sites ? Error{Code::kInternal, "loaded"} : sites.error();
}

TEST(SiteCatalogue, ReadsWhatARuleSaysOfUrlsAndPoliteness) {
  const SiteCatalogue sites = Gazette();
  const Site* site = sites.Find("gazette");
  ASSERT_NE(site, nullptr);
  EXPECT_EQ(site->hosts[1], "m.gazette.example");
  EXPECT_EQ(site->delay, Duration(2000));
  EXPECT_EQ(site->concurrency, 3);
  EXPECT_EQ(site->revision, 7);
  EXPECT_EQ(site->duplicate_window, std::chrono::hours(6));
  EXPECT_EQ(site->list_patterns.size(), 1U);
  EXPECT_EQ(sites.ForHost("m.gazette.example"), site);
  EXPECT_EQ(sites.ForHost("gazette.example"), nullptr);
}

TEST(SiteCatalogue, TurnsAnIdIntoTheSitesUrl) {
  const Result<Target> target = Gazette().Resolve("gazette:4711");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->site, "gazette");
  EXPECT_EQ(target->article_id, "4711");
  EXPECT_EQ(target->url.text(), "https://www.gazette.example/story_4711");
}

TEST(SiteCatalogue, FindsSiteAndIdInAUrl) {
  const SiteCatalogue sites = Gazette();
  const Result<Target> by_path =
      sites.Resolve("http://M.Gazette.Example/story_12?from=app");
  ASSERT_TRUE(by_path);
  EXPECT_EQ(by_path->site, "gazette");
  EXPECT_EQ(by_path->article_id, "12");
  EXPECT_EQ(by_path->url.text(), "http://m.gazette.example/story_12?from=app");

  const Result<Target> by_query =
      sites.Resolve("https://www.gazette.example/read?a=1&story=13");
  ASSERT_TRUE(by_query);
  EXPECT_EQ(by_query->article_id, "13");
}

TEST(SiteCatalogue, TakesAUrlOfNoSite) {
  const Result<Target> target = Gazette().Resolve("https://other.example/x");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->site, "");
  EXPECT_EQ(target->article_id, "");
}

TEST(SiteCatalogue, ATargetWithoutEndIsNotRepeated) {
  const std::string text =
      "https://www.gazette.example/" + std::string(9000, 'a');
  const Result<Target> target = Gazette().Resolve(text);
  ASSERT_FALSE(target);
  EXPECT_EQ(
      target.error().message,
      "a target of 9028 bytes; expected site:id or a URL of at most 8192");
}

TEST(SiteCatalogue, NamesTheKnownSitesWhenOneIsUnknown) {
  const Result<Target> target = Gazette().Resolve("gazete:1");
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code, Code::kNotFound);
  EXPECT_EQ(target.error().message, "unknown site 'gazete'; known: gazette");
}

TEST(SiteCatalogue, RefusesAnIdThatIsNotOfTheSitesForm) {
  for (const char* text : {"gazette:", "gazette:x1", "gazette:12 ",
                           "gazette:1234567890", "gazette:1/../2"}) {
    const Result<Target> target = Gazette().Resolve(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().code, Code::kOutOfRange) << text;
    EXPECT_THAT(target.error().message, HasSubstr("gazette")) << text;
  }
}

TEST(SiteCatalogue, RefusesWhatIsNeitherUrlNorId) {
  for (const char* text : {"", "4711", "two words", "ftp://gazette.example/1",
                           "https://", "://x", "Mail To:me"}) {
    const Result<Target> target = Gazette().Resolve(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().code, Code::kInvalidArgument) << text;
  }
}

TEST(SiteCatalogue, EscapesAnIdOfASiteWithoutForm) {
  Rules rules;
  rules.Add("blog", R"([url]
hosts = ["blog.example"]
article_url = "https://blog.example/p/{id}"
)");
  const Result<SiteCatalogue> sites = SiteCatalogue::Load({rules.path()});
  ASSERT_TRUE(sites);
  const Result<Target> target = sites->Resolve("blog:a b?c#d%");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->url.text(), "https://blog.example/p/a%20b%3Fc%23d%25");
}

TEST(SiteCatalogue, RefusesAnIdOfASiteThatNamesNoArticleUrl) {
  Rules rules;
  rules.Add("blog", "[url]\nhosts = [\"blog.example\"]\n");
  const Result<SiteCatalogue> sites = SiteCatalogue::Load({rules.path()});
  ASSERT_TRUE(sites);
  const Result<Target> target = sites->Resolve("blog:1");
  ASSERT_FALSE(target);
  EXPECT_THAT(target.error().message, HasSubstr("give the URL itself"));
}

TEST(ArticleKey, IsSiteAndIdOfTheRequestedUrl) {
  EXPECT_EQ(KeyOf("https://m.gazette.example/story_1",
                  "https://www.gazette.example/story_2"),
            "gazette:1");
}

TEST(ArticleKey, IsThatOfTheFinalUrlWhereTheRequestedShowsNoId) {
  EXPECT_EQ(KeyOf("https://short.example/x",
                  "https://www.gazette.example/story_2?from=sms"),
            "gazette:2");
}

TEST(ArticleKey, FoldsSpellingsOfOneUrlWithoutId) {
  const std::string key = "https://www.gazette.example/about?b=2";
  for (const char* url : {"http://m.gazette.example/about?from=a&b=2",
                          "https://www.gazette.example/about?b=2&utm_x=1#top",
                          "https://WWW.gazette.example:443/about?b=2&from"}) {
    EXPECT_EQ(KeyOf(url, url), key) << url;
  }
}

TEST(ArticleKey, KeepsPortAndParametersThatMayMatter) {
  EXPECT_EQ(KeyOf("http://m.gazette.example:8080/about?story_from=1",
                  "http://m.gazette.example:8080/about"),
            "https://www.gazette.example:8080/about?story_from=1");
  EXPECT_EQ(KeyOf("http://other.example/?from=a", "http://other.example/"),
            "https://other.example/?from=a");
}

TEST(ArticleKey, TellsSitesOnPortsOfOneHostApart) {
  Rules rules;
  rules.Add("one", "[url]\nhosts = [\"127.0.0.1:8001\"]\nid = ['/(\\d+)']\n");
  rules.Add("two", "[url]\nhosts = [\"127.0.0.1:8002\"]\nid = ['/(\\d+)']\n");
  const Result<SiteCatalogue> sites = SiteCatalogue::Load({rules.path()});
  ASSERT_TRUE(sites);
  const Url two = *Url::Parse("http://127.0.0.1:8002/5");
  EXPECT_EQ(sites->ArticleKey(two, two), "two:5");
  const Url about = *Url::Parse("http://127.0.0.1:8002/about");
  EXPECT_EQ(sites->ArticleKey(about, about), "https://127.0.0.1:8002/about");
}

TEST(SiteCatalogue, LetsAnEarlierDirectoryHideASite) {
  Rules mine, theirs;
  mine.Add("gazette", "[url]\nhosts = [\"mine.example\"]\n");
  theirs.Add("gazette", kGazette)
      .Add("herald", "[url]\nhosts = [\"herald.example\"]\n");
  const Result<SiteCatalogue> sites =
      SiteCatalogue::Load({mine.path(), theirs.path()});
  ASSERT_TRUE(sites);
  EXPECT_EQ(sites->Find("gazette")->hosts.front(), "mine.example");
  EXPECT_EQ(sites->ForHost("www.gazette.example"), nullptr);
  EXPECT_NE(sites->Find("herald"), nullptr);
}

TEST(SiteCatalogue, RefusesTwoSitesWithOneHost) {
  Rules rules;
  rules.Add("gazette", kGazette)
      .Add("herald", "[url]\nhosts = [\"M.gazette.example\"]\n");
  const Result<SiteCatalogue> sites = SiteCatalogue::Load({rules.path()});
  ASSERT_FALSE(sites);
  EXPECT_EQ(sites.error().code, Code::kBadConfiguration);
  EXPECT_THAT(sites.error().message, HasSubstr("herald/rule.toml"));
  EXPECT_THAT(sites.error().message,
              HasSubstr("m.gazette.example belongs to site 'gazette'"));
}

TEST(SiteCatalogue, NamesADirectoryThatIsNotThere) {
  const Result<SiteCatalogue> sites = SiteCatalogue::Load({"/no/such/folder"});
  ASSERT_FALSE(sites);
  EXPECT_EQ(sites.error().code, Code::kBadConfiguration);
  EXPECT_THAT(sites.error().message, HasSubstr("/no/such/folder"));
}

struct BadRule {
  const char* name;
  const char* text;
  int line;
  const char* message;
};

class BadRules : public ::testing::TestWithParam<BadRule> {};

TEST_P(BadRules, AreRefusedWithFileLineAndExpectation) {
  const Error error = LoadError(GetParam().text);
  EXPECT_EQ(error.code, Code::kBadConfiguration);
  EXPECT_THAT(
      error.message,
      HasSubstr("gazette/rule.toml:" + std::to_string(GetParam().line) + ": "));
  EXPECT_THAT(error.message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    SiteCatalogue, BadRules,
    ::testing::Values(
        BadRule{"no_toml", "[url]\nhosts = [\"a\"\n[x]\n", 3, "not TOML"},
        BadRule{"no_url", "a = 1\n", 1, "[url] section"},
        BadRule{"url_no_section", "url = 1\n", 1, "not a section"},
        BadRule{"no_hosts", "\n[url]\nid = ['(x)']\n", 2, "url.hosts"},
        BadRule{"empty_hosts", "[url]\nhosts = []\n", 2, "url.hosts"},
        BadRule{"hosts_no_list", "[url]\nhosts = \"a\"\n", 2, "url.hosts"},
        BadRule{"host_no_string", "[url]\nhosts = [\n1]\n", 3, "a string"},
        BadRule{"host_with_path", "[url]\nhosts = [\"a.example/x\"]\n", 2,
                "'a.example/x' is not a host name"},
        BadRule{"unknown_url_key",
                "[url]\nhosts = [\"a\"]\ncanonical = \"x\"\n", 3,
                "unknown key 'canonical' in [url]; known: hosts, id"},
        BadRule{"unknown_fetch_key",
                "[url]\nhosts = [\"a\"]\n[fetch]\nspeed = 1\n", 4,
                "unknown key 'speed' in [fetch]"},
        BadRule{"bad_regex", "[url]\nhosts = [\"a\"]\nid = ['(']\n", 3,
                "not a regular expression"},
        BadRule{"no_group", "[url]\nhosts = [\"a\"]\nid = ['x']\n", 3,
                "has no group"},
        BadRule{"bad_form", "[url]\nhosts = [\"a\"]\nid_form = '['\n", 3,
                "not a regular expression"},
        BadRule{"url_without_id",
                "[url]\nhosts = [\"a\"]\narticle_url = \"https://a/\"\n", 3,
                "no {id}"},
        BadRule{"url_elsewhere",
                "[url]\nhosts = [\"a\"]\narticle_url = \"https://b/{id}\"\n", 3,
                "not one of url.hosts"},
        BadRule{"url_no_url",
                "[url]\nhosts = [\"a\"]\narticle_url = \"a/{id}\"\n", 3,
                "url.article_url"},
        BadRule{"bad_delay", "[url]\nhosts = [\"a\"]\n[fetch]\ndelay = 2\n", 4,
                "fetch.delay"},
        BadRule{"bad_delay_text",
                "[url]\nhosts = [\"a\"]\n[fetch]\ndelay = \"soon\"\n", 4,
                "a duration"},
        BadRule{"bad_window",
                "[url]\nhosts = [\"a\"]\n[fetch]\n"
                "duplicate_window = \"-1h\"\n",
                4, "fetch.duplicate_window"},
        BadRule{"no_concurrency",
                "[url]\nhosts = [\"a\"]\n[fetch]\nconcurrency = 0\n", 4,
                "from 1 to 64"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(SiteCatalogue, RefusesAFolderWhoseNameIsNoSiteName) {
  Rules rules;
  rules.Add("The Gazette", kGazette);
  const Result<SiteCatalogue> sites = SiteCatalogue::Load({rules.path()});
  ASSERT_FALSE(sites);
  EXPECT_THAT(sites.error().message, HasSubstr("not a site name"));
}

}  // namespace
}  // namespace newsmill
