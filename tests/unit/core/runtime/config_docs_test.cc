#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/runtime/config.h"

namespace newsmill::config {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

struct Settings {
  std::string url;
  double ratio = 2;
  std::vector<Duration> delays = {1s, 90s};
  std::map<std::string, std::string> connect_to = {{"a:1", "b\"2"}};
  std::string backend = "embedded";
  std::map<std::string, std::string> kafka;

  Schema schema;

  Settings() {
    schema.AddSecret("store.url", &url, "Where the rows go.");
    schema.Add("fetcher.ratio", &ratio, "A share.");
    schema.Add("fetcher.delays", &delays, "Waits | between attempts.");
    schema.Add("fetcher.connect_to", &connect_to, "Who answers for whom.");
    schema.AddChoice("store.backend", &backend, {"embedded", "kafka"},
                     "Which log.");
    schema.AddOpenSection("kafka", &kafka, "Properties of librdkafka.");
  }
};

TEST(ConfigShow, CanBeReadAgain) {
  Settings shown;
  ASSERT_TRUE(shown.schema.ApplyToml(R"(
[fetcher]
ratio = 0.25
delays = ["6h"]
[kafka]
"bootstrap.servers" = "b:9092"
)",
                                     "f"));
  Settings read;
  const Result<void> applied =
      read.schema.ApplyToml(shown.schema.ShowToml(), "shown");
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(read.ratio, 0.25);
  EXPECT_EQ(read.delays, shown.delays);
  EXPECT_EQ(read.connect_to, shown.connect_to);
  EXPECT_EQ(read.kafka, shown.kafka);
}

TEST(ConfigShow, MasksSecretsAndNeverLetsTheMaskBeReadAsAValue) {
  Settings s;
  ASSERT_TRUE(s.schema.ApplySet("store.url=postgresql://u:hunter2@h/db"));
  ASSERT_TRUE(s.schema.ApplySet("kafka.\"sasl.password\"=hunter2"));
  const std::string shown = s.schema.ShowToml();
  EXPECT_THAT(shown, Not(HasSubstr("hunter2")));
  EXPECT_THAT(shown, HasSubstr("# url = \"********\"  # from --set\n"));
  Settings read;
  ASSERT_TRUE(read.schema.ApplyToml(shown, "shown"));
  EXPECT_EQ(read.url, "");
}

TEST(ConfigShow, SaysWhereAValueCameFrom) {
  Settings s;
  ASSERT_TRUE(s.schema.ApplyToml("[fetcher]\nratio = 1.5", "f"));
  EXPECT_THAT(s.schema.ShowToml(), HasSubstr("ratio = 1.5  # from the file\n"));
}

TEST(ConfigDefaults, ChangeNothingWhenTheyAreRead) {
  Settings s;
  EXPECT_EQ(s.schema.DefaultToml(),
            R"(# Every key with its default; generated from the declarations.

[store]
# Where the rows go.
url = ""
# Which log. One of "embedded", "kafka".
backend = "embedded"

[fetcher]
# A share.
ratio = 2.0
# Waits | between attempts.
delays = ["1s", "1m30s"]
# Who answers for whom.
connect_to = {"a:1" = "b\"2"}

# Properties of librdkafka.
[kafka]
)");
  const std::string before = s.schema.DefaultToml();
  const Result<void> applied = s.schema.ApplyToml(before, "defaults");
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(s.schema.DefaultToml(), before);
}

TEST(ConfigReference, HasEveryKeyWithTypeDefaultAndMeaning) {
  Settings s;
  const std::string text = s.schema.ReferenceMarkdown();
  EXPECT_THAT(text, HasSubstr("## `[fetcher]`\n"));
  EXPECT_THAT(text, HasSubstr("| `fetcher.delays` | array of durations | "
                              "`[\"1s\", \"1m30s\"]` | Waits \\| between "
                              "attempts. |\n"));
  EXPECT_THAT(text, HasSubstr("`store.url_file` may name a file instead."));
  EXPECT_THAT(text, HasSubstr("Properties of librdkafka."));
}

}  // namespace
}  // namespace newsmill::config
