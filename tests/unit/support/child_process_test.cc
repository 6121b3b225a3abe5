#include "tests/support/process/child_process.h"

#include <signal.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process/temp_folder.h"

namespace newsmill::process {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

std::unique_ptr<ChildProcess> Shell(const std::string& script) {
  auto child = ChildProcess::Start({.argv = {"sh", "-c", script}});
  EXPECT_TRUE(child) << child.error().message;
  return std::move(*child);
}

TEST(ChildProcess, KeepsBothStreamsAndTheExitCode) {
  const auto done =
      RunToEnd({.argv = {"sh", "-c", "cat; echo oops >&2; exit 7"},
                .environment = {{"NAME", "value"}},
                .directory = "/",
                .input = "in\n"},
               seconds(20));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->status.code, 7);
  EXPECT_EQ(done->output, "in\n");
  EXPECT_EQ(done->errors, "oops\n");
}

TEST(ChildProcess, WaitsForALineAndGoesOn) {
  const auto child = Shell("echo first; echo second ready; sleep 100");
  const auto line = child->WaitForLine("ready", seconds(20));
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(*line, "second ready");
  EXPECT_TRUE(child->Running());
}

TEST(ChildProcess, SaysThatTheLineNeverCame) {
  const auto child = Shell("echo something else");
  const auto line = child->WaitForLine("ready", seconds(20));
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code, Code::kUnavailable);
  EXPECT_THAT(line.error().message, HasSubstr("something else"));
}

TEST(ChildProcess, ReportsTheSignalThatEndedIt) {
  const auto child = Shell("echo up; exec sleep 100");
  ASSERT_TRUE(child->WaitForLine("up", seconds(20)));
  ASSERT_TRUE(child->Signal(SIGKILL));
  const auto status = child->Wait(seconds(20));
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(status->signal, SIGKILL);
  EXPECT_EQ(child->Signal(SIGKILL).error().code, Code::kNotFound);
}

char StateOf(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name;
  char state = 0;
  stat >> number >> name >> state;
  return state;
}

TEST(ChildProcess, StandsStillAfterStopUntilContinued) {
  const auto child = Shell("echo up; read line; exec sleep 100");
  ASSERT_TRUE(child->WaitForLine("up", seconds(20)));
  ASSERT_TRUE(child->Stop());
  EXPECT_EQ(StateOf(child->pid()), 'T');
  ASSERT_TRUE(child->Continue());
  EXPECT_NE(StateOf(child->pid()), 'T');
  EXPECT_TRUE(child->Running());
}

TEST(ChildProcess, SaysThatAProgramDoesNotExist) {
  const auto done =
      RunToEnd({.argv = {"newsmill-no-such-program"}}, seconds(20));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->status.code, 127);
  EXPECT_THAT(done->errors, HasSubstr("cannot be executed"));
}

TEST(TempFolder, IsGoneWithItsObject) {
  std::filesystem::path path;
  {
    const TempFolder folder;
    path = folder.path();
    std::filesystem::create_directories(path / "a" / "b");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace newsmill::process
