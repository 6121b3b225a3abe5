#include "core/flow/worker_metrics.h"

namespace newsmill {
namespace {

std::string Name(const std::string& worker, const char* what) {
  return "newsmill_" + worker + "_" + what;
}

prometheus::Counter& Settled(const std::string& worker, const char* outcome) {
  return metrics::Counter(Name(worker, "records_total"),
                          "Records that were settled.", {{"outcome", outcome}});
}

}  // namespace

WorkerMetrics::WorkerMetrics(const std::string& name)
    : acked_(Settled(name, "ack")),
      finished_(Settled(name, "finish")),
      retried_(Settled(name, "retry")),
      dead_(Settled(name, "dead")),
      returned_(Settled(name, "returned")),
      stale_(Settled(name, "stale")),
      rebalances_(metrics::Counter(Name(name, "rebalances_total"),
                                   "Changes of the assignment.")),
      commit_failures_(metrics::Counter(Name(name, "commit_failures_total"),
                                        "Commits that were not acknowledged.")),
      in_hand_(metrics::Gauge(Name(name, "in_hand_records"),
                              "Records that were read and not settled.")),
      spread_(metrics::Gauge(Name(name, "commit_spread_records"),
                             "Newest minus oldest offset in hand, of the "
                             "widest partition.")),
      lag_(metrics::Gauge(Name(name, "lag_records"),
                          "Records of the assigned partitions that are not "
                          "committed.")),
      partitions_(metrics::Gauge(Name(name, "assigned_partitions"),
                                 "Partitions that are assigned.")) {}

void WorkerMetrics::CountSettled(Settler::Kind kind) {
  switch (kind) {
    case Settler::Kind::kAck:
      return acked_.Increment();
    case Settler::Kind::kFinish:
      return finished_.Increment();
    case Settler::Kind::kRetry:
      return retried_.Increment();
    case Settler::Kind::kDead:
      return dead_.Increment();
  }
}

}  // namespace newsmill
