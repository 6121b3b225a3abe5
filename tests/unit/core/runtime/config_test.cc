#include "core/runtime/config.h"

#include <cstdio>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using namespace std::chrono_literals;

// One key of each type.
struct Settings {
  bool enabled = false;
  int64_t limit = 10;
  double ratio = 0.5;
  std::string agent = "mill";
  Duration delay = 1s;
  std::vector<std::string> paths;
  std::vector<Duration> delays = {10s, 1min};
  std::map<std::string, std::string> connect_to;
  std::string backend = "embedded";
  std::string url;
  std::map<std::string, std::string> kafka;

  Schema schema;

  Settings() {
    schema.Add("fetcher.enabled", &enabled, "Whether to fetch.");
    schema.Add("fetcher.limit", &limit, "How many.");
    schema.Add("fetcher.ratio", &ratio, "How much.");
    schema.Add("fetcher.agent", &agent, "Who.");
    schema.Add("fetcher.delay", &delay, "How long.");
    schema.Add("fetcher.paths", &paths, "Where.");
    schema.Add("fetcher.delays", &delays, "How often.");
    schema.Add("fetcher.connect_to", &connect_to, "Whom.");
    schema.AddChoice("log.backend", &backend, {"embedded", "kafka"}, "Which.");
    schema.AddSecret("store.url", &url, "The store.");
    schema.AddOpenSection("kafka", &kafka, "Properties of librdkafka.");
  }
};

std::string ErrorOf(const Result<void>& result) {
  EXPECT_FALSE(result.has_value());
  if (result) return "";
  EXPECT_EQ(result.error().code, Code::kBadConfiguration);
  return result.error().message;
}

// A file that is gone when the test is.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text)
      : path_(testing::TempDir() + "config_test_" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Config, ReadsEveryType) {
  Settings s;
  const Result<void> applied = s.schema.ApplyToml(R"(
[fetcher]
enabled = true
limit = 20
ratio = 2
agent = "someone"
delay = "1m30s"
paths = ["a", "b"]
delays = ["1s", "3s"]
connect_to = {"news.example:443" = "127.0.0.1:8443"}
[log]
backend = "kafka"
)",
                                                  "newsmill.toml");
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_TRUE(s.enabled);
  EXPECT_EQ(s.limit, 20);
  EXPECT_EQ(s.ratio, 2.0);
  EXPECT_EQ(s.agent, "someone");
  EXPECT_EQ(s.delay, 90s);
  EXPECT_THAT(s.paths, ElementsAre("a", "b"));
  EXPECT_THAT(s.delays, ElementsAre(1s, 3s));
  EXPECT_THAT(s.connect_to,
              ElementsAre(Pair("news.example:443", "127.0.0.1:8443")));
  EXPECT_EQ(s.backend, "kafka");
}

TEST(Config, AnUnknownKeyNamesFileLineAndTheNearestKey) {
  Settings s;
  EXPECT_EQ(ErrorOf(s.schema.ApplyToml("[fetcher]\nlimit = 1\ndelya = \"2s\"\n",
                                       "etc/newsmill.toml")),
            "etc/newsmill.toml:3: unknown key 'fetcher.delya'; did you mean "
            "'fetcher.delay'?");
}

TEST(Config, AnUnknownSectionIsRefused) {
  Settings s;
  EXPECT_THAT(ErrorOf(s.schema.ApplyToml("[fetchers]\ndelay = \"2s\"\n", "f")),
              HasSubstr("f:1: unknown section 'fetchers'"));
}

TEST(Config, AWrongTypeSaysWhatWasFoundAndWhatIsExpected) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"enabled = 1",
       "'fetcher.enabled' is the integer 1; expected true or false"},
      {"limit = \"ten\"",
       "'fetcher.limit' is the string \"ten\"; expected an integer"},
      {"limit = 1.5", "'fetcher.limit' is the number 1.5; expected an integer"},
      {"ratio = true", "'fetcher.ratio' is true; expected a number"},
      {"agent = 5", "'fetcher.agent' is the integer 5; expected a string"},
      {"delay = 20",
       "'fetcher.delay' is the integer 20; expected a duration such as "
       "\"20s\""},
      {"delay = \"20 parsecs\"",
       "'fetcher.delay' is the string \"20 parsecs\"; expected a duration "
       "such as \"20s\""},
      {"paths = \"a\"",
       "'fetcher.paths' is the string \"a\"; expected an array of strings "
       "such as [\"a\", \"b\"]"},
      {"paths = [1]", "'fetcher.paths' is the integer 1; expected a string"},
      {"delays = [\"1s\", \"x\"]",
       "'fetcher.delays' is the string \"x\"; expected a duration such as "
       "\"20s\""},
      {"connect_to = \"a\"",
       "'fetcher.connect_to' is the string \"a\"; expected a table such as "
       "{\"name\" = \"value\"}"},
      {"agent = 2020-01-01",
       "'fetcher.agent' is a date or time; expected a string"},
  };
  for (const auto& [line, message] : cases) {
    Settings s;
    EXPECT_EQ(ErrorOf(s.schema.ApplyToml("\n[fetcher]\n" + line, "f.toml")),
              "f.toml:3: " + message);
  }
}

TEST(Config, AChoiceNamesTheChoices) {
  Settings s;
  EXPECT_EQ(ErrorOf(s.schema.ApplyToml("[log]\nbackend = \"pulsar\"", "f")),
            "f:2: 'log.backend' is the string \"pulsar\"; expected one of "
            "\"embedded\", \"kafka\"");
}

TEST(Config, ASectionThatIsNoTableIsRefused) {
  Settings s;
  EXPECT_EQ(ErrorOf(s.schema.ApplyToml("fetcher = 3", "f")),
            "f:1: 'fetcher' is the integer 3; expected a section [fetcher]");
}

TEST(Config, TextThatIsNotTomlNamesLineAndColumn) {
  Settings s;
  EXPECT_THAT(ErrorOf(s.schema.ApplyToml("[fetcher]\nlimit = = 2", "f.toml")),
              HasSubstr("f.toml:2:9: not TOML: "));
}

TEST(Config, AFileThatIsNotThereIsNamed) {
  Settings s;
  EXPECT_EQ(ErrorOf(s.schema.ApplyFile("/no/such/newsmill.toml")),
            "the configuration: cannot read '/no/such/newsmill.toml': No such "
            "file or directory");
}

TEST(Config, AFolderIsNoFile) {
  Settings s;
  EXPECT_EQ(ErrorOf(s.schema.ApplyFile("/")),
            "the configuration: cannot read '/': Is a directory");
  EXPECT_EQ(ErrorOf(s.schema.ApplyToml("[store]\nurl_file = \"/\"", "f")),
            "f:2: 'store.url_file': cannot read '/': Is a directory");
}

TEST(Config, OnlyASlipIsGuessed) {
  Settings s;
  EXPECT_THAT(ErrorOf(s.schema.ApplyToml("[fetchr]\nlimit = 2", "f")),
              HasSubstr("unknown section 'fetchr'; did you mean 'fetcher'?"));
  EXPECT_EQ(ErrorOf(s.schema.ApplySet("foo.bar=1")),
            "--set foo.bar: unknown key 'foo.bar'");
}

TEST(Config, LaterLayersWinAndTheOriginIsKnown) {
  Settings s;
  const TemporaryFile file(
      "[fetcher]\nlimit = 2\nagent = \"file\"\nratio = 1.5\n");
  ASSERT_TRUE(s.schema.ApplyFile(file.path()));
  ASSERT_TRUE(s.schema.ApplyEnvironment(
      {{"NEWSMILL_FETCHER__LIMIT", "3"}, {"NEWSMILL_FETCHER__AGENT", "env"}}));
  ASSERT_TRUE(s.schema.ApplySet("fetcher.limit=4"));
  EXPECT_EQ(s.limit, 4);
  EXPECT_EQ(s.agent, "env");
  EXPECT_EQ(s.schema.OriginOf("fetcher.limit"), Origin::kFlag);
  EXPECT_EQ(s.schema.OriginOf("fetcher.agent"), Origin::kEnvironment);
  EXPECT_EQ(s.schema.OriginOf("fetcher.ratio"), Origin::kFile);
  EXPECT_EQ(s.schema.OriginOf("fetcher.delay"), Origin::kDefault);
}

TEST(Config, SetTakesTomlAndABareWordIsAString) {
  Settings s;
  ASSERT_TRUE(s.schema.ApplySet("fetcher.delay=2s"));
  ASSERT_TRUE(s.schema.ApplySet("fetcher.agent=me=you"));
  ASSERT_TRUE(s.schema.ApplySet("fetcher.delays=[\"1s\",\"3s\"]"));
  ASSERT_TRUE(s.schema.ApplySet(
      R"(fetcher.connect_to={"news.example:443"="127.0.0.1:8443"})"));
  ASSERT_TRUE(s.schema.ApplySet("fetcher.enabled=true"));
  EXPECT_EQ(s.delay, 2s);
  EXPECT_EQ(s.agent, "me=you");
  EXPECT_THAT(s.delays, ElementsAre(1s, 3s));
  EXPECT_THAT(s.connect_to,
              ElementsAre(Pair("news.example:443", "127.0.0.1:8443")));
  EXPECT_TRUE(s.enabled);
}

TEST(Config, AStringKeyTakesWhatWasTypedAlsoWhereItLooksLikeANumber) {
  Settings s;
  ASSERT_TRUE(s.schema.ApplySet("fetcher.agent=1.10"));
  EXPECT_EQ(s.agent, "1.10");
  ASSERT_TRUE(s.schema.ApplySet("fetcher.agent=\"quoted\""));
  EXPECT_EQ(s.agent, "quoted");
}

TEST(Config, SetNamesTheFlagInItsErrors) {
  Settings s;
  EXPECT_EQ(ErrorOf(s.schema.ApplySet("fetcher.limit=many")),
            "--set fetcher.limit: 'fetcher.limit' is the string \"many\"; "
            "expected an integer");
  EXPECT_EQ(ErrorOf(s.schema.ApplySet("fetcher.limit")),
            "--set fetcher.limit: expected section.key=value");
  EXPECT_THAT(ErrorOf(s.schema.ApplySet("fetcher.limits=3")),
              HasSubstr("did you mean 'fetcher.limit'?"));
}

TEST(Config, TheEnvironmentNamesTheVariableAndSkipsWhatIsNotOurs) {
  Settings s;
  EXPECT_EQ(
      ErrorOf(s.schema.ApplyEnvironment({{"NEWSMILL_FETCHER__DELAYY", "2s"}})),
      "NEWSMILL_FETCHER__DELAYY: unknown key 'fetcher.delayy'; did you mean "
      "'fetcher.delay'?");
  EXPECT_TRUE(s.schema.ApplyEnvironment(
      {{"PATH", "/bin"}, {"NEWSMILL_PORT_9090_TCP_ADDR", "10.0.0.1"}}));
}

TEST(Config, AnOpenSectionTakesAnyKeyWithOrWithoutQuotes) {
  Settings s;
  ASSERT_TRUE(s.schema.ApplyToml(
      "[kafka]\n\"bootstrap.servers\" = \"b:9092\"\nlinger.ms = 5\n"
      "enable.metrics.push = false\n",
      "f"));
  ASSERT_TRUE(s.schema.ApplySet("kafka.\"client.rack\"=r1"));
  ASSERT_TRUE(
      s.schema.ApplyEnvironment({{"NEWSMILL_KAFKA__SASL_MECHANISM", "PLAIN"}}));
  EXPECT_THAT(s.kafka, ElementsAre(Pair("bootstrap.servers", "b:9092"),
                                   Pair("client.rack", "r1"),
                                   Pair("enable.metrics.push", "false"),
                                   Pair("linger.ms", "5"),
                                   Pair("sasl.mechanism", "PLAIN")));
  EXPECT_EQ(s.schema.OriginOf("kafka.linger.ms"), Origin::kFile);
}

TEST(Config, AnOpenSectionTakesNoArrays) {
  Settings s;
  EXPECT_EQ(ErrorOf(s.schema.ApplyToml("[kafka]\na = [1]", "f")),
            "f:2: 'kafka.a' is an array; expected a string, a number or a "
            "boolean");
  EXPECT_EQ(ErrorOf(s.schema.ApplyToml("kafka = 1", "f")),
            "f:1: 'kafka' is the integer 1; expected a section [kafka]");
}

TEST(Config, ASecretMayStandInAFile) {
  Settings s;
  const TemporaryFile secret("postgresql://u:p@h/db\n");
  ASSERT_TRUE(s.schema.ApplySet("store.url_file=" + secret.path()));
  EXPECT_EQ(s.url, "postgresql://u:p@h/db");
  ASSERT_TRUE(s.schema.ApplyToml(
      "[kafka]\n\"sasl.password_file\" = \"" + secret.path() + "\"\n", "f"));
  EXPECT_THAT(s.kafka,
              ElementsAre(Pair("sasl.password", "postgresql://u:p@h/db")));
  ASSERT_TRUE(s.schema.ApplyEnvironment(
      {{"NEWSMILL_KAFKA__SSL_KEY_PASSWORD_FILE", secret.path()}}));
  EXPECT_EQ(s.kafka["ssl.key.password"], "postgresql://u:p@h/db");
}

TEST(Config, ASecretFileThatIsNotThereIsNamed) {
  Settings s;
  EXPECT_EQ(
      ErrorOf(s.schema.ApplyToml("[store]\nurl_file = \"/no/such\"", "f")),
      "f:2: 'store.url_file': cannot read '/no/such': No such file or "
      "directory");
  EXPECT_EQ(ErrorOf(s.schema.ApplyToml("[fetcher]\nagent_file = \"a\"", "f")),
            "f:2: unknown key 'fetcher.agent_file'; did you mean "
            "'fetcher.agent'?");
}

TEST(Config, ASecretIsNotGivenTwiceInOneFile) {
  Settings s;
  const TemporaryFile secret("a");
  EXPECT_EQ(
      ErrorOf(s.schema.ApplyToml(
          "[store]\nurl = \"x\"\nurl_file = \"" + secret.path() + "\"", "f")),
      "f:3: 'store.url' is given twice, as a value and as a file");
}

TEST(Config, NoErrorPrintsASecret) {
  Settings s;
  EXPECT_THAT(ErrorOf(s.schema.ApplySet("store.url=[\"hunter2\"]")),
              Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace newsmill::config
