#include "tests/chaos/polite_origin.h"

#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include <httplib.h>

#include "tests/chaos/politeness_log.h"

namespace newsmill::chaos {
namespace {

constexpr size_t kThreads = 48;
constexpr char kPage[] =
    "<html><head><title>A page</title></head><body><p>Some text of a page that "
    "no rule is for.</p></body></html>";

int64_t NowMs() { return Clock::System().Now().time_since_epoch().count(); }

// The number behind `mark` in "/mark-7/3"; 0: none.
int64_t NumberIn(const std::string& path, const std::string& mark) {
  const std::string start = "/" + mark + "-";
  return path.starts_with(start) ? std::stoll(path.substr(start.size())) : 0;
}

}  // namespace

struct PoliteOrigin::Impl {
  void Answer(const httplib::Request& request, httplib::Response& response) {
    Asked asked;
    asked.came_ms = NowMs();
    asked.host = request.get_header_value("Host");
    asked.path = request.path;
    asked.agent = request.get_header_value("User-Agent");
    const std::lock_guard lock(mutex);
    const int before = times[asked.host + asked.path]++;
    Choose(asked, before, response);
    asked.status = response.status;
    asked.answered_ms = NowMs();
    log << ToLine(asked) << std::endl;
  }

  static void Choose(Asked& asked, int before, httplib::Response& response) {
    const int64_t later = NumberIn(asked.path, "later");
    if (asked.path == "/robots.txt") {
      response.set_content("User-agent: *\nAllow: /\n", "text/plain");
      response.status = 200;
    } else if (before < NumberIn(asked.path, "fails")) {
      response.status = 503;
    } else if (later > 0 && before == 0) {
      asked.retry_after_s = later;
      response.set_header("Retry-After", std::to_string(later));
      response.status = 429;
    } else {
      response.set_content(kPage, "text/html");
      response.status = 200;
    }
  }

  httplib::Server server;
  std::thread thread;
  int port = 0;
  std::mutex mutex;
  std::ofstream log;                 // guarded by mutex
  std::map<std::string, int> times;  // guarded by mutex; by host and path
};

Result<std::unique_ptr<PoliteOrigin>> PoliteOrigin::Start(
    const std::string& file) {
  auto impl = std::make_unique<Impl>();
  impl->log.open(file);
  impl->server.new_task_queue = [] {
    return new httplib::ThreadPool(kThreads);
  };
  // A connection kept open would keep a thread.
  impl->server.set_keep_alive_max_count(1);
  impl->server.Get(".*", [impl = impl.get()](const httplib::Request& request,
                                             httplib::Response& response) {
    impl->Answer(request, response);
  });
  impl->port = impl->server.bind_to_any_port("0.0.0.0");
  if (impl->port <= 0 || !impl->log) {
    return Error{Code::kUnavailable, "the origin cannot be started"};
  }
  impl->thread =
      std::thread([impl = impl.get()] { impl->server.listen_after_bind(); });
  // Before that it could not be stopped.
  while (!impl->server.is_running()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return std::unique_ptr<PoliteOrigin>(new PoliteOrigin(std::move(impl)));
}

PoliteOrigin::PoliteOrigin(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

PoliteOrigin::~PoliteOrigin() {
  impl_->server.stop();
  impl_->thread.join();
}

int PoliteOrigin::port() const { return impl_->port; }

}  // namespace newsmill::chaos
