#pragma once

#include <map>
#include <utility>

#include "core/runtime/metrics.h"
#include "fetcher/frontier/frontier.h"
#include "fetcher/hosts/host_book.h"
#include "fetcher/http/http_client.h"
#include "fetcher/verdict.h"

namespace newsmill {

// What the fetcher tells Prometheus. Used by one thread.
class FetchMetrics {
 public:
  FetchMetrics();

  void Answered(const HttpResponse& response);
  // A robots.txt, or that none came; besides Answered.
  void RobotsAnswered(const HttpResponse& response,
                      const AnswerVerdict& verdict);
  // How an attempt ended.
  void Judged(const AnswerVerdict& verdict);
  void Forwarded() { forwarded_.Increment(); }
  void Deferred() { deferred_.Increment(); }
  void Backlog(size_t tasks) { backlog_.Set(static_cast<double>(tasks)); }
  void Aborted() { aborted_.Increment(); }
  void Sizes(size_t in_flight, size_t queued, size_t hosts);
  void Ready(const Frontier::Ready& ready, Instant now);
  void Held(const HostBook::Held& held);

 private:
  // By outcome and reason. Few, and looked up for every attempt.
  std::map<std::pair<const char*, v1::Reason>, prometheus::Counter*> attempts_;
  prometheus::Counter& bytes_;
  prometheus::Counter& forwarded_;
  prometheus::Counter& deferred_;
  prometheus::Counter& aborted_;
  prometheus::Gauge& in_flight_;
  prometheus::Gauge& queued_;
  prometheus::Gauge& hosts_;
  prometheus::Gauge& backlog_;
  prometheus::Gauge& ready_;
  prometheus::Gauge& ready_since_;
  prometheus::Gauge& blocked_;
  prometheus::Gauge& paused_;
  prometheus::Gauge& waiting_;
  prometheus::Gauge& down_;
  prometheus::Histogram& name_lookup_;
  prometheus::Histogram& connect_;
  prometheus::Histogram& tls_;
  prometheus::Histogram& first_byte_;
  prometheus::Histogram& total_;
};

}  // namespace newsmill
