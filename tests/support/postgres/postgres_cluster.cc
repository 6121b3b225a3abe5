#include "tests/support/postgres/postgres_cluster.h"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace newsmill::testing {
namespace {

constexpr char kUser[] = "newsmill";
constexpr Duration kPatience = std::chrono::seconds(60);

// Debian and Ubuntu keep each major version in a folder of its own.
Result<std::string> FindPrograms() {
  std::vector<std::string> found;
  std::error_code missing;
  for (const auto& version :
       std::filesystem::directory_iterator("/usr/lib/postgresql", missing)) {
    const std::string bin = version.path() / "bin";
    if (std::filesystem::exists(bin + "/initdb")) found.push_back(bin);
  }
  if (found.empty())
    return Error{Code::kNotFound,
                 "no PostgreSQL under /usr/lib/postgresql: install the package "
                 "`postgresql`"};
  // By the number, so that 9 comes before 15.
  const auto number = [](const std::string& bin) {
    return std::atoi(
        std::filesystem::path(bin).parent_path().filename().c_str());
  };
  return *std::max_element(found.begin(), found.end(),
                           [&](const std::string& a, const std::string& b) {
                             return number(a) < number(b);
                           });
}

}  // namespace

Result<std::unique_ptr<PostgresCluster>> PostgresCluster::Start(
    const std::vector<std::string>& settings) {
  return Make(std::filesystem::temp_directory_path(), settings);
}

Result<std::unique_ptr<PostgresCluster>> PostgresCluster::StartIn(
    const std::string& parent) {
  return Make(parent, {});
}

Result<std::unique_ptr<PostgresCluster>> PostgresCluster::Make(
    const std::string& parent, const std::vector<std::string>& settings) {
  std::unique_ptr<PostgresCluster> cluster(new PostgresCluster(parent));
  Result<std::string> bin = FindPrograms();
  if (!bin) return bin.error();
  cluster->bin_ = *bin;
  cluster->settings_ = settings;
  Result<void> step = cluster->Initialise();
  if (!step) return step.error();
  step = cluster->Launch();
  if (!step) return step.error();
  return cluster;
}

PostgresCluster::~PostgresCluster() {
  if (server_ != nullptr && server_->Running()) Kill9();
}

std::vector<std::string> PostgresCluster::Command(
    const std::string& program) const {
  std::vector<std::string> command;
  // The signal at the parent's death is lost when the user changes.
  if (getuid() == 0)
    command = {"setpriv", "--reuid=postgres", "--regid=postgres",
               "--clear-groups", "--pdeathsig=KILL"};
  command.push_back(bin_ + "/" + program);
  return command;
}

Result<void> PostgresCluster::Initialise() {
  if (getuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr ||
        chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0)
      return Error{Code::kNotFound,
                   "the folder cannot be given to user `postgres`"};
  }
  process::ChildProcess::Options options;
  options.argv = Command("initdb");
  options.directory = folder_.path();
  for (const char* argument :
       {"--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"})
    options.argv.emplace_back(argument);
  options.argv.push_back(std::string("--username=") + kUser);
  options.argv.push_back("--pgdata=" + data());
  const auto done = process::RunToEnd(std::move(options), kPatience);
  if (!done) return done.error();
  if (!done->status.Succeeded())
    return Error{Code::kInternal, "initdb failed: " + done->errors};
  return {};
}

Result<void> PostgresCluster::Launch() {
  process::ChildProcess::Options options;
  options.argv = Command("postgres");
  options.directory = folder_.path();
  for (const std::string& argument :
       {std::string("-D"), data(), std::string("-k"), folder_.path().string()})
    options.argv.push_back(argument);
  std::vector<std::string> settings = {"listen_addresses=", "fsync=off",
                                       "shared_buffers=64MB",
                                       "max_connections=60"};
  settings.insert(settings.end(), settings_.begin(), settings_.end());
  for (const std::string& setting : settings) {
    options.argv.emplace_back("-c");
    options.argv.push_back(setting);
  }
  auto server = process::ChildProcess::Start(std::move(options));
  if (!server) return server.error();
  server_ = std::move(*server);
  const auto ready =
      server_->WaitForLine("ready to accept connections", kPatience);
  if (!ready) return ready.error();
  return {};
}

std::string PostgresCluster::url() const {
  return "host=" + folder_.path().string() + " user=" + kUser +
         " dbname=postgres";
}

std::string PostgresCluster::UrlOver(int proxy_port) {
  return "host=127.0.0.1 port=" + std::to_string(proxy_port) +
         " user=" + kUser + " dbname=postgres";
}

// With cp, which keeps owner and mode of each file.
Result<void> CopyFolder(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::remove_all(to, error);
  if (error) return Error{Code::kInternal, to + ": " + error.message()};
  const auto done =
      process::RunToEnd({.argv = {"cp", "-a", from, to}}, kPatience);
  if (!done) return done.error();
  if (!done->status.Succeeded()) return Error{Code::kInternal, done->errors};
  return {};
}

Result<void> PostgresCluster::Save() { return CopyFolder(data(), saved()); }
Result<void> PostgresCluster::Restore() { return CopyFolder(saved(), data()); }

void PostgresCluster::Kill9() {
  (void)server_->Signal(SIGKILL);  // may have ended by itself
  (void)server_->Wait(kPatience);
}

Result<void> PostgresCluster::Stop() {
  const Result<void> told = server_->Signal(SIGINT);  // fast shutdown
  if (!told) return told.error();
  const auto ended = server_->Wait(kPatience);
  if (!ended) return ended.error();
  return {};
}

Result<void> PostgresCluster::Resume() {
  // After a kill the backends need a moment to notice; the server refuses to
  // start while one of them still holds the shared memory.
  Result<void> launched = Launch();
  for (int i = 0; i < 50 && !launched; ++i) {
    usleep(100'000);
    launched = Launch();
  }
  return launched;
}

}  // namespace newsmill::testing
