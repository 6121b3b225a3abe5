#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "tests/support/pages/page_maker.h"

namespace newsmill::origin {

struct OriginOptions {
  int port = 0;      // 0: a free one
  int tls_port = 0;  // 0: a free one
  // Of every page; `site`, `attempt` and `moved` are set per request.
  pages::PageOptions pages;
  // Pages have an ETag, and If-None-Match with it is answered 304.
  bool validators = false;
  // Before every answer.
  Duration delay{0};
  // One JSON object a line: time (milliseconds since 1970), host, path, status,
  // peer, tls. Empty: none.
  std::string access_log;
  // Where ca.pem goes; a folder that is there.
  std::string folder;
};

// Serves all made-up sites and thepaper.cn's names from loopback, on a thread
// of its own.
class Origin {
 public:
  static Result<std::unique_ptr<Origin>> Start(OriginOptions options);
  ~Origin();  // stops and joins

  int port() const;
  int tls_port() const;
  const std::string& ca_file() const;
  // "host:443" -> "127.0.0.1:<tls_port>", and so for port 80.
  std::map<std::string, std::string> ConnectTo() const;
  // What newsmill needs to be told: `--set` arguments, or a part of a
  // configuration file ([fetcher] connect_to and ca_file).
  std::vector<std::string> SetArguments() const;
  std::string SettingsToml() const;
  int64_t requests() const;

 private:
  struct Impl;
  explicit Origin(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsmill::origin
