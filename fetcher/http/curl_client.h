#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "fetcher/dns/resolver.h"
#include "fetcher/guard/address_guard.h"
#include "fetcher/http/credentials.h"
#include "fetcher/http/http_client.h"
#include "fetcher/http/response_head.h"

namespace newsmill {

struct CurlClientOptions {
  std::string user_agent;
  Duration connect_timeout = std::chrono::seconds(10);
  // From the request's last byte to the answer's first.
  Duration first_byte_timeout = std::chrono::seconds(20);
  Duration total_timeout = std::chrono::seconds(60);
  // Bytes a second; slower for low_speed_time ends the transfer.
  int64_t low_speed_limit = 128;
  Duration low_speed_time = std::chrono::seconds(20);
  // Of a body, as sent.
  int64_t max_body_bytes = 768 * 1024;
  HeaderLimits header_limits;
  // What buffers and the pool of connections are sized for; not a limit.
  int64_t max_in_flight = 256;
  // "host:port" -> "address:port".
  std::map<std::string, std::string> connect_to;
  // Certificates of authorities (PEM); empty: the system's.
  std::string ca_file;
  ResolverOptions resolver;
  // HTTP/2 where a server offers it over TLS (ALPN).
  bool http2 = true;
  // "http://host:port"; empty: none, whatever the environment says. The proxy
  // then connects to hosts by name: only hosts given by address are judged.
  std::string proxy;
  // `user:password` for it; empty: none.
  std::string proxy_credentials;
  Credentials credentials;
  // Hosts (no port) with a jar of cookies; none for the others.
  std::vector<std::string> cookie_hosts;
  // Judges every address before a socket is opened to it, and again before a
  // request leaves. An address that connect_to names is let pass for the host
  // it is named for.
  AddressGuard guard;
  // Asked besides: whether a socket may be opened to this address (no port);
  // not set: to any. Nothing is sent to a refused one, the request ends with
  // REASON_ADDRESS_REFUSED.
  std::function<bool(const std::string& address)> may_connect;
};

// HttpClient over libcurl's multi interface and epoll: HTTP/1.1 and HTTP/2
// over TCP and TLS, hundreds of transfers on the calling thread. Bodies are
// given as sent, content encoding included; redirects are given back. All but
// Wake is for one thread.
//
// Names are resolved by a Resolver of its own; the address that was judged is
// the one that is connected to, and where a host has several, the next one is
// tried when one takes no connection.
class CurlClient : public HttpClient {
 public:
  // kBadConfiguration where ca_file cannot be read, or connect_to or the
  // resolver's servers are malformed.
  static Result<std::unique_ptr<CurlClient>> Create(CurlClientOptions options);
  ~CurlClient() override;

  RequestId Start(HttpRequest request, MayRequest may, Done done) override;
  void Abort(RequestId id) override;
  void Poll(Duration timeout) override;
  void Wake() override;
  size_t in_flight() const override;

  // Calls of epoll_ctl and connections so far, for benches and tests.
  uint64_t epoll_control_calls() const;
  uint64_t connections_opened() const;

 private:
  class Impl;
  explicit CurlClient(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace newsmill
