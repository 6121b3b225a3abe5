#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace newsmill::testing {

// What a DnsServer says of a name.
struct DnsAnswer {
  std::vector<std::string> addresses;  // IPv4 and IPv6
  uint32_t ttl = 300;                  // seconds
  int rcode = 0;                       // 3: no such name, 2: it failed
  bool silent = false;                 // no answer at all
};

// A name server on a UDP port of 127.0.0.1. One thread of its own.
class DnsServer {
 public:
  // Called on the server's thread for each question, with the name in lower
  // case; may answer differently each time.
  using Answerer = std::function<DnsAnswer(const std::string& name)>;

  explicit DnsServer(Answerer answerer);
  explicit DnsServer(
      std::map<std::string, DnsAnswer> names);  // others: rcode 3
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  std::string address() const;  // "127.0.0.1:PORT"
  // Questions for the IPv4 addresses of a name so far. Thread-safe.
  int Questions(const std::string& name) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsmill::testing
