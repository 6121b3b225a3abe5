#include "core/runtime/http_server.h"

#include <charconv>
#include <optional>
#include <thread>
#include <utility>

#include <httplib.h>
#include <sys/socket.h>

#include "core/runtime/metrics.h"

namespace newsmill {
namespace {

constexpr size_t kThreads = 2;  // an operator and a scraper

struct Address {
  std::string host;
  int port = 0;
};

// "host:port"; an IPv6 host stands in brackets.
std::optional<Address> ParseAddress(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  Address address{text.substr(0, colon), 0};
  const char* const end = text.data() + text.size();
  const auto [rest, failure] =
      std::from_chars(text.data() + colon + 1, end, address.port);
  if (failure != std::errc() || rest != end || address.port < 0 ||
      address.port > 65535) {
    return std::nullopt;
  }
  if (address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find(':') != std::string::npos) {
    return std::nullopt;
  }
  return address;
}

// The library's default adds SO_REUSEPORT, with which two workers would share
// one port without a word.
void ReuseAddressOnly(int socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
}

class HttplibServer : public HttpServer {
 public:
  HttplibServer(ProbeFunction health, ProbeFunction readiness) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_socket_options(ReuseAddressOnly);
    // An idle connection would hold up the end of the process.
    server_.set_keep_alive_max_count(1);
    server_.Get("/metrics", [](const auto&, httplib::Response& response) {
      response.set_content(metrics::Render(), "text/plain; version=0.0.4");
    });
    Answer("/healthz", std::move(health));
    Answer("/readyz", std::move(readiness));
  }

  ~HttplibServer() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  int port() const override { return port_; }

  bool Listen(const Address& address) {
    if (address.port == 0) {
      port_ = server_.bind_to_any_port(address.host.c_str());
      if (port_ <= 0) return false;
    } else {
      if (!server_.bind_to_port(address.host.c_str(), address.port)) {
        return false;
      }
      port_ = address.port;
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // stop() before the thread listens would be forgotten.
    while (!server_.is_running()) std::this_thread::yield();
    return true;
  }

 private:
  void Answer(const char* path, ProbeFunction probe) {
    server_.Get(path, [probe = std::move(probe)](const auto&,
                                                 httplib::Response& response) {
      const Probe result = probe();
      response.status = result.ok ? 200 : 503;
      response.set_content(result.detail + "\n", "text/plain");
    });
  }

  httplib::Server server_;
  std::thread thread_;
  int port_ = 0;
};

}  // namespace

Result<void> HttpServer::CheckAddress(const std::string& listen) {
  if (ParseAddress(listen)) return {};
  return Error{Code::kBadConfiguration,
               "http.listen: '" + listen +
                   "' is not an address to listen on; expected host:port such "
                   "as 127.0.0.1:9090"};
}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& listen,
                                                      ProbeFunction health,
                                                      ProbeFunction readiness) {
  if (auto checked = CheckAddress(listen); !checked) return checked.error();
  const std::optional<Address> address = ParseAddress(listen);
  auto server =
      std::make_unique<HttplibServer>(std::move(health), std::move(readiness));
  if (!server->Listen(*address)) {
    return Error{Code::kUnavailable,
                 "cannot listen on " + listen +
                     "; is another process using this port, or is the host "
                     "not one of this machine?"};
  }
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace newsmill
