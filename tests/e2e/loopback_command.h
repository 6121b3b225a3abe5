#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/process/child_process.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill {

// Runs `newsmill ARGUMENTS…` to its end in a folder, with its data in it, and
// lets it ask servers on loopback without waiting long. What failed is empty,
// and the test has failed.
inline process::Completed RunOnLoopback(const process::TempFolder& folder,
                                        std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), NEWSMILL_BINARY);
  arguments.insert(arguments.end(),
                   {"--data", folder / "data", "--set",
                    "fetcher.allow_addresses=[\"127.0.0.0/8\"]", "--set",
                    "fetcher.host_delay=10ms"});
  process::ChildProcess::Options options;
  options.argv = std::move(arguments);
  options.directory = folder.path().string();
  const Result<process::Completed> done =
      process::RunToEnd(std::move(options), std::chrono::seconds(120));
  EXPECT_TRUE(done) << done.error().message;
  return done ? *done : process::Completed();
}

}  // namespace newsmill
