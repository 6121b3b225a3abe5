#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"

namespace newsmill::chaos {

// A web server on every loopback address, which writes down who asks what and
// when. By path: /N gives a page; /fails-K/N answers 503 to the first K
// requests for it; /later-S/N answers the first with 429 and Retry-After: S;
// /robots.txt allows all.
class PoliteOrigin {
 public:
  // Writes the access log to `file` (tests/chaos/politeness_log.h).
  static Result<std::unique_ptr<PoliteOrigin>> Start(const std::string& file);
  ~PoliteOrigin();

  int port() const;

 private:
  struct Impl;
  explicit PoliteOrigin(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsmill::chaos
