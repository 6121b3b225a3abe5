#pragma once

#include <algorithm>
#include <cstdint>

#include <google/protobuf/duration.pb.h>

#include "core/base/time.h"

namespace newsmill {

inline google::protobuf::Duration ToProto(Duration duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(duration / std::chrono::seconds(1));
  const Duration rest = duration % std::chrono::seconds(1);
  proto.set_nanos(static_cast<int32_t>(rest.count() * 1'000'000));
  return proto;
}

// Whatever a foreign client sent: what is beyond protobuf's ten thousand years
// is the nearest one within, and what is below a millisecond is dropped.
inline Duration FromProto(const google::protobuf::Duration& proto) {
  constexpr int64_t kMostSeconds = 315'576'000'000;
  const int64_t seconds =
      std::clamp(proto.seconds(), -kMostSeconds, kMostSeconds);
  return std::chrono::seconds(seconds) + Duration(proto.nanos() / 1'000'000);
}

}  // namespace newsmill
