#include "app/settings.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string form =
        (std::filesystem::temp_directory_path() / "settings-XXXXXX").string();
    path_ = std::filesystem::canonical(mkdtemp(form.data()));
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(Settings, LaysFlagsOverEnvironmentOverFileOverDefaults) {
  Folder folder;
  GlobalOptions options;
  options.config_file = folder.Write("c.toml",
                                     "[fetcher]\n"
                                     "host_delay = \"2s\"\n"
                                     "host_concurrency = 2\n"
                                     "max_redirects = 2\n");
  options.sets = {"fetcher.max_redirects=4"};
  Settings settings;
  const auto loaded = LoadSettings(options,
                                   {{"NEWSMILL_FETCHER__HOST_CONCURRENCY", "3"},
                                    {"NEWSMILL_FETCHER__MAX_REDIRECTS", "3"}},
                                   &settings);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(settings.fetcher.host_delay, std::chrono::seconds(2));
  EXPECT_EQ(settings.fetcher.host_concurrency, 3);
  EXPECT_EQ(settings.fetcher.max_redirects, 4);
  EXPECT_EQ(settings.fetcher.max_in_flight, 256);
}

TEST(Settings, TellsTheSinkTheSessionTimeoutOfTheLog) {
  Settings settings;
  GlobalOptions options;
  options.sets = {"log.session_timeout=4s"};
  const auto loaded = LoadSettings(options, {}, &settings);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(settings.sink.session_timeout, std::chrono::seconds(4));
}

TEST(Settings, TakesTheFolderOfData) {
  Settings settings;
  GlobalOptions options;
  options.data_dir = "/somewhere";
  ASSERT_TRUE(LoadSettings(options, {}, &settings));
  EXPECT_EQ(settings.data_dir(), "/somewhere");
  EXPECT_EQ(Settings().data_dir(), "./newsmill-data");
}

TEST(Settings, DeclaresTheWordsThatScriptsRelyOn) {
  Settings settings;
  GlobalOptions options;
  options.sets = {
      "fetcher.host_delay=20ms",
      "fetcher.host_concurrency=2",
      "fetcher.total_timeout=5s",
      "fetcher.allow_addresses=[\"10.0.0.0/8\"]",
      "fetcher.user_agent=bot/1",
      "fetcher.connect_to={\"news.example:443\"=\"127.0.0.1:8443\"}",
      "fetcher.ca_file=ca.pem",
      "fetcher.contact=me@news.example",
      "fetcher.robots=off",
      "fetcher.retry_delays=[\"1s\",\"3s\"]",
      "sites.path=[\"a\",\"b\"]",
      "log.backend=embedded",
      "kafka.\"bootstrap.servers\"=\"127.0.0.1:9092\"",
      "store.backend=sqlite",
      "store.url=x"};
  const auto loaded = LoadSettings(options, {}, &settings);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(settings.fetcher.connect_to.at("news.example:443"),
            "127.0.0.1:8443");
  EXPECT_EQ(settings.fetcher.retry_delays.size(), 2U);
  EXPECT_EQ(settings.log.kafka.at("bootstrap.servers"), "127.0.0.1:9092");
  EXPECT_THAT(settings.SitePaths(), ElementsAre("a", "b"));
}

TEST(Settings, RefusesAnUnknownKeyWithFileAndLine) {
  Folder folder;
  GlobalOptions options;
  options.config_file =
      folder.Write("c.toml", "[fetcher]\nhost_delya = \"2s\"\n");
  Settings settings;
  const auto loaded = LoadSettings(options, {}, &settings);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::kBadConfiguration);
  EXPECT_THAT(loaded.error().message, HasSubstr("c.toml:2"));
  EXPECT_THAT(loaded.error().message, HasSubstr("host_delay"));
}

TEST(Settings, RefusesAFileThatIsNotThere) {
  GlobalOptions options;
  options.config_file = "/no/such/file.toml";
  Settings settings;
  const auto loaded = LoadSettings(options, {}, &settings);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::kBadConfiguration);
  EXPECT_THAT(loaded.error().message, HasSubstr("/no/such/file.toml"));
}

TEST(Settings, RefusesValuesThatCannotWork) {
  for (const char* assignment :
       {"fetcher.host_concurrency=0", "fetcher.host_delay=\"-1s\"",
        "log.tasks_partitions=0", "fetcher.retry_delays=[\"0s\"]",
        "log.prefix=\"news/mill\"", "logging.level=loud"}) {
    Settings settings;
    GlobalOptions options;
    options.sets = {assignment};
    const auto loaded = LoadSettings(options, {}, &settings);
    ASSERT_FALSE(loaded) << assignment;
    EXPECT_EQ(loaded.error().code, Code::kBadConfiguration) << assignment;
  }
}

TEST(DefaultSitePaths, FindsTheFoldersBesideAnInstalledBinary) {
  Folder folder;
  std::filesystem::create_directories(folder.path() / "bin");
  std::filesystem::create_directories(folder.path() / "share/newsmill/sites");
  const auto paths =
      DefaultSitePaths((folder.path() / "bin" / "newsmill").string());
  EXPECT_THAT(paths, testing::Contains(
                         (folder.path() / "share/newsmill/sites").string()));
}

TEST(DefaultSitePaths, FindsTheSourceTreeOfABuild) {
  Folder folder;
  std::filesystem::create_directories(folder.path() / "build/release");
  std::filesystem::create_directories(folder.path() / "sites");
  const std::string binary =
      (folder.path() / "build/release/newsmill").string();
  EXPECT_THAT(DefaultSitePaths(binary),
              testing::Not(testing::Contains((folder.path() / "sites").string())))
      << "a folder named sites two levels up is not enough";
  folder.Write("CMakePresets.json", "{}");
  EXPECT_THAT(DefaultSitePaths(binary),
              testing::Contains((folder.path() / "sites").string()));
}

}  // namespace
}  // namespace newsmill
