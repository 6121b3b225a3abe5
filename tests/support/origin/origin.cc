#include "tests/support/origin/origin.h"

#include <atomic>
#include <fstream>
#include <thread>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "core/base/id.h"
#include "tests/support/origin/server.h"

namespace newsmill::origin {
namespace {

using pages::MadePage;
using pages::MadeSite;

std::vector<std::string> AllHosts() {
  std::vector<std::string> hosts = pages::ThePaper().hosts();
  for (const MadeSite& site : pages::MadeSites()) {
    for (std::string& host : site.hosts()) hosts.push_back(std::move(host));
  }
  return hosts;
}

const char* Phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 301:
      return "Moved Permanently";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 404:
      return "Not Found";
    case 410:
      return "Gone";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

Response Serialise(const MadePage& page) {
  Response response;
  response.status = page.status;
  response.delay = page.delay;
  response.reset = page.reset;
  response.close = page.missing_bytes > 0;
  std::string head = "HTTP/1.1 " + std::to_string(page.status) + " " +
                     Phrase(page.status) + "\r\nServer: newsmill-origin\r\n";
  for (const auto& [name, value] : page.headers) {
    head += name + ": " + value + "\r\n";
  }
  head += "Content-Length: " +
          std::to_string(page.body.size() + page.missing_bytes) + "\r\n\r\n";
  response.bytes.reserve(head.size() + page.body.size());
  response.bytes = head;
  response.bytes += page.body;
  return response;
}

MadePage Plain(int status, std::string body) {
  MadePage page;
  page.status = status;
  page.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  page.body = std::move(body);
  return page;
}

// What a server with validators makes of its page.
void AnswerIfModified(const Request& request, MadePage& page) {
  const bool whole = !page.reset && page.missing_bytes == 0;
  if (page.status != 200 || !whole) return;
  const std::string etag = '"' + Xxh128Hex(page.body) + '"';
  page.headers.emplace_back("ETag", etag);
  if (request.if_none_match != etag) return;
  page.status = 304;
  page.body.clear();
}

bool Heals(pages::Fault fault) {
  return fault == pages::Fault::kBusy || fault == pages::Fault::kReset;
}

}  // namespace

struct Origin::Impl {
  OriginOptions options;
  std::string ca_file;
  std::unique_ptr<Server> server;
  std::thread thread;
  std::atomic<int64_t> requests{0};

  // Of the server's thread.
  std::ofstream access_log;
  // How often a page with a fault that heals was asked.
  std::unordered_map<std::string, int> attempts;

  Response Respond(const Request& request);
  MadePage PageFor(const Request& request);
  void Log(const Request& request, int status);
};

MadePage Origin::Impl::PageFor(const Request& request) {
  const MadeSite* site = pages::FindSiteByHost(request.host);
  if (site == nullptr) {
    return Plain(404, "No such host here: " + request.host + "\n");
  }
  if (request.path == "/robots.txt") {
    return Plain(200, "User-agent: *\nAllow: /\n");
  }
  const std::optional<uint64_t> id = pages::IdOfPath(*site, request.path);
  if (!id) return Plain(404, "No such page here: " + request.path + "\n");
  pages::PageOptions wanted = options.pages;
  wanted.site = site;
  wanted.moved = request.path == pages::MovedPath(*site, *id);
  MadePage page = pages::Make(*id, wanted);
  if (Heals(page.fault)) {
    wanted.attempt = attempts[request.host + request.path]++;
    if (wanted.attempt > 0) page = pages::Make(*id, wanted);
  }
  return page;
}

Response Origin::Impl::Respond(const Request& request) {
  ++requests;
  MadePage page = PageFor(request);
  if (options.validators) AnswerIfModified(request, page);
  Response response = Serialise(page);
  response.delay += options.delay;
  Log(request, response.reset ? 0 : response.status);
  return response;
}

void Origin::Impl::Log(const Request& request, int status) {
  if (!access_log.is_open()) return;
  const nlohmann::json line = {
      {"time", Clock::System().Now().time_since_epoch().count()},
      {"host", request.host},
      {"path", request.path},
      {"status", status},
      {"peer", request.peer},
      {"tls", request.tls}};
  access_log << line.dump() << '\n' << std::flush;
}

Origin::Origin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Origin::~Origin() {
  impl_->server->Stop();
  impl_->thread.join();
}

Result<std::unique_ptr<Origin>> Origin::Start(OriginOptions options) {
  auto impl = std::make_unique<Impl>();
  impl->ca_file = options.folder + "/ca.pem";
  Result<SslContext> tls = MakeServerContext(AllHosts(), impl->ca_file);
  if (!tls) return tls.error();
  if (!options.access_log.empty()) {
    impl->access_log.open(options.access_log, std::ios::app);
    if (!impl->access_log) {
      return Error{Code::kUnavailable,
                   options.access_log + ": cannot be written"};
    }
  }
  impl->options = std::move(options);
  Server::Options listen{impl->options.port, impl->options.tls_port,
                         std::move(*tls)};
  Impl* const shared = impl.get();
  Result<std::unique_ptr<Server>> server = Server::Listen(
      std::move(listen),
      [shared](const Request& request) { return shared->Respond(request); });
  if (!server) return server.error();
  impl->server = std::move(*server);
  impl->thread = std::thread([shared] { shared->server->Run(); });
  return std::unique_ptr<Origin>(new Origin(std::move(impl)));
}

int Origin::port() const { return impl_->server->port(); }
int Origin::tls_port() const { return impl_->server->tls_port(); }
const std::string& Origin::ca_file() const { return impl_->ca_file; }
int64_t Origin::requests() const { return impl_->requests; }

std::map<std::string, std::string> Origin::ConnectTo() const {
  std::map<std::string, std::string> map;
  for (const std::string& host : AllHosts()) {
    map[host + ":443"] = "127.0.0.1:" + std::to_string(tls_port());
    map[host + ":80"] = "127.0.0.1:" + std::to_string(port());
  }
  return map;
}

std::vector<std::string> Origin::SetArguments() const {
  std::string map;
  for (const auto& [from, to] : ConnectTo()) {
    map += (map.empty() ? "\"" : ",\"") + from + "\"=\"" + to + "\"";
  }
  return {"--set", "fetcher.connect_to={" + map + "}", "--set",
          "fetcher.ca_file=\"" + ca_file() + "\"", "--set",
          // The truth of a page that breaks off is that there is none.
          "fetcher.keep_truncated=false"};
}

std::string Origin::SettingsToml() const {
  std::string toml =
      "[fetcher]\nca_file = \"" + ca_file() +
      "\"\n# The truth of a page that breaks off is that there is none.\n"
      "keep_truncated = false\n\n[fetcher.connect_to]\n";
  for (const auto& [from, to] : ConnectTo()) {
    toml += "\"" + from + "\" = \"" + to + "\"\n";
  }
  return toml;
}

}  // namespace newsmill::origin
