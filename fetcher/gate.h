#pragma once

#include <string>

#include "core/base/result.h"
#include "fetcher/config.h"
#include "fetcher/verdict.h"

namespace newsmill {

// Whether an address is one of this machine's own: 127.0.0.0/8, ::1, or the
// former mapped into IPv6.
bool IsLoopback(const std::string& address);

// Who may be asked at all: without a fetcher.contact nobody but this machine,
// because a crawler says whom to write to. Immutable; thread-safe.
class Gate {
 public:
  explicit Gate(const FetcherConfig& config);

  // Every host may be asked.
  bool open() const { return open_; }
  // Judged by the address that is connected to, never by a name.
  bool MayAsk(const std::string& address) const {
    return open_ || IsLoopback(address);
  }

  // While the gate is closed: makes a refusal final, with the line to paste
  // into newsmill.toml. A name that cannot be resolved is refused as well: it
  // is not this machine's. Other verdicts stay as they are.
  void ExplainRefusal(const std::string& host, AnswerVerdict& verdict) const;

 private:
  bool open_;
};

// The User-Agent field: the agent's name with whom to write to.
std::string UserAgent(const FetcherConfig& config);

// Limits and names that no server can be asked with; kBadConfiguration.
Result<void> CheckFetcherConfig(const FetcherConfig& config);

}  // namespace newsmill
