#include "core/base/url.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace newsmill {
namespace {

std::string Normalised(const std::string& text) {
  const Result<Url> url = Url::Parse(text);
  return url ? url->text() : url.error().message;
}

TEST(Url, SpellsOneAddressInOneWay) {
  EXPECT_EQ(Normalised("HTTP://WWW.Example.COM:80"), "http://www.example.com/");
  EXPECT_EQ(Normalised("https://news.example.:443/a/../b#top"),
            "https://news.example/b");
  EXPECT_EQ(Normalised("https://news.example/a?x=1&y=2#z"),
            "https://news.example/a?x=1&y=2");
  EXPECT_EQ(Normalised("https://news.example?x"), "https://news.example/?x");
}

TEST(Url, SpellsOneHostInOneWay) {
  EXPECT_EQ(Url::Parse("http://n%65ws.example/")->host(), "news.example");
  EXPECT_EQ(Url::Parse("http://例え.jp/")->host(), "xn--r8jz45g.jp");
  EXPECT_EQ(Url::Parse("http://XN--R8JZ45G.jp/")->host(), "xn--r8jz45g.jp");
  EXPECT_EQ(Url::Parse("http://Bücher.example/")->host(),
            "xn--bcher-kva.example");
  EXPECT_EQ(Url::Parse("http://[::1]:8080/")->host(), "[::1]");
}

TEST(Url, EscapesWhatIsNotAscii) {
  EXPECT_EQ(Normalised("https://news.example/新?q=é"),
            "https://news.example/%E6%96%B0?q=%C3%A9");
}

TEST(Url, KeysAHostWithItsPortWhereThatIsNotTheSchemesOwn) {
  EXPECT_EQ(Url::Parse("https://news.example/")->HostKey(), "news.example");
  EXPECT_EQ(Url::Parse("https://news.example:443/")->HostKey(), "news.example");
  EXPECT_EQ(Url::Parse("http://news.example:443/")->HostKey(),
            "news.example:443");
}

TEST(Url, RefusesWhatNobodyShouldAsk) {
  for (const char* text :
       {"", "news.example/a", "ftp://news.example/", "javascript:alert(1)",
        "file:///etc/passwd", "http://", "http://user@host/",
        "http://user:secret@host/", "http://ho st/", "http://host/a b",
        "http://host/a\nb", "http://host:99999/", "http://host:0/",
        "http://a%2Fb.example/", "http://a%00b.example/"}) {
    EXPECT_FALSE(Url::Parse(text)) << text;
  }
}

TEST(Url, SaysWhatIsWrong) {
  const Result<Url> url = Url::Parse("ftp://news.example/x");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().code, Code::kInvalidArgument);
  EXPECT_EQ(url.error().message,
            "'ftp://news.example/x' is not an http or https URL: its scheme is "
            "'ftp'");
}

TEST(Url, RefusesMoreThanEightKibibytes) {
  EXPECT_TRUE(Url::Parse("http://h/" + std::string(8000, 'a')));
  EXPECT_FALSE(Url::Parse("http://h/" + std::string(9000, 'a')));
}

TEST(Url, ANormalFormIsTheLastOne) {
  // Full-width digits and an ideographic full stop.
  EXPECT_EQ(
      Url::Parse("http://\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.1/")->host(),
      "127.0.0.1");
  EXPECT_EQ(Url::Parse("http://news.example\xE3\x80\x82/")->host(),
            "news.example");
  EXPECT_FALSE(Url::Parse("http://news.example../"));
  EXPECT_FALSE(Url::Parse("http://news..example/"));
  // Three bytes each once escaped.
  std::string path;
  for (int i = 0; i < 3000; ++i) path += "\xC3";
  EXPECT_FALSE(Url::Parse("http://h/" + path));
  EXPECT_EQ(Url::Parse("http://2130706433./")->text(), "http://127.0.0.1/");
  EXPECT_EQ(Url::Parse("http://2%2e430/")->text(), "http://2.0.1.174/");
  EXPECT_FALSE(Url::Parse("https://XN--f/")) << "as https://xn--f/";
}

// What is written in the normal form is not taken apart by libcurl: a scheme in
// capitals makes it so.
TEST(Url, TakesTheNormalFormAsItIs) {
  for (const std::string& rest : std::vector<std::string>{
           "://a.example/", "://a.example/b/c-d_e.html?x=1&y=/../z",
           "://a-b.example//c;d=e:f@g", "://1.example/", "://a/b",
           // These are not in it.
           "://a.example", "://a.example/?", "://a.example/b/../c",
           "://a.example/./b", "://a.example/.", "://a.example/b#c",
           "://a.example/%7e", "://a.example:80/", "://a.example:8080/",
           "://a.example:443/", "://A.example/", "://a.example./",
           "://a..example/", "://.a.example/", "://u@a.example/", "://1.2.3.4/",
           "://0x7f.1/", "://a.1/", "://xn--a/", "://a_b.example/",
           "://a.example/[", "://a.example/\"", "://a.example/'",
           "://a.example/a|b", ":///a", "://", ":/a.example/",
           "x://a.example/"}) {
    for (const std::string& scheme :
         std::vector<std::string>{"http", "https"}) {
      const Result<Url> url = Url::Parse(scheme + rest);
      const Result<Url> slow = Url::Parse("HTTP" + scheme.substr(4) + rest);
      ASSERT_EQ(url.has_value(), slow.has_value()) << scheme + rest;
      if (!url) continue;
      EXPECT_EQ(url->text(), slow->text());
      EXPECT_EQ(url->scheme(), slow->scheme());
      EXPECT_EQ(url->host(), slow->host());
      EXPECT_EQ(url->port(), slow->port());
      EXPECT_EQ(url->path(), slow->path());
      EXPECT_EQ(url->query(), slow->query());
    }
  }
}

TEST(Url, MakesReferencesAbsolute) {
  const Url base = *Url::Parse("https://news.example/a/b?c");
  EXPECT_EQ(base.Resolve("d")->text(), "https://news.example/a/d");
  EXPECT_EQ(base.Resolve("/d")->text(), "https://news.example/d");
  EXPECT_EQ(base.Resolve("../d")->text(), "https://news.example/d");
  EXPECT_EQ(base.Resolve("//img.example/d")->text(), "https://img.example/d");
  EXPECT_EQ(base.Resolve("http://other.example/")->text(),
            "http://other.example/");
  EXPECT_FALSE(base.Resolve("mailto:news@news.example"));
}

}  // namespace
}  // namespace newsmill
