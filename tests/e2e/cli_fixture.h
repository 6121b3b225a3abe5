#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/process/child_process.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill {

constexpr Duration kCliDeadline = std::chrono::seconds(60);

// Runs the real binary in a folder of its own, which has the rule of one
// made-up site.
class CliTest : public ::testing::Test {
 protected:
  CliTest() {
    std::filesystem::create_directories(folder_.path() / "sites/gazette");
    Write("sites/gazette/rule.toml", R"(schema = 1
revision = 1
site = "gazette"
[url]
hosts = ["www.gazette.example"]
id = ['/story_(\d+)$']
id_form = '\d{1,9}'
article_url = "https://www.gazette.example/story_{id}"
)");
  }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  // In a folder of its own, with the data in its `data`.
  process::Completed Run(std::vector<std::string> arguments,
                         const std::string& input = "") {
    arguments.insert(arguments.begin(), NEWSMILL_BINARY);
    arguments.insert(arguments.end(), {"--data", folder_ / "data"});
    return Start(std::move(arguments), input);
  }

  // Likewise, where a shell says what the standard streams are: `<&-`.
  process::Completed RunRedirected(const std::string& redirection,
                                   std::vector<std::string> arguments) {
    arguments.insert(
        arguments.begin(),
        {"sh", "-c", "exec \"$0\" \"$@\" " + redirection, NEWSMILL_BINARY});
    arguments.insert(arguments.end(), {"--data", folder_ / "data"});
    return Start(std::move(arguments), "");
  }

  process::Completed Start(std::vector<std::string> arguments,
                           const std::string& input) {
    process::ChildProcess::Options options;
    options.argv = std::move(arguments);
    options.directory = folder_.path().string();
    options.input = input;
    Result<process::Completed> completed =
        process::RunToEnd(std::move(options), kCliDeadline);
    EXPECT_TRUE(completed) << completed.error().message;
    return completed ? *completed : process::Completed();
  }

  bool HasData() const { return std::filesystem::exists(folder_ / "data"); }

  process::TempFolder folder_{"newsmill-cli"};
};

}  // namespace newsmill
