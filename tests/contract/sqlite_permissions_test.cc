// What a store is to a user who may not write to its folder.

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include <gtest/gtest.h>

#include "sink/sqlite/sqlite_store.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

class SqlitePermissionsTest : public ::testing::Test {
 protected:
  SqlitePermissionsTest() {
    fs::permissions(folder_.path(), fs::perms(0755));
    const auto store = OpenStore(file_, true, false, Clock::System());
    EXPECT_TRUE(store) << store.error().message;
  }
  ~SqlitePermissionsTest() override {
    fs::permissions(folder_.path(), fs::perms(0755));
  }

  // Whether it holds for a user who may read the folder and no more.
  bool HoldsForAReader(const std::function<bool()>& condition) {
    fs::permissions(folder_.path(), fs::perms(0555));
    fs::permissions(file_, fs::perms(0444));
    const pid_t child = fork();
    if (child == 0) {
      const bool dropped = geteuid() != 0 || setuid(kNobody) == 0;
      _exit(dropped && condition() ? 0 : 1);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
  }

  process::TempFolder folder_{"newsmill-permissions"};
  const std::string file_ = folder_ / "a store? 100%.db";
};

TEST_F(SqlitePermissionsTest, AReaderNeedsNoWrite) {
  EXPECT_TRUE(HoldsForAReader([this] {
    const auto reader = OpenReader(file_);
    return reader && (*reader)->ListBatches().has_value();
  }));
}

TEST_F(SqlitePermissionsTest, AWriterIsToldAtOnce) {
  EXPECT_TRUE(HoldsForAReader([this] {
    const auto store = OpenStore(file_, true, false, Clock::System());
    return !store && store.error().code == Code::kBadConfiguration;
  }));
}

}  // namespace
}  // namespace newsmill::sqlite
