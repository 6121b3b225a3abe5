#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/result.h"
#include "tests/chaos/suite/revised_origin.h"
#include "tests/e2e/services.h"
#include "tests/support/pages/dice.h"

namespace newsmill::chaos {

// What the log took from the generator.
struct Accepted {
  std::string url;
  // Served before the task was put: what the row says afterwards is newer.
  int64_t older_revision = 0;
};

// Puts tasks on the log as any Kafka client does, JSON with IDs of its own, and
// keeps a ledger of them that no part of the pipeline has a hand in. A put that
// fails is repeated with the same IDs until the log takes it. Thread-safe.
class Generator {
 public:
  Generator(const e2e::Services& services, const RevisedOrigin& origin,
            std::string topic, uint64_t seed, int pages_of_host)
      : services_(services),
        origin_(origin),
        topic_(std::move(topic)),
        pages_of_host_(pages_of_host),
        dice_(seed, "generator") {}
  ~Generator();

  // A few tasks every quarter of a second, of URLs drawn from all.
  void Begin();
  // kTimedOut with the last error when the log refuses for too long.
  Result<void> End();

  // One task for each URL that was ever drawn: afterwards each row is newer
  // than everything served until now.
  Result<void> PutLastWord();
  Result<void> Put(const std::vector<std::string>& urls);

  std::string UrlOn(int host, const std::string& path) const;
  std::map<std::string, Accepted> Ledger() const;  // by task ID

 private:
  std::vector<std::string> Draw();
  void Run();

  const e2e::Services& services_;
  const RevisedOrigin& origin_;
  const std::string topic_;
  const int pages_of_host_;
  pages::Dice dice_;  // of the thread
  std::thread thread_;
  std::atomic<bool> stop_{false};
  Result<void> broken_;  // of the thread, until it is joined
  mutable std::mutex mutex_;
  std::map<std::string, Accepted> ledger_;  // guarded by mutex_
  int64_t last_id_ = 0;                     // guarded by mutex_
};

}  // namespace newsmill::chaos
