#include "app/extract/runner.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <ctime>
#include <map>
#include <mutex>
#include <thread>

#include "app/one_shot.h"
#include "core/base/file.h"
#include "core/base/inflate.h"

namespace newsmill {
namespace {

// Where a list does not say where a page comes from (RFC 2606, section 2).
constexpr char kUnknownUrl[] = "https://unknown.invalid/";
// How far the threads run ahead of what was handed over, per thread.
constexpr size_t kAhead = 64;

std::chrono::nanoseconds ThreadCpuTime() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) +
         std::chrono::nanoseconds(time.tv_nsec);
}

// Spaces inside of a URL, which lists hold as people typed them, are escaped as
// browsers do.
std::string AsBrowsers(const std::string& url) {
  std::string out;
  for (const char c : url) {
    if (c == ' ') {
      out += "%20";
    } else {
      out += c;
    }
  }
  return out;
}

// The page as if its URL had answered with the bytes. A URL that is none is
// named in `remark`, and the page comes from nowhere.
Result<v1::FetchedPage> AsFetched(const ExtractJob& job, const ListedPage& page,
                                  std::string bytes, std::string* remark) {
  std::string url = page.url.empty() ? kUnknownUrl : AsBrowsers(page.url);
  if (const Result<Url> parsed = Url::Parse(url); !parsed) {
    *remark = "url: " + parsed.error().message;
    url = kUnknownUrl;
  }
  const Result<Target> target = job.sites.Resolve(url);
  if (!target) return target.error();
  v1::FetchedPage fetched =
      SavedPage(job.sites, *target, url, std::move(bytes), job.fetched_at);
  if (!page.charset.empty()) {
    v1::HttpHeader* const header = fetched.add_headers();
    header->set_name("content-type");
    header->set_value("text/html; charset=" + page.charset);
  }
  return fetched;
}

// Threads that work off a list, and one caller that takes results in order.
class Crew {
 public:
  Crew(const ExtractJob& job, const std::vector<ListedPage>& pages,
       size_t threads)
      : job_(job), pages_(pages), room_(threads * kAhead) {
    for (size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { Work(); });
    }
  }

  ~Crew() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  Result<ExtractedPage> Take(size_t index) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return done_.count(index) > 0; });
    auto node = done_.extract(index);
    taken_ = index + 1;
    lock.unlock();
    changed_.notify_all();
    return std::move(node.mapped());
  }

 private:
  void Work() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] {
        return stopping_ || next_ == pages_.size() || next_ < taken_ + room_;
      });
      if (stopping_ || next_ == pages_.size()) return;
      const size_t index = next_++;
      lock.unlock();
      Result<ExtractedPage> result = ExtractFile(job_, pages_[index]);
      lock.lock();
      done_.emplace(index, std::move(result));
      changed_.notify_all();
    }
  }

  const ExtractJob& job_;
  const std::vector<ListedPage>& pages_;
  const size_t room_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  size_t next_ = 0;
  size_t taken_ = 0;
  bool stopping_ = false;
  std::map<size_t, Result<ExtractedPage>> done_;

  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::string> ReadPage(const std::string& path, int64_t max_bytes) {
  Result<std::string> bytes =
      path == "-" ? ReadStandardInput() : ReadFile(path);
  if (!bytes || !bytes->starts_with("\x1F\x8B")) return bytes;
  Result<std::string> inflated =
      InflateBody(*bytes, "gzip", static_cast<size_t>(max_bytes));
  if (inflated) return inflated;
  return Error{Code::kInvalidArgument,
               "'" + path + "': " + inflated.error().message};
}

Result<ExtractedPage> ExtractFile(const ExtractJob& job,
                                  const ListedPage& page) {
  Result<std::string> bytes = ReadPage(page.path, job.max_bytes);
  if (!bytes) return bytes.error();
  ExtractedPage result;
  const Result<v1::FetchedPage> made =
      AsFetched(job, page, *std::move(bytes), &result.remark);
  if (!made) return made.error();
  const v1::FetchedPage& fetched = *made;
  const std::chrono::nanoseconds began = ThreadCpuTime();
  result.extraction = job.parser.Extract(fetched);
  result.cpu = ThreadCpuTime() - began;
  return result;
}

Result<Explanation> ExplainFile(const ExtractJob& job, const ListedPage& page) {
  Result<std::string> bytes = ReadPage(page.path, job.max_bytes);
  if (!bytes) return bytes.error();
  std::string remark;
  const Result<v1::FetchedPage> fetched =
      AsFetched(job, page, *std::move(bytes), &remark);
  if (!fetched) return fetched.error();
  return job.parser.Explain(*fetched);
}

Result<void> ExtractAll(
    const ExtractJob& job, const std::vector<ListedPage>& pages,
    int64_t threads,
    const std::function<void(size_t index, const ExtractedPage&)>& take) {
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  Crew crew(job, pages, threads > 0 ? static_cast<size_t>(threads) : cores);
  for (size_t index = 0; index < pages.size(); ++index) {
    const Result<ExtractedPage> page = crew.Take(index);
    if (!page) return page.error();
    take(index, *page);
  }
  return {};
}

}  // namespace newsmill
