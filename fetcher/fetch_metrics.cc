#include "fetcher/fetch_metrics.h"

namespace newsmill {
namespace {

prometheus::Histogram& Phase(const std::string& phase) {
  return metrics::Histogram(
      "newsmill_fetcher_request_seconds",
      "Time from the start of a request to the end of each phase.",
      {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60},
      {{"phase", phase}});
}

prometheus::Gauge& HeldHosts(const std::string& why) {
  return metrics::Gauge(
      "newsmill_fetcher_held_hosts",
      "What may not be asked now: blocked and paused, the orders in force for "
      "hosts and sites of the whole fleet; waiting (Retry-After) and down, "
      "hosts of this fetcher.",
      {{"why", why}});
}

double Seconds(int64_t milliseconds) {
  return static_cast<double>(milliseconds) / 1000.0;
}

const char* OutcomeOf(const AnswerVerdict& verdict) {
  switch (verdict.kind) {
    case AnswerVerdict::Kind::kPage:
      return "page";
    case AnswerVerdict::Kind::kRedirect:
      return "redirect";
    case AnswerVerdict::Kind::kOutcome:
      if (verdict.outcome == v1::UNCHANGED) return "unchanged";
      return verdict.outcome == v1::GONE ? "gone" : "skipped";
    case AnswerVerdict::Kind::kFailure:
      return verdict.retryable ? "retry" : "dead";
    case AnswerVerdict::Kind::kOwnFault:
      return "own_fault";
  }
  return "unknown";
}

}  // namespace

FetchMetrics::FetchMetrics()
    : bytes_(metrics::Counter("newsmill_fetcher_body_bytes_total",
                              "Bytes of bodies, as servers sent them.")),
      forwarded_(
          metrics::Counter("newsmill_fetcher_forwarded_tasks_total",
                           "Tasks passed on to the partition of their host.")),
      deferred_(metrics::Counter(
          "newsmill_fetcher_deferred_tasks_total",
          "Tasks put on the backlog or a retry topic because their time has "
          "not come.")),
      aborted_(metrics::Counter(
          "newsmill_fetcher_aborted_requests_total",
          "Requests ended because the assignment was no longer fresh.")),
      in_flight_(metrics::Gauge("newsmill_fetcher_in_flight_requests",
                                "Requests that run now.")),
      queued_(metrics::Gauge("newsmill_fetcher_queued_tasks",
                             "Tasks in memory that wait for their turn.")),
      hosts_(metrics::Gauge("newsmill_fetcher_known_hosts",
                            "Hosts with a queue or a delay to be kept.")),
      backlog_(metrics::Gauge(
          "newsmill_fetcher_backlog_tasks",
          "Tasks on the backlog that wait for their host or are in hand.")),
      ready_(metrics::Gauge(
          "newsmill_fetcher_ready_hosts",
          "Hosts whose turn has come and that wait for room among the "
          "requests that run.")),
      ready_since_(metrics::Gauge(
          "newsmill_fetcher_ready_wait_seconds",
          "For how long the first of the ready hosts has waited.")),
      blocked_(HeldHosts("blocked")),
      paused_(HeldHosts("paused")),
      waiting_(HeldHosts("waiting")),
      down_(HeldHosts("down")),
      name_lookup_(Phase("name_lookup")),
      connect_(Phase("connect")),
      tls_(Phase("tls")),
      first_byte_(Phase("first_byte")),
      total_(Phase("total")) {}

void FetchMetrics::Answered(const HttpResponse& response) {
  bytes_.Increment(static_cast<double>(response.body.size()));
  if (response.status == 0) return;
  const v1::FetchTiming& timing = response.timing;
  // A connection that stood already took no time.
  if (timing.connect_ms() > 0) {
    name_lookup_.Observe(Seconds(timing.name_lookup_ms()));
    connect_.Observe(Seconds(timing.connect_ms()));
  }
  if (timing.tls_ms() > 0) tls_.Observe(Seconds(timing.tls_ms()));
  first_byte_.Observe(Seconds(timing.first_byte_ms()));
  total_.Observe(Seconds(timing.total_ms()));
}

void FetchMetrics::RobotsAnswered(const HttpResponse& response,
                                  const AnswerVerdict& verdict) {
  std::string answer = "none";
  if (verdict.kind == AnswerVerdict::Kind::kOwnFault) {
    answer = "own_fault";
  } else if (response.failure == v1::REASON_UNSPECIFIED &&
             response.status > 0) {
    answer = std::to_string(response.status / 100) + "xx";
  }
  metrics::Counter("newsmill_fetcher_robots_requests_total",
                   "Requests for a robots.txt, by the class of the answer's "
                   "status.",
                   {{"answer", answer}})
      .Increment();
}

void FetchMetrics::Judged(const AnswerVerdict& verdict) {
  const char* const outcome = OutcomeOf(verdict);
  prometheus::Counter*& counter = attempts_[{outcome, verdict.reason}];
  if (counter == nullptr) {
    const std::string reason = verdict.reason == v1::REASON_UNSPECIFIED
                                   ? "NONE"
                                   : v1::Reason_Name(verdict.reason).substr(7);
    counter = &metrics::Counter("newsmill_fetcher_attempts_total",
                                "Attempts to fetch, by how they ended and why.",
                                {{"outcome", outcome}, {"reason", reason}});
  }
  counter->Increment();
}

void FetchMetrics::Sizes(size_t in_flight, size_t queued, size_t hosts) {
  in_flight_.Set(static_cast<double>(in_flight));
  queued_.Set(static_cast<double>(queued));
  hosts_.Set(static_cast<double>(hosts));
}

void FetchMetrics::Ready(const Frontier::Ready& ready, Instant now) {
  ready_.Set(static_cast<double>(ready.hosts));
  const Duration waited = ready.since ? now - *ready.since : Duration(0);
  ready_since_.Set(Seconds(waited.count()));
}

void FetchMetrics::Held(const HostBook::Held& held) {
  blocked_.Set(static_cast<double>(held.blocked));
  paused_.Set(static_cast<double>(held.paused));
  waiting_.Set(static_cast<double>(held.waiting));
  down_.Set(static_cast<double>(held.down));
}

}  // namespace newsmill
