#include "fetcher/warc/warc_http_client.h"

#include <algorithm>
#include <utility>

#include "core/base/robots_tag.h"
#include "core/base/text.h"
#include "core/runtime/log.h"
#include "fetcher/http/response_head.h"

namespace newsmill {
namespace {

// URLs whose last response is remembered.
constexpr size_t kMostSeen = 100'000;

constexpr char kServerNotModified[] =
    "http://netpreserve.org/warc/1.1/revisit/server-not-modified";
constexpr char kSamePayload[] =
    "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";

// As HTTP/1.1, which readers of WARC files know, with what the body is here.
std::string HeadForKeeping(const HttpResponse& response) {
  std::string head;
  bool first = true;
  const std::string& sent = response.response_head;
  for (size_t at = 0; at < sent.size();) {
    const size_t end = std::min(sent.find('\n', at), sent.size() - 1) + 1;
    std::string line(Trimmed(std::string_view(sent).substr(at, end - at)));
    at = end;
    if (line.empty()) break;
    const std::string name(Trimmed(line.substr(0, line.find(':'))));
    if (std::exchange(first, false)) {
      if (line.starts_with("HTTP/2")) line.replace(0, 6, "HTTP/1.1");
    } else if (EqualsIgnoringCase(name, "transfer-encoding") ||
               EqualsIgnoringCase(name, "content-length")) {
      line = "X-Crawler-" + line;
    }
    head += line + "\r\n";
  }
  return head + "Content-Length: " + std::to_string(response.body.size()) +
         "\r\n\r\n";
}

std::string WithoutPort(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.starts_with("[")) host = host.substr(1, host.size() - 2);
  return host;
}

std::string Truncation(const HttpResponse& response) {
  if (response.cut || response.failure == v1::REASON_TOO_LARGE) return "length";
  if (response.failure == v1::REASON_TIMED_OUT) return "time";
  return response.failure == v1::REASON_UNSPECIFIED ? "" : "disconnect";
}

WarcRecord NewRecord(std::string type, const std::string& url, Timestamp now,
                     std::string content_type) {
  WarcRecord record;
  record.type = std::move(type);
  record.id = NewWarcId(now);
  record.date = now;
  record.target_uri = url;
  record.content_type = std::move(content_type);
  return record;
}

WarcRecord RequestOf(const std::string& url, const HttpResponse& response,
                     const std::string& answer_id, Timestamp now) {
  WarcRecord record =
      NewRecord("request", url, now, "application/http; msgtype=request");
  record.fields = {{"WARC-Concurrent-To", answer_id},
                   {"WARC-IP-Address", WithoutPort(response.remote_address)}};
  record.block = response.request_head;
  return record;
}

WarcRecord MetadataOf(const std::string& url, const HttpResponse& response,
                      const std::string& answer_id, Timestamp now) {
  WarcRecord record =
      NewRecord("metadata", url, now, "application/warc-fields");
  record.fields = {{"WARC-Concurrent-To", answer_id}};
  const v1::FetchTiming& timing = response.timing;
  record.block = "fetchTimeMs: " + std::to_string(timing.total_ms()) +
                 "\r\nfirstByteMs: " + std::to_string(timing.first_byte_ms()) +
                 "\r\nconnectMs: " + std::to_string(timing.connect_ms()) +
                 "\r\nhttpVersion: " + response.http_version + "\r\n";
  if (response.failure != v1::REASON_UNSPECIFIED) {
    record.block +=
        "failure: " + v1::Reason_Name(response.failure).substr(7) + "\r\n";
  }
  return record;
}

bool MayBeArchived(const HttpResponse& response, const std::string& agent) {
  for (const v1::HttpHeader& header : response.headers) {
    if (!EqualsIgnoringCase(header.name(), "x-robots-tag")) continue;
    for (const RobotsDirective& said : ParseRobotsTag(header.value())) {
      if (!said.agent.empty() && said.agent != agent) continue;
      if (said.name == "noarchive" || said.name == "none") return false;
    }
  }
  return true;
}

}  // namespace

WarcHttpClient::WarcHttpClient(std::unique_ptr<HttpClient> inner,
                               WarcFileOptions options, const Clock& clock,
                               std::string agent)
    : clock_(clock),
      agent_(std::move(agent)),
      file_(std::move(options), clock),
      inner_(std::move(inner)) {}

HttpClient::RequestId WarcHttpClient::Start(HttpRequest request, MayRequest may,
                                            Done done) {
  request.keep_heads = true;
  return inner_->Start(request, std::move(may),
                       [this, url = request.url, done = std::move(done)](
                           RequestId id, HttpResponse response) {
                         const Result<void> kept = Keep(url, response);
                         if (!kept) {
                           response = HttpResponse();
                           response.failure = v1::REASON_CONNECT_FAILED;
                           response.own_fault = true;
                           response.detail = kept.error().message;
                         }
                         done(id, std::move(response));
                       });
}

void WarcHttpClient::Poll(Duration timeout) {
  inner_->Poll(timeout);
  if (const Result<void> ticked = file_.Tick(); !ticked) {
    log::Error("A WARC file could not be completed.",
               {{"error", ticked.error().message}});
  }
}

Result<void> WarcHttpClient::Keep(const std::string& url,
                                  const HttpResponse& response) {
  if (response.status == 0 || response.request_head.empty()) return {};
  if (!MayBeArchived(response, agent_)) return {};
  const Timestamp now = clock_.Now();
  const std::string digest = WarcDigest(response.body);
  WarcRecord answer = ResponseOf(url, response, digest, now);
  MakeRevisit(answer, response, digest);
  Result<void> written =
      file_.Append(PackWarcRecord(RequestOf(url, response, answer.id, now)) +
                   PackWarcRecord(answer) +
                   PackWarcRecord(MetadataOf(url, response, answer.id, now)));
  if (written && answer.type == "response" && response.status == 200) {
    Remember({url, digest, answer.id, now});
  }
  return written;
}

WarcRecord WarcHttpClient::ResponseOf(const std::string& url,
                                      const HttpResponse& response,
                                      const std::string& digest,
                                      Timestamp now) const {
  WarcRecord record =
      NewRecord("response", url, now, "application/http; msgtype=response");
  record.fields = {{"WARC-IP-Address", WithoutPort(response.remote_address)},
                   {"WARC-Payload-Digest", digest}};
  const std::string truncation = Truncation(response);
  if (!truncation.empty())
    record.fields.emplace_back("WARC-Truncated", truncation);
  record.block = HeadForKeeping(response) + response.body;
  return record;
}

// Nothing new was sent: the head is kept, and where the body stands.
void WarcHttpClient::MakeRevisit(WarcRecord& record,
                                 const HttpResponse& response,
                                 const std::string& digest) {
  const auto found = by_url_.find(record.target_uri);
  const bool known = found != by_url_.end();
  const bool same = known && response.status == 200 && !response.body.empty() &&
                    found->second->digest == digest;
  if (response.status != 304 && !same) return;
  record.type = "revisit";
  record.block.resize(record.block.size() - response.body.size());
  record.fields.emplace_back("WARC-Profile",
                             same ? kSamePayload : kServerNotModified);
  if (!known) return;
  record.fields.emplace_back("WARC-Refers-To", found->second->record_id);
  record.fields.emplace_back("WARC-Refers-To-Target-URI", found->second->url);
  record.fields.emplace_back("WARC-Refers-To-Date",
                             FormatRfc3339(found->second->date));
}

void WarcHttpClient::Remember(Seen seen) {
  const auto found = by_url_.find(seen.url);
  if (found != by_url_.end()) seen_.erase(found->second);
  seen_.push_front(std::move(seen));
  by_url_[seen_.front().url] = seen_.begin();
  if (seen_.size() <= kMostSeen) return;
  by_url_.erase(seen_.back().url);
  seen_.pop_back();
}

}  // namespace newsmill
