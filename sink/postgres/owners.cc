#include "sink/postgres/owners.h"

#include <algorithm>

#include "core/runtime/log.h"

namespace newsmill::postgres {

void FormerOwners::Remember(const Backend& backend) {
  if (std::find(backends_.begin(), backends_.end(), backend) == backends_.end())
    backends_.push_back(backend);
}

Result<int> FormerOwners::End(Connection& connection) {
  int ended = 0;
  for (const Backend& backend : backends_) {
    const auto rows = connection.Ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid = $1::integer AND backend_start = $2::timestamptz"
        " AND pid <> pg_backend_pid()",
        {backend.pid, backend.start});
    if (!rows) return rows.error();
    if (rows->empty()) continue;
    ++ended;
    log::Warn("Ended the database session of a former owner that held locks.",
              {{"pid", backend.pid}, {"started", backend.start}});
  }
  backends_.clear();
  return ended;
}

}  // namespace newsmill::postgres
