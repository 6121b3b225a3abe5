#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/runtime/config.h"

namespace newsmill {

// Section [fetcher].
struct FetcherConfig {
  // Names the crawler and whom to write to; required for any host but loopback.
  std::string user_agent = "newsmill/0.1";
  std::string contact;  // a URL or an e-mail address, joined to the user agent
  // "obey" or "off".
  std::string robots = "obey";
  // By which groups of robots.txt call us; empty: as the user agent begins.
  std::string robots_agent;
  Duration robots_patience = std::chrono::days(3);
  // "off" or "ask".
  std::string tdmrep = "off";
  int64_t robots_cache_bytes = 64 * 1024 * 1024;
  Duration max_crawl_delay = std::chrono::hours(1);

  Duration host_delay = std::chrono::seconds(1);
  // Up to so many hundredths of the delay are added, at random.
  int64_t host_delay_jitter = 10;
  int64_t host_concurrency = 1;
  // Up to here a host's own trouble lengthens its delay.
  Duration max_host_delay = std::chrono::minutes(5);
  // Of the whole fleet; 0: no bound.
  int64_t requests_per_day = 0;
  int64_t bytes_per_day = 0;
  std::string hours;  // "22:00-06:00"; empty: all day
  std::string zone = "UTC";
  // Requests at the same time to one address, whatever its hosts are called.
  int64_t address_concurrency = 16;
  // Between the starts of two requests to one address; 0: none of its own.
  Duration address_delay{0};
  // CIDRs of addresses that many hosts share, to which these do not apply.
  std::vector<std::string> shared_addresses = {"127.0.0.0/8", "::1/128"};
  int64_t max_in_flight = 256;
  int64_t max_queued_bytes = 64 << 20;

  Duration connect_timeout = std::chrono::seconds(10);
  Duration first_byte_timeout = std::chrono::seconds(20);
  Duration total_timeout = std::chrono::seconds(60);
  // Slower than this many bytes a second for low_speed_time ends the transfer.
  int64_t low_speed_limit = 128;
  Duration low_speed_time = std::chrono::seconds(20);
  int64_t max_body_bytes = 768 * 1024;
  // What arrived of a page that broke off is kept once no attempt is left.
  bool keep_truncated = true;
  int64_t max_redirects = 5;

  // Pages that were fetched before are asked for with their validators.
  bool conditional = true;
  int64_t seen_bytes = 64 << 20;
  // For how long after a fetch an article is not fetched again.
  Duration duplicate_window = std::chrono::hours(1);
  // Up to here the interval between revisits grows.
  Duration longest_revisit = std::chrono::days(30);

  std::vector<Duration> retry_delays;  // default 10s, 1m, 10m, 1h, 6h

  // "host:port" -> "address:port"; lets tests serve real names from loopback.
  std::map<std::string, std::string> connect_to;
  std::string ca_file;
  std::string warc;  // a folder; empty: no WARC files
  int64_t warc_max_bytes = 1 << 30;
  Duration warc_max_age = std::chrono::hours(1);

  bool http2 = true;
  std::string proxy;  // "http://host:port"; empty: none
  std::string proxy_credentials_file;
  // Host or origin -> file; see Credentials.
  std::map<std::string, std::string> basic_auth_file, bearer_token_file;
  std::vector<std::string> cookie_hosts;
  std::vector<std::string> dns_servers;  // empty: the system's
  // CIDRs that the address guard lets pass; none of them: public addresses.
  std::vector<std::string> allow_addresses;

  FetcherConfig();
  void Declare(config::Schema& schema);
};

}  // namespace newsmill
