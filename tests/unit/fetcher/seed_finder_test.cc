#include "fetcher/seed_finder.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "tests/support/scripted_server.h"
#include "tests/unit/fetcher/fakes.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RedirectTo;
using testing::Script;
using testing::ScriptedServer;

std::string Gzip(const std::string& text) {
  constexpr int kGzipWindow = MAX_WBITS + 16;
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8,
                         Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string in = text;
  std::string out(deflateBound(&stream, in.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Entry(const std::string& url, const std::string& lastmod = "") {
  return "<url><loc>" + url + "</loc>" +
         (lastmod.empty() ? "" : "<lastmod>" + lastmod + "</lastmod>") +
         "</url>";
}
std::string Urlset(const std::string& entries) {
  return "<urlset>" + entries + "</urlset>";
}
std::string Child(const std::string& url, const std::string& lastmod = "") {
  return "<sitemap><loc>" + url + "</loc>" +
         (lastmod.empty() ? "" : "<lastmod>" + lastmod + "</lastmod>") +
         "</sitemap>";
}
std::string Index(const std::string& children) {
  return "<sitemapindex>" + children + "</sitemapindex>";
}

// Documents by path, on every host of a made-up web.
class SeedFinderTest : public ::testing::Test {
 protected:
  SeedFinderTest()
      : sites_(testing::CatalogueOf({{"gazette", testing::kGazetteRule}})),
        server_([this](const ScriptedServer::Request& request) {
          if (request.target == "/robots.txt") return robots_;
          const auto found = answers_.find(request.target);
          return found == answers_.end() ? Answer("404 Not Found", "")
                                         : found->second;
        }) {
    config_.host_delay = 0ms;
    for (const char* host :
         {"www.gazette.example", "feeds.paper.example", "other.example"}) {
      config_.connect_to[std::string(host) + ":80"] = server_.address();
    }
  }

  void Serve(const std::string& path, const std::string& body,
             const std::string& type = "application/xml") {
    answers_[path] = Answer("200 OK", body, {"Content-Type: " + type});
  }

  SeedQuery QueryFor(const std::string& url) {
    const Url start = *Url::Parse(url);
    return {start, SeedScope::Around(sites_, start), {}, {}, {}};
  }

  SeedFindings Find(const SeedQuery& query) {
    auto fetcher = OneShotFetcher::Create(config_, sites_);
    EXPECT_TRUE(fetcher) << fetcher.error().message;
    return FindSeeds(query, *NewSeedSource(**fetcher, sites_));
  }
  SeedFindings Find(const std::string& url) { return Find(QueryFor(url)); }

  static std::vector<std::string> Urls(const SeedFindings& findings) {
    std::vector<std::string> urls;
    for (const FoundSeed& seed : findings.seeds)
      urls.push_back(seed.url.text());
    return urls;
  }
  int Asked(const std::string& path) const {
    int count = 0;
    for (const auto& request : server_.requests()) {
      count += request.target == path ? 1 : 0;
    }
    return count;
  }

  SiteCatalogue sites_;
  Script robots_ = Answer("404 Not Found", "");
  std::map<std::string, Script> answers_;
  ScriptedServer server_;
  FetcherConfig config_;
};

TEST_F(SeedFinderTest, ReadsAFeedAndSaysWhereEachUrlStood) {
  Serve("/feed",
        "<rss><channel><item><link>/news/1</link></item></channel></rss>",
        "application/rss+xml");
  const SeedFindings findings = Find("http://www.gazette.example/feed");
  EXPECT_THAT(Urls(findings), ElementsAre("http://www.gazette.example/news/1"));
  EXPECT_EQ(findings.seeds[0].found_in, "http://www.gazette.example/feed");
  EXPECT_TRUE(findings.seeds[0].in_feed);
  EXPECT_THAT(findings.troubles, IsEmpty());
}

TEST_F(SeedFinderTest, RobotsTxtCountsForTheDocumentToo) {
  robots_ = Answer("200 OK", "User-agent: *\nDisallow: /feed\n");
  Serve("/feed", "<rss/>");
  const SeedFindings findings = Find("http://www.gazette.example/feed");
  ASSERT_EQ(findings.troubles.size(), 1u);
  EXPECT_THAT(findings.troubles[0].what, HasSubstr("ROBOTS"));
  EXPECT_FALSE(findings.troubles[0].retryable);
  EXPECT_EQ(Asked("/feed"), 0);
}

TEST_F(SeedFinderTest, WhatTheOrdersRefuseIsNotAsked) {
  Serve("/feed", "<rss/>");
  SeedQuery query = QueryFor("http://www.gazette.example/feed");
  query.refuses = [](const Url&) { return "the host is paused"; };
  const SeedFindings findings = Find(query);
  ASSERT_EQ(findings.troubles.size(), 1u);
  EXPECT_TRUE(findings.troubles[0].retryable);
  EXPECT_THAT(server_.requests(), IsEmpty());
}

TEST_F(SeedFinderTest, TheGuardStandsBeforePrivateAddresses) {
  config_.connect_to.clear();
  const SeedFindings findings = Find("http://10.1.2.3/sitemap.xml");
  ASSERT_EQ(findings.troubles.size(), 1u);
  EXPECT_THAT(findings.troubles[0].what, HasSubstr("ADDRESS_REFUSED"));
}

TEST_F(SeedFinderTest, RelativeLinksCountFromWhereTheDocumentWasFound) {
  answers_["/old"] = RedirectTo("/deep/feed");
  Serve("/deep/feed",
        "<rss><channel><item><link>1</link></item></channel></rss>");
  EXPECT_THAT(Urls(Find("http://www.gazette.example/old")),
              ElementsAre("http://www.gazette.example/deep/1"));
}

TEST_F(SeedFinderTest, ReadsTheSitemapsOfAnIndexPackedOrNot) {
  Serve("/index.xml", Index(Child("http://www.gazette.example/a.xml.gz") +
                            Child("http://www.gazette.example/b.xml")));
  Serve("/a.xml.gz", Gzip(Urlset(Entry("http://www.gazette.example/news/1"))),
        "application/x-gzip");
  answers_["/b.xml"] =
      Answer("200 OK", Gzip(Urlset(Entry("http://m.gazette.example/news/2"))),
             {"Content-Type: text/xml", "Content-Encoding: gzip"});
  const SeedFindings findings = Find("http://www.gazette.example/index.xml");
  EXPECT_THAT(Urls(findings), ElementsAre("http://www.gazette.example/news/1",
                                          "http://m.gazette.example/news/2"));
  EXPECT_EQ(findings.seeds[0].found_in, "http://www.gazette.example/a.xml.gz");
  EXPECT_EQ(findings.documents, 3);
  EXPECT_THAT(findings.troubles, IsEmpty());
}

TEST_F(SeedFinderTest, EachUrlIsCountedOnceAndWhereItFell) {
  Serve("/s.xml",
        Urlset(Entry("http://www.gazette.example/news/1", "2026-07-24") +
               Entry("http://www.gazette.example/news/1", "2026-07-24") +
               Entry("http://www.gazette.example/news/2", "2026-07-01") +
               Entry("http://www.gazette.example/about", "2026-07-24") +
               Entry("http://other.example/news/3", "2026-07-24") +
               Entry("mailto:desk@gazette.example") +
               Entry("http://www.gazette.example/news/4")));
  SeedQuery query = QueryFor("http://www.gazette.example/s.xml");
  query.since = ParseRfc3339("2026-07-20T00:00:00Z").value();
  query.matches = [](std::string_view url) {
    return url.find("/news/") != url.npos;
  };
  const SeedFindings findings = Find(query);
  EXPECT_THAT(Urls(findings), ElementsAre("http://www.gazette.example/news/1",
                                          "http://www.gazette.example/news/4"));
  EXPECT_EQ(findings.entries, 7);
  EXPECT_EQ(findings.repeated, 1);
  EXPECT_EQ(findings.too_old, 1);
  EXPECT_EQ(findings.unmatched, 1);
  EXPECT_EQ(findings.foreign, 1);
  EXPECT_EQ(findings.unreadable, 1);
}

TEST_F(SeedFinderTest, WithoutARuleTheRegistrableDomainIsTheScope) {
  Serve("/feed",
        Urlset(Entry("http://paper.example/1") +
               Entry("http://news.paper.example/2") +
               Entry("http://other.example/3") + Entry("http://example/4")));
  EXPECT_THAT(
      Urls(Find("http://feeds.paper.example/feed")),
      ElementsAre("http://paper.example/1", "http://news.paper.example/2"));
}

TEST_F(SeedFinderTest, SitemapsThatAreTooOldAreNotAskedFor) {
  Serve("/index.xml",
        Index(Child("http://www.gazette.example/old.xml", "2020-01-01") +
              Child("http://www.gazette.example/new.xml", "2026-07-24")));
  Serve("/new.xml", Urlset(Entry("http://www.gazette.example/news/1")));
  SeedQuery query = QueryFor("http://www.gazette.example/index.xml");
  query.since = ParseRfc3339("2026-07-20T00:00:00Z").value();
  const SeedFindings findings = Find(query);
  EXPECT_EQ(findings.seeds.size(), 1u);
  EXPECT_EQ(findings.sitemaps_too_old, 1);
  EXPECT_EQ(Asked("/old.xml"), 0);
}

TEST_F(SeedFinderTest, AnIndexSendsNobodyToAnotherSite) {
  Serve("/index.xml", Index(Child("http://other.example/s.xml") +
                            Child("http://www.gazette.example/s.xml")));
  Serve("/s.xml", Urlset(Entry("http://www.gazette.example/news/1")));
  const SeedFindings findings = Find("http://www.gazette.example/index.xml");
  EXPECT_EQ(findings.seeds.size(), 1u);
  ASSERT_EQ(findings.troubles.size(), 1u);
  EXPECT_EQ(findings.troubles[0].url, "http://other.example/s.xml");
  EXPECT_EQ(Asked("/s.xml"), 1);
}

TEST_F(SeedFinderTest, ACircleOfIndexesEnds) {
  Serve("/a.xml", Index(Child("http://www.gazette.example/b.xml")));
  Serve("/b.xml", Index(Child("http://www.gazette.example/a.xml") +
                        Child("http://www.gazette.example/c.xml")));
  Serve("/c.xml", Index(Child("http://www.gazette.example/d.xml")));
  const SeedFindings findings = Find("http://www.gazette.example/a.xml");
  EXPECT_EQ(Asked("/a.xml"), 1);
  EXPECT_EQ(Asked("/d.xml"), 0) << "three deep is enough";
  EXPECT_EQ(findings.troubles.size(), 1u);
}

// Documents without end, without a server.
class EndlessSource : public SeedSource {
 public:
  std::variant<Read, SeedTrouble> Open(const Url& url) override {
    ++opened;
    SeedDocument document;
    document.kind = SeedDocument::Kind::kSitemapIndex;
    for (int i = 0; i < 1000; ++i) {
      const std::string name = std::to_string(opened) + "/" + std::to_string(i);
      document.entries.push_back(
          {*Url::Parse("http://a.example/" + name), std::nullopt});
    }
    return Read{std::move(document), url};
  }
  int64_t opened = 0;
};

TEST(SeedWalk, AnIndexWithoutEndIsBounded) {
  EndlessSource source;
  const SeedFindings findings = FindSeeds(
      {*Url::Parse("http://a.example/"), SeedScope::Any(), {}, {}, {}}, source);
  EXPECT_LE(source.opened, kMostSeedDocuments + 1);
  EXPECT_THAT(findings.troubles[0].what, HasSubstr("are left out"));
}

TEST_F(SeedFinderTest, ABombIsInflatedUpToTheProtocolsBoundOnly) {
  const std::string entry = Entry("http://www.gazette.example/news/1");
  Serve("/s.xml.gz",
        Gzip("<urlset>" + entry + std::string(kMostSeedBytes + 1'000'000, ' ') +
             entry),
        "application/gzip");
  const SeedFindings findings = Find("http://www.gazette.example/s.xml.gz");
  EXPECT_EQ(findings.entries, 1);
  ASSERT_EQ(findings.troubles.size(), 1u);
  EXPECT_THAT(findings.troubles[0].what, HasSubstr("larger than 50 MiB"));
}

TEST_F(SeedFinderTest, ABrokenDocumentGivesWhatStoodBefore) {
  Serve("/s.xml",
        "<urlset>" + Entry("http://www.gazette.example/news/1") + "<url><lo");
  const SeedFindings findings = Find("http://www.gazette.example/s.xml");
  EXPECT_EQ(findings.seeds.size(), 1u);
  EXPECT_EQ(findings.troubles.size(), 1u);
}

TEST_F(SeedFinderTest, TroubleSaysWhetherAnotherRunMayHelp) {
  const SeedFindings gone = Find("http://www.gazette.example/none.xml");
  ASSERT_EQ(gone.troubles.size(), 1u);
  EXPECT_THAT(gone.troubles[0].what, HasSubstr("404"));
  EXPECT_FALSE(gone.troubles[0].retryable);
  answers_["/ill.xml"] = Answer("503 Service Unavailable", "");
  const SeedFindings ill = Find("http://www.gazette.example/ill.xml");
  ASSERT_EQ(ill.troubles.size(), 1u);
  EXPECT_TRUE(ill.troubles[0].retryable);
  Serve("/picture", "GIF89a", "image/gif");
  const SeedFindings picture = Find("http://www.gazette.example/picture");
  ASSERT_EQ(picture.troubles.size(), 1u);
  EXPECT_THAT(picture.troubles[0].what, HasSubstr("image/gif"));
}

}  // namespace
}  // namespace newsmill
