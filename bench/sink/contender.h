#pragma once

#include <functional>
#include <string>

#include <sys/types.h>

#include "core/base/result.h"

namespace newsmill::bench {

// Somebody who brings the same articles into a table of PostgreSQL.
struct Contender {
  std::string name;
  std::string schema;  // where its table `articles` is afterwards
  std::function<Result<void>()> run;
};

struct Measured {
  int64_t rows = 0;
  // From the first transaction's commit to the last one's, by the server; what
  // the first one wrote does not count. Start and end of the process are out.
  double rows_per_second = 0;
  // Of the client, its start included, and of the server.
  double client_cpu_seconds = 0;
  double server_cpu_seconds = 0;
};

// `server`: PostgreSQL's first process; it keeps times of commits. The client
// is this process or its children.
Result<Measured> Measure(const Contender& contender, const std::string& url,
                         pid_t server);

}  // namespace newsmill::bench
