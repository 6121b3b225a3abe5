#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace newsmill::bench {

// What a client is given to do. Hosts are names; `addresses` says where they
// are served, in turn.
struct Load {
  std::vector<std::string> addresses;  // "127.0.0.1:PORT"
  std::string path;                    // "/14k"
  int64_t pages = 0;
  int64_t hosts = 1;
  int64_t in_flight = 256;
  std::string ca_file = "";  // of https; empty: http
  bool robots = true;        // our fetcher asks for robots.txt and obeys

  std::string Host(int64_t i) const {
    return "h" + std::to_string(i % hosts) + ".bench.example";
  }
  const std::string& Address(int64_t i) const {
    return addresses[static_cast<size_t>(i % hosts) % addresses.size()];
  }
  // Each asked once: an article that was just fetched is not fetched again.
  std::string Url(int64_t i) const {
    return (ca_file.empty() ? "http://" : "https://") + Host(i) + path + "?" +
           std::to_string(i);
  }
};

// The fetcher as it is but for the log: handler, robots.txt, frontier,
// politeness, guard, the page's record. Gives the number of pages that came.
int64_t RunFetcher(const Load& load);

// libcurl's multi interface driven by curl_multi_poll with tuned settings and
// nothing around it.
int64_t RunBareLibcurl(const Load& load);

}  // namespace newsmill::bench
