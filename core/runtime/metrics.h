#pragma once

#include <map>
#include <string>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

// The process's metrics, in Prometheus' text format. Names are
// newsmill_<stage>_<noun>_<unit>[_total]; labels are small closed sets, never a
// URL, never a host. Thread-safe. Look a metric up once and keep the reference:
// it lives as long as the process.

namespace newsmill::metrics {

using Labels = std::map<std::string, std::string>;

prometheus::Counter& Counter(const std::string& name, const std::string& help,
                             const Labels& labels = {});
prometheus::Gauge& Gauge(const std::string& name, const std::string& help,
                         const Labels& labels = {});
// Buckets in the metric's unit, ascending.
prometheus::Histogram& Histogram(const std::string& name,
                                 const std::string& help,
                                 const std::vector<double>& buckets,
                                 const Labels& labels = {});

// The whole, as `/metrics` serves it.
std::string Render();

}  // namespace newsmill::metrics
