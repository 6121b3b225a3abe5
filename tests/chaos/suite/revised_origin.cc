#include "tests/chaos/suite/revised_origin.h"

#include <charconv>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <httplib.h>

namespace newsmill::chaos {
namespace {

constexpr size_t kThreads = 24;
constexpr size_t kBig = 5'000'000;
constexpr std::string_view kMark = "in revision ";

std::string Page(const std::string& path, int64_t revision, size_t padding) {
  const std::string title = "A story of " + path + " " + std::string(kMark) +
                            std::to_string(revision);
  std::string body;
  for (int i = 0; i < 8; ++i) {
    body +=
        "<p>" + title +
        ", which goes on for some sentences, so that it is an article, and "
        "which says nothing else than where it stands and how often somebody "
        "has asked for it until now.</p>";
  }
  if (path.starts_with("/crash/")) body += "<p>crash the parser</p>";
  body += "<p>" + std::string(padding, 'a') + "</p>";
  return "<html lang=en><head><meta property='og:type' content='article'>"
         "<title>" +
         title + "</title></head><body><article><h1>" + title + "</h1>" + body +
         "</article></body></html>";
}

// As it is: the library would compress it, and the planted switch looks for
// words in the bytes of the log.
void Plain(const std::string& page, httplib::Response& response) {
  response.set_content_provider(
      page.size(), "text/html; charset=utf-8",
      [page](size_t offset, size_t length, httplib::DataSink& sink) {
        return sink.write(page.data() + offset, length);
      });
}

// Says more bytes than it sends.
void Cut(const std::string& page, httplib::Response& response) {
  response.set_content_provider(
      page.size() * 2, "text/html",
      [page](size_t offset, size_t, httplib::DataSink& sink) {
        return offset == 0 && sink.write(page.data(), page.size());
      });
}

}  // namespace

struct RevisedOrigin::Impl {
  void Answer(const httplib::Request& request, httplib::Response& response) {
    const std::string url =
        "http://" + request.get_header_value("Host") + request.path;
    int64_t revision = 0;
    bool taken_down = false;
    {
      const std::lock_guard lock(mutex);
      revision = ++revisions[url];
      taken_down = down.contains(url);
    }
    const bool big = request.path.starts_with("/big/");
    const std::string page = Page(request.path, revision, big ? kBig : 0);
    if (request.path == "/robots.txt") {
      response.set_content("User-agent: *\nAllow: /\n", "text/plain");
    } else if (taken_down) {
      response.status = 404;
    } else if (request.path.starts_with("/crash/")) {
      Plain(page, response);
    } else if (request.path.starts_with("/cut/")) {
      Cut(page, response);
    } else if (request.path.starts_with("/binary/")) {
      response.set_content(std::string(2000, '\x01'),
                           "application/x-unheard-of");
    } else {
      response.set_content(page, "text/html; charset=utf-8");
    }
  }

  httplib::Server server;
  std::thread thread;
  int port = 0;
  mutable std::mutex mutex;
  std::map<std::string, int64_t> revisions;  // guarded by mutex; by URL
  std::set<std::string> down;                // guarded by mutex
};

Result<std::unique_ptr<RevisedOrigin>> RevisedOrigin::Start() {
  auto impl = std::make_unique<Impl>();
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
  if (impl->port <= 0) {
    return Error{Code::kUnavailable, "the origin cannot be started"};
  }
  impl->thread =
      std::thread([impl = impl.get()] { impl->server.listen_after_bind(); });
  // Before that it could not be stopped.
  while (!impl->server.is_running()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return std::unique_ptr<RevisedOrigin>(new RevisedOrigin(std::move(impl)));
}

RevisedOrigin::RevisedOrigin(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

RevisedOrigin::~RevisedOrigin() {
  impl_->server.stop();
  impl_->thread.join();
}

int RevisedOrigin::port() const { return impl_->port; }

int64_t RevisedOrigin::Revision(const std::string& url) const {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->revisions.find(url);
  return found == impl_->revisions.end() ? 0 : found->second;
}

void RevisedOrigin::TakeDown(const std::string& url) {
  const std::lock_guard lock(impl_->mutex);
  impl_->down.insert(url);
}

int64_t RevisionIn(const std::string& headline) {
  const size_t at = headline.rfind(kMark);
  if (at == std::string::npos) return -1;
  int64_t revision = -1;
  const char* const begin = headline.data() + at + kMark.size();
  std::from_chars(begin, headline.data() + headline.size(), revision);
  return revision;
}

}  // namespace newsmill::chaos
