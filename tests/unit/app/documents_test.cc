#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "app/documents.h"
#include "app/settings.h"

namespace newsmill {
namespace {

std::string Read(const std::string& path) {
  std::ifstream file(NEWSMILL_SOURCE_DIR "/" + path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr char kHint[] = "run ./dev docs";

TEST(GeneratedDocuments, DescribeTheConfigurationAsItIs) {
  EXPECT_EQ(Read("docs/configuration.md"), ConfigurationMarkdown()) << kHint;
}

TEST(GeneratedDocuments, HoldEveryKeyWithItsDefault) {
  EXPECT_EQ(Read("deploy/config/newsmill.toml"), DefaultConfiguration())
      << kHint;
}

TEST(GeneratedDocuments, DescribeTheOutcomesAsTheyAre) {
  EXPECT_EQ(Read("docs/outcomes.md"), OutcomesMarkdown()) << kHint;
}

TEST(GeneratedDocuments, DescribeTheKeysOfRulesAsTheyAre) {
  EXPECT_EQ(Read("docs/rules.md"), RulesMarkdown()) << kHint;
}

TEST(GeneratedDocuments, CanBeReadAsAConfiguration) {
  Settings settings;
  const auto loaded = LoadSettings(
      {.config_file = NEWSMILL_SOURCE_DIR "/deploy/config/newsmill.toml",
       .data_dir = "",
       .sets = {}},
      {}, &settings);
  EXPECT_TRUE(loaded) << loaded.error().message;
}

}  // namespace
}  // namespace newsmill
