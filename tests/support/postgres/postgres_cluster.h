#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill::testing {

// A PostgreSQL of its own, by the distribution's programs, in a temporary
// folder, on a Unix socket there. Runs as user `postgres` where the test is
// root, which PostgreSQL refuses. Ends with this object, and with the thread
// that made it. fsync is off: a killed server loses nothing, a killed machine
// would.
class PostgresCluster {
 public:
  // Makes the folder and starts the server. `settings`: "name=value".
  static Result<std::unique_ptr<PostgresCluster>> Start(
      const std::vector<std::string>& settings = {});
  // The same with its folder in `parent`, which user `postgres` may pass.
  static Result<std::unique_ptr<PostgresCluster>> StartIn(
      const std::string& parent);
  ~PostgresCluster();

  // For libpq, as the superuser.
  std::string url() const;

  // Of its Unix socket, for a proxy.
  std::string socket() const { return folder_ / ".s.PGSQL.5432"; }
  // For libpq, over such a proxy on this port of the loopback address.
  static std::string UrlOver(int proxy_port);

  // Of the process that its backends descend from, while it runs.
  pid_t pid() const { return server_->pid(); }
  bool Running() const { return server_->Running(); }

  void Kill9();           // the server and with it its backends
  Result<void> Stop();    // in order, sessions are ended
  Result<void> Resume();  // after Kill9 or Stop, on the same data

  // While it does not run: a copy of its data, and back to that copy.
  Result<void> Save();
  Result<void> Restore();

 private:
  explicit PostgresCluster(const std::string& parent)
      : folder_(parent, "newsmill-postgres") {}
  static Result<std::unique_ptr<PostgresCluster>> Make(
      const std::string& parent, const std::vector<std::string>& settings);

  Result<void> Initialise();
  Result<void> Launch();
  std::vector<std::string> Command(const std::string& program) const;
  std::string data() const { return folder_ / "data"; }
  std::string saved() const { return folder_ / "saved"; }

  process::TempFolder folder_;
  std::string bin_;  // the folder of the programs
  std::vector<std::string> settings_;
  std::unique_ptr<process::ChildProcess> server_;
};

}  // namespace newsmill::testing
