// The real binary's answers to what people and scripts get wrong.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/bus/registry.h"
#include "tests/e2e/cli_fixture.h"

namespace newsmill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(CliTest, WithoutCommandItPrintsHelpAndEndsWith64) {
  const auto done = Run({});
  EXPECT_EQ(done.status.code, 64);
  EXPECT_THAT(done.output, AllOf(HasSubstr("  run "), HasSubstr("  crawl "),
                                 HasSubstr("  articles ")));
  EXPECT_EQ(Run({"--help"}).status.code, 0);
}

TEST_F(CliTest, EveryCommandHasAHelp) {
  for (const char* command : {"run", "crawl", "enqueue", "fetcher", "parser",
                              "sink", "audit", "version"}) {
    const auto done = Run({command, "--help"});
    EXPECT_EQ(done.status.code, 0) << command;
    EXPECT_THAT(done.output, HasSubstr(std::string("newsmill ") + command));
    EXPECT_THAT(done.output, Not(HasSubstr("?.")));
  }
  for (const char* group :
       {"articles", "batch", "dead", "topics", "store", "rules", "config"}) {
    EXPECT_EQ(Run({group, "--help"}).status.code, 0) << group;
    EXPECT_EQ(Run({group}).status.code, 64) << group;
  }
}

TEST_F(CliTest, SuggestsWhatWasProbablyMeant) {
  const auto command = Run({"artciles", "list"});
  EXPECT_EQ(command.status.code, 64);
  EXPECT_THAT(command.errors, HasSubstr("did you mean 'articles'?"));
  const auto option = Run({"enqueue", "--bacth", "b", "gazette:1"});
  EXPECT_EQ(option.status.code, 64);
  EXPECT_THAT(option.errors, HasSubstr("did you mean --batch?"));
}

TEST_F(CliTest, RefusesAnUnknownKeyWithFileAndLine) {
  Write("bad.toml", "[fetcher]\n\nhost_delai = \"2s\"\n");
  const auto done = Run({"config", "check", "--config", "bad.toml"});
  EXPECT_EQ(done.status.code, 78);
  EXPECT_THAT(done.errors,
              AllOf(StartsWith("newsmill: "), HasSubstr("bad.toml:3"),
                    HasSubstr("host_delay")));
}

TEST_F(CliTest, RefusesAnUnknownKeyOfAFlag) {
  const auto done = Run({"config", "show", "--set", "fetcher.hostdelay=2s"});
  EXPECT_EQ(done.status.code, 78);
  EXPECT_THAT(done.errors, HasSubstr("fetcher.hostdelay"));
}

TEST_F(CliTest, NamesAConfigurationThatIsNotThere) {
  const auto done = Run({"config", "check", "--config", "nowhere.toml"});
  EXPECT_EQ(done.status.code, 78);
  EXPECT_THAT(done.errors, HasSubstr("nowhere.toml"));
}

TEST_F(CliTest, ReadsTheConfigurationOfTheFolderItIsIn) {
  Write("newsmill.toml", "[fetcher]\nhost_delay = \"7s\"\n");
  EXPECT_THAT(Run({"config", "show"}).output, HasSubstr("host_delay = \"7s\""));
  EXPECT_THAT(Run({"config", "check"}).output, HasSubstr("newsmill.toml"));
}

TEST_F(CliTest, MasksSecrets) {
  const auto done =
      Run({"config", "show", "--set", "kafka.\"sasl.password\"=\"hush\""});
  EXPECT_EQ(done.status.code, 0) << done.errors;
  EXPECT_THAT(done.output, Not(HasSubstr("hush")));
}

TEST_F(CliTest, VersionAndHelpWorkBesideABrokenConfiguration) {
  Write("newsmill.toml", "[[[");
  const auto done = Run({"version", "--json"});
  EXPECT_EQ(done.status.code, 0) << done.errors;
  const auto json = nlohmann::json::parse(done.output, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << done.output;
  EXPECT_TRUE(json["libraries"].contains("librdkafka"));
  EXPECT_EQ(Run({"--help"}).status.code, 0);
  EXPECT_EQ(Run({"config", "check"}).status.code, 78);
}

TEST_F(CliTest, EnqueueNamesTheKnownSites) {
  const auto done = Run({"enqueue", "gazete:1"});
  EXPECT_EQ(done.status.code, 64);
  EXPECT_THAT(done.errors,
              AllOf(HasSubstr("unknown site 'gazete'"), HasSubstr("gazette")));
  EXPECT_FALSE(HasData());
}

TEST_F(CliTest, EnqueueReportsEveryBadLineAndEnqueuesNothing) {
  Write("ids.txt", "gazette:1\nnowhere:2\n\n# remark\ngazette:x\ngazette:3\n");
  const auto done = Run({"enqueue", "--file", "ids.txt"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.errors, AllOf(HasSubstr("ids.txt:2: unknown site 'nowhere'"),
                                 HasSubstr("ids.txt:5: 'x' is not an ID"),
                                 HasSubstr("nothing was enqueued")));
  EXPECT_FALSE(HasData());
}

TEST_F(CliTest, EnqueueSkipsBadLinesWhenTold) {
  const auto done =
      Run({"enqueue", "--file", "-", "--skip-bad", "--json"},
          "gazette:1\nnowhere:2\nhttps://www.gazette.example/story_3");
  EXPECT_EQ(done.status.code, 0) << done.errors;
  const auto json = nlohmann::json::parse(done.output, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << done.output;
  EXPECT_EQ(json["enqueued"], 2);
  EXPECT_EQ(json["bad"], 1);
  EXPECT_EQ(json["hosts"], 1);
  EXPECT_THAT(Run({"topics", "list"}).output,
              testing::ContainsRegex("newsmill.tasks +24 +2"));
}

TEST_F(CliTest, EnqueueDryRunTouchesNothing) {
  const auto done = Run({"enqueue", "--range", "gazette:1-3600", "--dry-run"});
  EXPECT_EQ(done.status.code, 0) << done.errors;
  EXPECT_THAT(done.output,
              AllOf(HasSubstr("Would enqueue 3,600 tasks over 1 host"),
                    HasSubstr("about 59 min 59 s")));
  EXPECT_FALSE(HasData());
}

TEST_F(CliTest, EnqueueRefusesWhatMakesNoSense) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{
           {"enqueue"},
           {"enqueue", "gazette:1", "gazette:2", "--id", "k"},
           {"enqueue", "gazette:1", "--lane", "slow"},
           {"enqueue", "gazette:1", "--label", "nothing"},
           {"enqueue", "gazette:1", "--batch", "a\nb"},
           {"enqueue", "gazette:1", "--expires-in", "soon"},
           {"enqueue", "--range", "gazette:5-1"},
           {"enqueue", "--file", "nowhere.txt"}}) {
    const auto done = Run(arguments);
    EXPECT_EQ(done.status.code, 64) << testing::PrintToString(arguments);
    EXPECT_THAT(done.errors, Not(IsEmpty()));
  }
  EXPECT_FALSE(HasData());
}

TEST_F(CliTest, ATopicWithOtherPartitionsStopsTheStart) {
  ASSERT_EQ(Run({"enqueue", "gazette:1"}).status.code, 0);
  const auto done =
      Run({"enqueue", "gazette:1", "--set", "log.tasks_partitions=5"});
  EXPECT_EQ(done.status.code, 78);
  EXPECT_THAT(done.errors, AllOf(HasSubstr("newsmill.tasks has 24 partitions"),
                                 HasSubstr("the configuration says 5")));
  EXPECT_EQ(
      Run({"run", "--until-idle", "1s", "--set", "log.pages_partitions=5"})
          .status.code,
      78);
}

// As on a cluster whose owner limits the age of every topic.
TEST_F(CliTest, TasksThatTakeLongerThanTheLogKeepsThemWantForce) {
  BusConfig log;
  log.data_dir = folder_ / "data";
  std::filesystem::create_directories(log.data_dir);
  {
    const auto bus = OpenBus(log);
    ASSERT_TRUE(bus) << bus.error().message;
    TopicSpec tasks;
    tasks.name = "newsmill.tasks";
    tasks.partitions = 24;
    tasks.retention = std::chrono::hours(1);
    const auto made = (*bus)->admin().CreateTopic(tasks);
    ASSERT_TRUE(made) << made.error().message;
  }
  ASSERT_EQ(Run({"topics", "create"}).status.code, 0);
  const auto checked = Run({"topics", "check"});
  EXPECT_EQ(checked.status.code, 1);
  EXPECT_THAT(checked.output,
              AllOf(HasSubstr("kept 1h"), HasSubstr("is lost")));

  const auto soon = Run({"enqueue", "--range", "gazette:1-100"});
  EXPECT_EQ(soon.status.code, 0) << soon.errors;
  EXPECT_THAT(soon.errors, HasSubstr("keeps newsmill.tasks for 1h"));
  const auto late = Run({"enqueue", "--range", "gazette:1-5000"});
  EXPECT_EQ(late.status.code, 1);
  EXPECT_THAT(late.errors,
              AllOf(HasSubstr("keeps newsmill.tasks for 1h"),
                    HasSubstr("nothing was enqueued"), HasSubstr("--force")));
  EXPECT_EQ(late.output, "");
  const auto forced = Run({"enqueue", "--range", "gazette:1-5000", "--force"});
  EXPECT_EQ(forced.status.code, 0) << forced.errors;
  EXPECT_THAT(forced.errors, HasSubstr("keeps newsmill.tasks for 1h"));
}

TEST_F(CliTest, CrawlPrintsAnArticleOfASavedPage) {
  const std::string sites = std::string(NEWSMILL_SOURCE_DIR) + "/sites";
  const auto done = Run({"crawl", "thepaper:2731010", "--json", "--html",
                         sites + "/thepaper/pages/2731010.html", "--set",
                         "sites.path=[\"" + sites + "\"]"});
  EXPECT_EQ(done.status.code, 0) << done.errors;
  const auto json = nlohmann::json::parse(done.output, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << done.output;
  EXPECT_EQ(json["article_key"], "thepaper:2731010");
  EXPECT_EQ(json["like_count"], 0) << "the page says 0, which is not nothing";
  EXPECT_FALSE(HasData()) << "crawl needs no log";
}

// A saved page, and how crawl must end.
struct SavedPage {
  const char* name;
  std::string html;
};

TEST_F(CliTest, CrawlGivesAVerdictForWhatIsNoArticle) {
  std::string nested;
  for (int i = 0; i < 100'000; ++i) nested += "<div>";
  const std::vector<SavedPage> pages = {
      {"empty", ""},
      {"binary", std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16)},
      {"500 KB of nested div", nested},
      {"NULs", std::string(10'000, '\0')}};
  for (const SavedPage& page : pages) {
    const std::string file = Write("page.html", page.html);
    const auto done = Run({"crawl", "gazette:1", "--html", file, "--json"});
    EXPECT_EQ(done.status.code, 1) << page.name << done.errors;
    const auto json = nlohmann::json::parse(done.output, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << page.name << done.output;
    EXPECT_TRUE(json.contains("verdict")) << page.name;
    EXPECT_TRUE(json.contains("reason")) << page.name;
  }
}

TEST_F(CliTest, CrawlPrintsReadableJsonOfAPageOfInvalidUtf8) {
  const std::string file =
      Write("page.html", "<h1>\xff\xfe \xc0\x80</h1><p>\xe6\x96 words</p>");
  const auto done = Run({"crawl", "gazette:1", "--html", file, "--json"});
  EXPECT_EQ(done.status.code, 0) << done.errors;
  EXPECT_TRUE(nlohmann::json::accept(done.output)) << done.output;
}

TEST_F(CliTest, CrawlReadsAPageOfTenMegabytes) {
  std::string html = "<title>A long page</title><h1>A long page</h1>";
  while (html.size() < 10'000'000)
    html += "<p>Some words of a paragraph.</p>\n";
  const auto done =
      Run({"crawl", "gazette:1", "--html", Write("page.html", html), "--json"});
  EXPECT_TRUE(done.status.code == 0 || done.status.code == 1)
      << done.status.ToString() << done.errors;
  EXPECT_FALSE(
      nlohmann::json::parse(done.output, nullptr, false).is_discarded());
}

TEST_F(CliTest, CrawlRefusesWrongTargetsAndFiles) {
  EXPECT_EQ(Run({"crawl"}).status.code, 64);
  EXPECT_EQ(Run({"crawl", "nowhere:1"}).status.code, 64);
  EXPECT_EQ(Run({"crawl", "gazette:x"}).status.code, 64);
  EXPECT_EQ(Run({"crawl", "just words"}).status.code, 64);
  const auto done = Run({"crawl", "gazette:1", "--html", "nowhere.html"});
  EXPECT_EQ(done.status.code, 64);
  EXPECT_THAT(done.errors, HasSubstr("nowhere.html"));
}

TEST_F(CliTest, ExtractPrintsTheArticleOfASavedPage) {
  const std::string html =
      "<title>A bridge</title><h1>A bridge</h1><p>The old bridge was closed "
      "on Monday, after eighty years of use, and nobody came to see it.</p>";
  const auto json = [](const process::Completed& done) {
    return nlohmann::json::parse(done.output, nullptr, false);
  };
  const auto file = Run({"extract", Write("page.html", html), "--json"});
  EXPECT_EQ(file.status.code, 0) << file.errors;
  EXPECT_EQ(json(file)["headline"], "A bridge");
  const auto input = Run({"extract", "-", "--json", "--url",
                          "https://www.gazette.example/story_12"},
                         html);
  EXPECT_EQ(input.status.code, 0) << input.errors;
  EXPECT_EQ(json(input)["article_key"], "gazette:12");
  EXPECT_THAT(json(input)["article_body"], StartsWith("The old bridge"));
  EXPECT_FALSE(HasData()) << "extract needs no log";
}

TEST_F(CliTest, ExtractSaysWhyAPageIsNoArticle) {
  const auto done = Run({"extract", "-", "--json"}, "%PDF-1.7 and so on");
  EXPECT_EQ(done.status.code, 1) << done.errors;
  EXPECT_EQ(nlohmann::json::parse(done.output, nullptr, false)["verdict"],
            "NOT_HTML");
}

TEST_F(CliTest, ExtractWorksAListOffInItsOrder) {
  std::string list;
  for (int i = 0; i < 300; ++i) {
    const std::string id = std::to_string(i);
    if (i < 3) {
      const std::string title = "Page " + id;
      Write("p" + id + ".html", "<html lang=en><h1>" + title +
                                    "</h1><p>Its text, in which much "
                                    "is said of it, and then some more.</p>");
    }
    list += R"({"id":")" + id + R"(","set":"made","file":"p)" +
            std::to_string(i % 3) + ".html\",\"url\":\"" +
            (i == 7 ? "ftp://no.example/" : "https://no.example/a b") + "\"}\n";
  }
  const auto done = Run({"extract", "--pages", Write("pages.jsonl", list),
                         "--out", folder_ / "out.jsonl", "--threads", "3"});
  EXPECT_EQ(done.status.code, 0) << done.errors;
  EXPECT_THAT(done.errors, HasSubstr("300 pages, 0 of them no article"));
  std::ifstream out(folder_ / "out.jsonl");
  std::string line;
  int i = 0;
  for (; std::getline(out, line); ++i) {
    const auto page = nlohmann::json::parse(line, nullptr, false);
    ASSERT_FALSE(page.is_discarded()) << line;
    EXPECT_EQ(page["id"], std::to_string(i));
    EXPECT_EQ(page["set"], "made");
    EXPECT_TRUE(page["cpu_ms"].is_number());
    if (i == 7) {
      EXPECT_THAT(page["remark"], HasSubstr("ftp://no.example/"));
    }
    EXPECT_EQ(page["title"], "Page " + std::to_string(i % 3));
    EXPECT_THAT(page["text"], StartsWith("Its text"));
    EXPECT_EQ(page["lang"], "en");
  }
  EXPECT_EQ(i, 300);
}

TEST_F(CliTest, ExtractNamesWhatIsWrongWithItsInput) {
  EXPECT_EQ(Run({"extract"}).status.code, 64);
  EXPECT_EQ(Run({"extract", "nowhere.html"}).status.code, 64);
  const auto list = Run(
      {"extract", "--pages",
       Write("pages.jsonl", "{\"id\":\"1\",\"file\":\"x\"}\n{\"id\":2}\n")});
  EXPECT_EQ(list.status.code, 64);
  EXPECT_THAT(list.errors, HasSubstr("pages.jsonl:2: expected an \"id\""));
  const auto missing =
      Run({"extract", "--pages",
           Write("pages.jsonl", "{\"id\":\"1\",\"file\":\"gone.html\"}\n")});
  EXPECT_EQ(missing.status.code, 64);
  EXPECT_THAT(missing.errors, HasSubstr("gone.html"));
  const auto single = Run({"extract", "x.html", "--out", "article.json"});
  EXPECT_EQ(single.status.code, 64);
  EXPECT_THAT(single.errors, HasSubstr("belong to --pages"));
  const auto json = Run({"extract", "--pages", "pages.jsonl", "--json"});
  EXPECT_EQ(json.status.code, 64);
  EXPECT_THAT(json.errors, HasSubstr("belong to a single page"));
}

TEST_F(CliTest, AFolderInThePlaceOfAFileIsNamed) {
  const auto html = Run({"crawl", "--html", "sites", "gazette:1"});
  EXPECT_EQ(html.status.code, 64);
  EXPECT_THAT(html.errors, HasSubstr("'sites': Is a directory"));
  const auto config = Run({"config", "check", "--config", "sites"});
  EXPECT_EQ(config.status.code, 78);
  EXPECT_THAT(config.errors, HasSubstr("'sites': Is a directory"));
}

TEST_F(CliTest, ConfigCheckReadsTheRules) {
  EXPECT_EQ(Run({"config", "check"}).status.code, 0);
  std::ofstream(folder_ / "sites/gazette/rule.toml", std::ios::app)
      << "\n[[verdict]]\nname = \"LIST\"\nwhen = [ { url_matches = '((' } ]\n";
  const auto done = Run({"config", "check"});
  EXPECT_EQ(done.status.code, 78);
  EXPECT_THAT(done.errors, HasSubstr("gazette/rule.toml:12: expression '(('"));
}

TEST_F(CliTest, ARangeOfAnUnknownSiteIsOneFault) {
  const auto done = Run({"enqueue", "--range", "gazete:1-3000000"});
  EXPECT_EQ(done.status.code, 64);
  EXPECT_THAT(done.errors, StartsWith("newsmill: --range gazete:1-3000000: "
                                      "unknown site 'gazete'"));
  EXPECT_EQ(done.errors.find('\n'), done.errors.size() - 1) << "one line";
}

TEST_F(CliTest, EnqueueDoesNotRepeatAForeignFile) {
  Write("ids.txt", std::string(1'000'000, 'a') + "\n\x1b[31m:1\n");
  const auto done = Run({"enqueue", "--file", "ids.txt"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_LT(done.errors.size(), 1000u);
  EXPECT_THAT(done.errors, HasSubstr("ids.txt:1: a target of 1000000 bytes"));
  EXPECT_THAT(done.errors, Not(HasSubstr("\x1b")));
}

TEST_F(CliTest, CrawlAsksNoForeignHostBeforeItWasAllowed) {
  const auto done = Run({"crawl", "http://192.0.2.1/", "--json"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.output,
              AllOf(HasSubstr("ADDRESS_REFUSED"), HasSubstr("contact = ")));
}

TEST_F(CliTest, AFetcherRefusesManualAssignment) {
  const auto done = Run({"fetcher", "--job-index", "0", "--job-count", "2"});
  EXPECT_EQ(done.status.code, 64);
  EXPECT_THAT(done.errors, HasSubstr("job-index"));
}

TEST_F(CliTest, AJobNeedsBothItsNumbers) {
  EXPECT_EQ(Run({"parser", "--job-index", "0"}).status.code, 64);
  EXPECT_EQ(Run({"sink", "--job-count", "2"}).status.code, 64);
  EXPECT_EQ(Run({"sink", "--job-index", "2", "--job-count", "2"}).status.code,
            64);
  EXPECT_EQ(Run({"sink", "--until-end", "--until-idle", "1s"}).status.code, 64);
}

TEST_F(CliTest, ResultsOfAFolderThatIsNotThereAreNotFound) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"articles", "list"},
                                             {"articles", "show", "x"},
                                             {"dead", "list"},
                                             {"batch", "list"}}) {
    const auto done = Run(arguments);
    EXPECT_EQ(done.status.code, 1) << testing::PrintToString(arguments);
    EXPECT_THAT(done.errors, HasSubstr("--data")) << done.errors;
  }
  EXPECT_FALSE(HasData());
}

TEST_F(CliTest, ArticlesRefuseUnknownFieldsAndTimes) {
  const auto field = Run({"articles", "export", "--fields", "headlines"});
  EXPECT_EQ(field.status.code, 64);
  EXPECT_THAT(field.errors, HasSubstr("did you mean 'headline'?"));
  EXPECT_EQ(Run({"articles", "list", "--since", "whenever"}).status.code, 64);
}

TEST_F(CliTest, RulesCheckNamesFileLineAndExpectation) {
  std::filesystem::create_directories(folder_.path() / "sites/herald");
  Write("sites/herald/rule.toml",
        "schema = 1\nrevision = 1\nsite = \"herald\"\n[url]\nhosts = "
        "[\"h.example\"]\nid = ['(']\n");
  const auto done = Run({"rules", "check", "herald"});
  EXPECT_EQ(done.status.code, 1) << done.errors;
  EXPECT_THAT(done.output, HasSubstr("herald/rule.toml:6"));
  EXPECT_EQ(Run({"enqueue", "gazette:1"}).status.code, 78)
      << "a broken rule is a broken configuration";
}

TEST_F(CliTest, ADatabaseThatIsNotThereEndsWith75) {
  const auto done =
      Run({"sink", "--startup-timeout", "500ms", "--set",
           "store.backend=postgres", "--set",
           "store.url=\"host=127.0.0.1 port=1 dbname=x connect_timeout=2\""});
  EXPECT_EQ(done.status.code, 75) << done.errors;
  EXPECT_THAT(done.errors, HasSubstr("127.0.0.1"));
}

TEST_F(CliTest, ABrokerThatIsNotThereEndsWith75) {
  for (const char* worker : {"fetcher", "parser", "sink"}) {
    const auto done =
        Run({worker, "--startup-timeout", "500ms", "--set", "log.backend=kafka",
             "--set", "kafka.\"bootstrap.servers\"=\"127.0.0.1:1\""});
    EXPECT_EQ(done.status.code, 75) << worker << done.errors;
    EXPECT_THAT(done.errors, HasSubstr("127.0.0.1:1")) << worker;
  }
}

TEST_F(CliTest, AFullDiskUnderTheOutputIsAnError) {
  process::ChildProcess::Options options;
  options.argv = {"sh", "-c", NEWSMILL_BINARY " config show > /dev/full"};
  options.directory = folder_.path().string();
  const auto done = process::RunToEnd(std::move(options), kCliDeadline);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->status.code, 75);
  EXPECT_THAT(done->errors, HasSubstr("standard output"));
}

TEST_F(CliTest, TopicsPlanSaysWhatCreateWouldMakeAndMakesNothing) {
  const auto before = Run({"topics", "plan", "--json"});
  EXPECT_EQ(before.status.code, 0) << before.errors;
  EXPECT_THAT(before.output, HasSubstr("\"topic\":\"newsmill.replays\""));
  EXPECT_THAT(before.output, HasSubstr("\"action\":\"create\""));
  EXPECT_FALSE(HasData());
  ASSERT_EQ(Run({"topics", "create"}).status.code, 0);
  const auto after = Run({"topics", "plan", "--json"});
  EXPECT_THAT(after.output, Not(HasSubstr("\"action\":\"create\"")));
}

TEST_F(CliTest, TopicsTailShowsTheNewestRecordsDecoded) {
  ASSERT_EQ(Run({"enqueue", "gazette:1", "gazette:2", "gazette:3"}).status.code,
            0);
  const auto tail = Run({"topics", "tail", "tasks", "--limit", "2", "--json"});
  EXPECT_EQ(tail.status.code, 0) << tail.errors;
  EXPECT_THAT(tail.output, HasSubstr("\"target\":\"gazette:3\""));
  EXPECT_THAT(tail.output, Not(HasSubstr("\"target\":\"gazette:1\"")));
  const auto wrong = Run({"topics", "tail", "task"});
  EXPECT_EQ(wrong.status.code, 64);
  EXPECT_THAT(wrong.errors, HasSubstr("newsmill.tasks"));
}

}  // namespace
}  // namespace newsmill
