#pragma once

#include "core/runtime/metrics.h"
#include "fetcher/http/http_client.h"
#include "fetcher/verdict.h"

namespace newsmill {

// What the fetcher tells Prometheus. Thread-safe.
class FetchMetrics {
 public:
  FetchMetrics();

  void Answered(const HttpResponse& response);
  // How an attempt ended.
  void Judged(const AnswerVerdict& verdict);
  void Forwarded() { forwarded_.Increment(); }
  void Deferred() { deferred_.Increment(); }
  void Backlog(size_t tasks) { backlog_.Set(static_cast<double>(tasks)); }
  void Aborted() { aborted_.Increment(); }
  void Sizes(size_t in_flight, size_t queued, size_t hosts);

 private:
  prometheus::Counter& bytes_;
  prometheus::Counter& forwarded_;
  prometheus::Counter& deferred_;
  prometheus::Counter& aborted_;
  prometheus::Gauge& in_flight_;
  prometheus::Gauge& queued_;
  prometheus::Gauge& hosts_;
  prometheus::Gauge& backlog_;
  prometheus::Histogram& connect_;
  prometheus::Histogram& first_byte_;
  prometheus::Histogram& total_;
};

}  // namespace newsmill
