#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/bus/bus.h"
#include "core/bus/embedded/log_file.h"

namespace newsmill::embedded {

// Each maker of an ID raises its epoch in the log file; a write checks it in
// the transaction that appends.
class EmbeddedFencedProducer : public FencedProducer {
 public:
  // `log` outlives the producer.
  static Result<std::unique_ptr<FencedProducer>> Create(
      LogFile& log, const FencedProducerOptions& options);

  Result<void> Write(const std::vector<Record>& records) override;

 private:
  EmbeddedFencedProducer(LogFile& log, std::string id, int64_t epoch)
      : log_(log), id_(std::move(id)), epoch_(epoch) {}

  Result<void> CheckEpoch(Connection& db) const;

  LogFile& log_;
  const std::string id_;
  const int64_t epoch_;
};

}  // namespace newsmill::embedded
