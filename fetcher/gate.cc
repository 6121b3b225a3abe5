#include "fetcher/gate.h"

#include <arpa/inet.h>

#include <algorithm>

#include "fetcher/guard/ip_address.h"
#include "fetcher/politeness.h"
#include "fetcher/robots_keeper.h"

namespace newsmill {
namespace {

constexpr int64_t kMostBodyBytes = 768 * 1024;
constexpr char kExampleContact[] = "https://example.org/crawler";

Error Bad(const std::string& key, const std::string& problem) {
  return Error{Code::kBadConfiguration, "fetcher." + key + ": " + problem};
}

bool IsHeaderText(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
  });
}

}  // namespace

bool IsLoopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    return (ntohl(v4.s_addr) >> 24) == 127;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) return false;
  if (IN6_IS_ADDR_LOOPBACK(&v6)) return true;
  return IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127;
}

Gate::Gate(const FetcherConfig& config) : open_(!config.contact.empty()) {}

void Gate::ExplainRefusal(const std::string& host,
                          AnswerVerdict& verdict) const {
  const bool unknown = verdict.reason == v1::REASON_DNS_FAILED;
  if (open_ || (verdict.reason != v1::REASON_ADDRESS_REFUSED && !unknown)) {
    return;
  }
  verdict.kind = AnswerVerdict::Kind::kFailure;
  verdict.reason = v1::REASON_ADDRESS_REFUSED;
  verdict.retryable = false;
  verdict.detail =
      host +
      " is not on this machine, and whoever asks another one says whom its "
      "owner can write to. Put a URL or an e-mail address of yours into "
      "newsmill.toml:\n[fetcher]\ncontact = \"" +
      kExampleContact + "\"";
}

std::string UserAgent(const FetcherConfig& config) {
  if (config.contact.empty()) return config.user_agent;
  return config.user_agent + " (+" + config.contact + ")";
}

Result<void> CheckFetcherConfig(const FetcherConfig& config) {
  if (!IsHeaderText(config.user_agent) || config.user_agent.empty()) {
    return Bad("user_agent", "a name without control characters is expected");
  }
  if (RobotsAgent(config).empty()) {
    return Bad(config.robots_agent.empty() ? "user_agent" : "robots_agent",
               "begins with none of the letters, '-' and '_' by which "
               "robots.txt could call it");
  }
  if (config.robots_cache_bytes < 1) {
    return Bad("robots_cache_bytes", "at least 1 is expected");
  }
  if (!IsHeaderText(config.contact)) {
    return Bad("contact",
               "a URL or an e-mail address without control characters is "
               "expected");
  }
  if (config.max_body_bytes < 1 || config.max_body_bytes > kMostBodyBytes) {
    return Bad("max_body_bytes", std::to_string(config.max_body_bytes) +
                                     " is not between 1 and " +
                                     std::to_string(kMostBodyBytes));
  }
  if (config.seen_bytes < 0) {
    return Bad("seen_bytes", "0 (nothing is remembered) or more is expected");
  }
  if (config.host_concurrency < 1) {
    return Bad("host_concurrency", "at least 1 is expected");
  }
  if (config.host_delay_jitter < 0 || config.host_delay_jitter > 100) {
    return Bad("host_delay_jitter", "a number from 0 to 100 is expected");
  }
  if (config.address_concurrency < 1) {
    return Bad("address_concurrency", "at least 1 is expected");
  }
  if (config.requests_per_day < 0 || config.bytes_per_day < 0) {
    return Bad("requests_per_day and bytes_per_day", "0 or more is expected");
  }
  if (const auto plan = FleetPlan(config); !plan) {
    return Error{Code::kBadConfiguration, plan.error().message};
  }
  for (const std::string& text : config.shared_addresses) {
    if (const auto range = Cidr::Parse(text); !range) {
      return Bad("shared_addresses", range.error().message);
    }
  }
  if (config.max_in_flight < 1) {
    return Bad("max_in_flight", "at least 1 is expected");
  }
  if (config.max_queued_bytes < 1) {
    return Bad("max_queued_bytes", "at least 1 is expected");
  }
  if (config.max_redirects < 0) {
    return Bad("max_redirects", "at least 0 is expected");
  }
  return {};
}

}  // namespace newsmill
