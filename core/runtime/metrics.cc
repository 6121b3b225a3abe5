#include "core/runtime/metrics.h"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace newsmill::metrics {
namespace {

// Never destroyed: references to its metrics may be used until the last thread
// ends.
prometheus::Registry& Registry() {
  static auto* const registry = new prometheus::Registry();
  return *registry;
}

}  // namespace

prometheus::Counter& Counter(const std::string& name, const std::string& help,
                             const Labels& labels) {
  return prometheus::BuildCounter()
      .Name(name)
      .Help(help)
      .Register(Registry())
      .Add(labels);
}

prometheus::Gauge& Gauge(const std::string& name, const std::string& help,
                         const Labels& labels) {
  return prometheus::BuildGauge()
      .Name(name)
      .Help(help)
      .Register(Registry())
      .Add(labels);
}

prometheus::Histogram& Histogram(const std::string& name,
                                 const std::string& help,
                                 const std::vector<double>& buckets,
                                 const Labels& labels) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(Registry())
      .Add(labels, buckets);
}

std::string Render() {
  return prometheus::TextSerializer().Serialize(Registry().Collect());
}

}  // namespace newsmill::metrics
