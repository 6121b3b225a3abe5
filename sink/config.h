#pragma once

#include <string>

#include "core/base/time.h"
#include "core/runtime/config.h"

namespace newsmill {

// Sections [store] and [sink].
struct SinkConfig {
  // [store]
  std::string backend = "sqlite";
  // libpq connection string; for sqlite the file, by default under --data.
  std::string url;
  std::string schema = "newsmill";
  bool auto_migrate = true;
  std::string history = "off";  // or "changes"

  // [sink]
  int64_t batch_rows = 500;
  int64_t batch_bytes = 8 << 20;
  Duration batch_linger = std::chrono::milliseconds(100);

  // The log's; a frozen owner's transaction is ended within it. Set from [log],
  // no key of its own.
  Duration session_timeout = std::chrono::seconds(10);

  bool keeps_history() const { return history == "changes"; }

  void Declare(config::Schema& schema_of_keys);
};

}  // namespace newsmill
