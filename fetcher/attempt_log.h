#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/base/url.h"
#include "core/bus/bus.h"
#include "core/runtime/metrics.h"
#include "fetcher/http/http_client.h"
#include "fetcher/verdict.h"
#include "newsmill/v1/fetch_attempt.pb.h"
#include "newsmill/v1/fetch_task.pb.h"

namespace newsmill {

// A record of one request. `verdict`: what the answer means; `task`: of a PAGE,
// else nullptr.
v1::FetchAttempt MakeAttempt(const std::string& url, const std::string& host,
                             v1::FetchAttempt::Purpose purpose,
                             const v1::FetchTask* task,
                             const HttpResponse& response,
                             const AnswerVerdict& verdict, Timestamp at);

// Writes attempts to the topic `fetch_log`. It never holds the fetcher up: with
// kMostUnsettled records on their way a further one is dropped and counted
// (newsmill_fetcher_log_records_total{result="dropped"}). Used by one thread.
class AttemptLog {
 public:
  static constexpr int64_t kMostUnsettled = 10'000;

  // The bus outlives the log.
  static Result<std::unique_ptr<AttemptLog>> Open(Bus& bus, std::string topic);
  AttemptLog(std::string topic, std::unique_ptr<Producer> producer);
  // Waits a little for what is on its way.
  ~AttemptLog();

  void Write(const v1::FetchAttempt& attempt);

 private:
  const std::string topic_;
  prometheus::Counter& written_;
  prometheus::Counter& dropped_;
  prometheus::Counter& failed_;
  std::atomic<int64_t> unsettled_ = 0;
  // Last: its thread speaks to the above.
  std::unique_ptr<Producer> producer_;
};

}  // namespace newsmill
