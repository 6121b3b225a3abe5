#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.h"

namespace newsmill::chaos {

// A web server on every loopback address whose pages say how often they were
// asked for: each answer of a path is its next revision, from 1. Thread-safe.
//
//   /ok/N      an article
//   /gone/N    an article, 404 once it was taken down
//   /crash/N   an article that aborts a parser with the planted switch
//   /big/N     5 MB of an article
//   /cut/N     a body that ends before its Content-Length
//   /binary/N  bytes of no known kind
class RevisedOrigin {
 public:
  static Result<std::unique_ptr<RevisedOrigin>> Start();
  ~RevisedOrigin();

  int port() const;
  // The newest that was served under this URL; 0: none.
  int64_t Revision(const std::string& url) const;
  void TakeDown(const std::string& url);

 private:
  struct Impl;
  explicit RevisedOrigin(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The revision that an article's headline names; -1: it names none.
int64_t RevisionIn(const std::string& headline);

}  // namespace newsmill::chaos
