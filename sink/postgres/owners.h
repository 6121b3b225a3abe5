#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sink/postgres/connection.h"

namespace newsmill::postgres {

// A server process that owned a partition: its process ID and start, which
// together name it for ever.
struct Backend {
  std::string pid;
  std::string start;

  friend bool operator==(const Backend&, const Backend&) = default;
};

// Ends the sessions of former owners that stand in the way, exactly those. A
// frozen owner may hold row locks where no timeout of the server fires (in the
// middle of a message), and waiting for it would stop its successor too.
class FormerOwners {
 public:
  void Remember(const Backend& backend);
  bool empty() const { return backends_.empty(); }

  // Ends those that still run, but for our own; forgets all. The number ended.
  Result<int> End(Connection& connection);

 private:
  std::vector<Backend> backends_;
};

}  // namespace newsmill::postgres
