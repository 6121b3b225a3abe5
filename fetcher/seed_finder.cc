#include "fetcher/seed_finder.h"

#include <algorithm>
#include <deque>
#include <unordered_set>
#include <utility>

#include "core/base/text.h"
#include "fetcher/http/content_coding.h"
#include "fetcher/http/response_head.h"
#include "fetcher/verdict.h"

namespace newsmill {
namespace {

// Types that feeds, sitemaps and gzip files are served as.
bool MayBeSeeds(std::string_view content_type) {
  if (MayBePage(content_type)) return true;
  const std::string type =
      AsciiLowered(Trimmed(content_type.substr(0, content_type.find(';'))));
  return type == "application/gzip" || type == "application/x-gzip" ||
         type == "application/x-gunzip" || type == "application/gzipped" ||
         type == "binary/octet-stream";
}

v1::HttpHeader Field(const std::string& name, const std::string& value) {
  v1::HttpHeader field;
  field.set_name(name);
  field.set_value(value);
  return field;
}

HttpRequest SeedRequest() {
  HttpRequest request;
  request.headers = {
      Field("Accept",
            "application/rss+xml,application/atom+xml,application/xml;q=0.9,"
            "text/xml;q=0.9,*/*;q=0.5"),
      Field("Accept-Encoding", "gzip, deflate")};
  request.cut_body_at = static_cast<int64_t>(kMostSeedBytes) + 1;
  request.wants_type = &MayBeSeeds;
  return request;
}

// The charset parameter of a Content-Type; empty: none.
std::string CharsetOf(const HttpResponse& response) {
  const std::string* const type = FindHeader(response.headers, "content-type");
  if (type == nullptr) return "";
  const std::string lower = AsciiLowered(*type);
  const size_t at = lower.find("charset=");
  if (at == std::string::npos) return "";
  std::string_view value = std::string_view(lower).substr(at + 8);
  value = Trimmed(value.substr(0, value.find(';')));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return std::string(value);
}

class FetchedSource final : public SeedSource {
 public:
  FetchedSource(OneShotFetcher& fetcher, const SiteCatalogue& sites)
      : fetcher_(fetcher), sites_(sites) {}

  std::variant<Read, SeedTrouble> Open(const Url& url) override;

 private:
  OneShotFetcher& fetcher_;
  const SiteCatalogue& sites_;
};

// The body without content coding and without being a gzip file.
Result<InflatedStart> PlainBodyOf(const HttpResponse& response) {
  Result<InflatedStart> sent = ReadBody(response, kMostSeedBytes);
  if (!sent) return sent.error();
  return ReadGzipFile(sent->bytes, sent->cut, kMostSeedBytes);
}

std::variant<SeedSource::Read, SeedTrouble> FetchedSource::Open(
    const Url& url) {
  const Result<Target> target = sites_.Resolve(url.text());
  if (!target) return SeedTrouble{url.text(), target.error().message};
  FetchedOnce fetched = fetcher_.FetchAs(SeedRequest(), *target, url.text());
  if (!fetched.page) {
    return SeedTrouble{url.text(),
                       v1::Reason_Name(fetched.outcome.reason()).substr(7) +
                           ": " + fetched.outcome.detail(),
                       fetched.retryable};
  }
  v1::FetchedPage& page = *fetched.page;
  HttpResponse response;
  response.headers.assign(page.headers().begin(), page.headers().end());
  response.body = std::move(*page.mutable_body());
  response.cut = page.truncated() || response.body.size() > kMostSeedBytes;
  const Result<InflatedStart> body = PlainBodyOf(response);
  if (!body) return SeedTrouble{url.text(), body.error().message};
  const Result<Url> found_at = Url::Parse(page.final_url());
  Read read{{}, found_at ? *found_at : url};
  read.document = ReadSeedDocument(body->bytes, read.url, CharsetOf(response));
  if (body->cut && !read.document.problem.empty()) {
    read.document.problem =
        page.truncated()
            ? "the connection ended before the whole was there"
            : "it is larger than 50 MiB, the most that a sitemap may be";
  }
  return read;
}

// One walk over what a document names, and what those name.
class Walk {
 public:
  Walk(const SeedQuery& query, SeedSource& source)
      : query_(query), source_(source) {
    Expect(query.start, 1);
  }

  SeedFindings Run() {
    while (!waiting_.empty() && !full_) {
      const Waiting next = std::move(waiting_.front());
      waiting_.pop_front();
      Visit(next);
    }
    return std::move(findings_);
  }

 private:
  struct Waiting {
    Url url;
    int depth;
  };

  void Expect(const Url& url, int depth) {
    if (asked_.insert(url.text()).second) waiting_.push_back({url, depth});
  }
  void Visit(const Waiting& next);
  void TakeIndex(const Waiting& next, SeedDocument document);
  void TakeEntries(const Url& found_at, SeedDocument document);
  bool TooOld(const SeedEntry& entry) const {
    return query_.since && entry.changed_at &&
           *entry.changed_at < *query_.since;
  }
  void Trouble(const Url& url, std::string what, bool retryable = false) {
    findings_.troubles.push_back({url.text(), std::move(what), retryable});
  }

  const SeedQuery& query_;
  SeedSource& source_;
  SeedFindings findings_;
  std::deque<Waiting> waiting_;
  std::unordered_set<std::string> asked_;
  std::unordered_set<std::string> seen_;
  bool full_ = false;
};

void Walk::Visit(const Waiting& next) {
  const std::string refusal = query_.refuses ? query_.refuses(next.url) : "";
  if (!refusal.empty()) return Trouble(next.url, refusal, true);
  auto opened = source_.Open(next.url);
  if (auto* const trouble = std::get_if<SeedTrouble>(&opened)) {
    findings_.troubles.push_back(std::move(*trouble));
    return;
  }
  auto& read = std::get<SeedSource::Read>(opened);
  if (!read.document.problem.empty()) {
    Trouble(next.url, read.document.problem);
  }
  if (read.document.kind == SeedDocument::Kind::kUnknown) return;
  ++findings_.documents;
  findings_.unreadable += static_cast<int64_t>(read.document.unreadable);
  findings_.entries += static_cast<int64_t>(read.document.unreadable);
  if (read.document.kind == SeedDocument::Kind::kSitemapIndex) {
    TakeIndex(next, std::move(read.document));
  } else {
    TakeEntries(read.url, std::move(read.document));
  }
}

void Walk::TakeIndex(const Waiting& next, SeedDocument document) {
  if (next.depth >= kMostSeedDepth) {
    return Trouble(next.url,
                   "an index in an index in an index; what it names "
                   "is left out");
  }
  // Where not all can be read, the newest are; those without a date first.
  std::stable_sort(document.entries.begin(), document.entries.end(),
                   [](const SeedEntry& a, const SeedEntry& b) {
                     return a.changed_at.value_or(Timestamp::max()) >
                            b.changed_at.value_or(Timestamp::max());
                   });
  int64_t left_out = 0;
  for (const SeedEntry& entry : document.entries) {
    if (TooOld(entry)) {
      ++findings_.sitemaps_too_old;
    } else if (!query_.scope.Contains(entry.url)) {
      Trouble(entry.url, "is not of " + query_.scope.description() +
                             ", for which " + next.url.text() +
                             " may not speak");
    } else if (std::ssize(asked_) > kMostSeedDocuments) {
      ++left_out;
    } else {
      Expect(entry.url, next.depth + 1);
    }
  }
  if (left_out == 0) return;
  Trouble(next.url, "it names more than the " +
                        std::to_string(kMostSeedDocuments) +
                        " sitemaps that are read in one go; " +
                        std::to_string(left_out) + " are left out");
}

void Walk::TakeEntries(const Url& found_at, SeedDocument document) {
  const bool in_feed = document.kind == SeedDocument::Kind::kFeed;
  for (SeedEntry& entry : document.entries) {
    ++findings_.entries;
    if (!query_.scope.Contains(entry.url)) {
      ++findings_.foreign;
    } else if (query_.matches && !query_.matches(entry.url.text())) {
      ++findings_.unmatched;
    } else if (TooOld(entry)) {
      ++findings_.too_old;
    } else if (!seen_.insert(entry.url.text()).second) {
      ++findings_.repeated;
    } else if (findings_.seeds.size() >= kMostSeeds) {
      full_ = true;
      return Trouble(found_at, "more than " + std::to_string(kMostSeeds) +
                                   " URLs; --since or --match narrows it");
    } else {
      findings_.seeds.push_back(
          {std::move(entry.url), entry.changed_at, found_at.text(), in_feed});
    }
  }
}

}  // namespace

std::unique_ptr<SeedSource> NewSeedSource(OneShotFetcher& fetcher,
                                          const SiteCatalogue& sites) {
  return std::make_unique<FetchedSource>(fetcher, sites);
}

SeedFindings FindSeeds(const SeedQuery& query, SeedSource& source) {
  return Walk(query, source).Run();
}

}  // namespace newsmill
