#include "fetcher/robots_keeper.h"

#include <algorithm>

#include "fetcher/http/content_coding.h"
#include "fetcher/http/response_head.h"

namespace newsmill {
namespace {

RobotsTerms TermsOf(const FetcherConfig& config) {
  RobotsTerms terms{RobotsAgent(config), config.retry_delays};
  if (terms.retry_delays.empty()) {
    terms.retry_delays = FetcherConfig().retry_delays;
  }
  return terms;
}

AnswerVerdict Skipped(v1::Reason reason, std::string detail) {
  AnswerVerdict verdict;
  verdict.kind = AnswerVerdict::Kind::kOutcome;
  verdict.outcome = v1::SKIPPED;
  verdict.reason = reason;
  verdict.detail = std::move(detail);
  return verdict;
}

// No connection could be made: whatever is asked of this host fails in the same
// way, and has been tried.
bool NoConnection(const HttpResponse& response) {
  return response.failure == v1::REASON_DNS_FAILED ||
         response.failure == v1::REASON_CONNECT_FAILED ||
         response.failure == v1::REASON_TLS_FAILED;
}

// Of an answer that is no redirect to follow.
RobotsAnswer AnswerOf(const HttpResponse& response,
                      const AnswerVerdict& verdict) {
  RobotsAnswer answer;
  answer.status = response.status;
  answer.why = verdict.detail;
  if (response.failure != v1::REASON_UNSPECIFIED) return answer;
  const std::string* const cache_control =
      FindHeader(response.headers, "cache-control");
  if (cache_control != nullptr) answer.max_age = ParseMaxAge(*cache_control);
  switch (response.status / 100) {
    case 2: {
      Result<InflatedStart> body = ReadBody(response, kMostRobotsBytes + 1);
      if (!body) {
        answer.why = body.error().message;
        return answer;
      }
      answer.kind = RobotsAnswer::Kind::kFile;
      answer.body = std::move(body->bytes);
      return answer;
    }
    case 4:
      answer.kind = response.status == 429 ? RobotsAnswer::Kind::kBusy
                                           : RobotsAnswer::Kind::kNone;
      return answer;
    default:
      return answer;
  }
}

// So that patience is not begun anew by each owner of the host.
void NoteFailure(const RobotsRecord& record, v1::RobotsCopy& copy) {
  copy.clear_unreachable_since();
  copy.clear_failures();
  copy.clear_why();
  if (!record.unreachable_since()) return;
  *copy.mutable_unreachable_since() = ToProto(*record.unreachable_since());
  copy.set_failures(static_cast<int32_t>(record.failures()));
  copy.set_why(record.why());
}

}  // namespace

RobotsRecord RecordOfCopy(const v1::RobotsCopy& copy,
                          const RobotsTerms& terms) {
  RobotsRecord record;
  if (copy.has_fetched_at()) {
    RobotsAnswer answer;
    answer.status = copy.status();
    answer.kind = copy.status() / 100 == 2 ? RobotsAnswer::Kind::kFile
                                           : RobotsAnswer::Kind::kNone;
    answer.body = copy.body();
    record = RobotsRecord::Restored(answer, terms, FromProto(copy.fetched_at()),
                                    FromProto(copy.valid_until()));
  }
  if (copy.has_unreachable_since()) {
    record.RestoreFailure(FromProto(copy.unreachable_since()),
                          static_cast<size_t>(std::max(copy.failures(), 1)),
                          copy.why(), FromProto(copy.valid_until()));
  }
  return record;
}

RobotsKeeper::RobotsKeeper(const FetcherConfig& config, RobotsShelf* shelf)
    : config_(config),
      shelf_(shelf),
      terms_(TermsOf(config)),
      cache_(static_cast<size_t>(config.robots_cache_bytes)) {}

RobotsDecision RobotsKeeper::Decide(const Url& url, Timestamp now) {
  if (config_.robots == "off") return {};
  const std::string robots_url = RobotsUrlOf(url);
  if (under_way_.contains(robots_url)) {
    return {RobotsDecision::Kind::kUnderWay};
  }
  const RobotsRecord* const record = FindRecord(url, robots_url);
  if (record == nullptr) return {RobotsDecision::Kind::kAskFirst};
  switch (record->AdviceAt(now)) {
    case RobotsRecord::Advice::kAsk:
      return {RobotsDecision::Kind::kAskFirst};
    case RobotsRecord::Advice::kUse:
      return Judged(*record, url, robots_url);
    case RobotsRecord::Advice::kWait:
      return Waiting(*record, robots_url, now);
  }
  return {};
}

const RobotsRecord* RobotsKeeper::FindRecord(const Url& url,
                                             const std::string& robots_url) {
  const RobotsRecord* const record = cache_.Find(robots_url);
  if (record != nullptr || shelf_ == nullptr) return record;
  const v1::RobotsCopy* const copy = shelf_->Find(url.HostKey(), robots_url);
  if (copy == nullptr) return nullptr;
  cache_.Keep(robots_url, RecordOfCopy(*copy, terms_));
  return cache_.Find(robots_url);
}

RobotsDecision RobotsKeeper::Judged(const RobotsRecord& record, const Url& url,
                                    const std::string& robots_url) const {
  const RobotsVerdict verdict = record.policy().Judge(url);
  if (verdict.allowed) return {};
  return {RobotsDecision::Kind::kEnds,
          {},
          Skipped(v1::REASON_ROBOTS,
                  verdict.rule + " (line " + std::to_string(verdict.line) +
                      " of " + robots_url + " as of " +
                      FormatRfc3339(record.fetched_at().value_or(Timestamp())) +
                      ", for " + record.policy().group() + ")")};
}

RobotsDecision RobotsKeeper::Waiting(const RobotsRecord& record,
                                     const std::string& robots_url,
                                     Timestamp now) const {
  const Timestamp since = record.unreachable_since().value_or(now);
  RobotsDecision decision{
      RobotsDecision::Kind::kWait, record.ask_again_at(),
      Skipped(v1::REASON_ROBOTS_UNAVAILABLE,
              robots_url + " cannot be read since " + FormatRfc3339(since) +
                  ": " + record.why())};
  if (now - since >= config_.robots_patience) {
    decision.kind = RobotsDecision::Kind::kEnds;
  }
  return decision;
}

void RobotsKeeper::Begin(const std::string& robots_url) {
  under_way_[robots_url] = 0;
}

void RobotsKeeper::Abandon(const std::string& robots_url) {
  under_way_.erase(robots_url);
}

SiteFileStep RobotsKeeper::Hear(const std::string& robots_url, const Url& asked,
                                const HttpResponse& response,
                                const AnswerVerdict& verdict, Timestamp now) {
  RobotsAnswer answer = AnswerOf(response, verdict);
  if (verdict.kind == AnswerVerdict::Kind::kRedirect) {
    const Result<Url> next = asked.Resolve(verdict.location);
    if (!next) {
      answer.why = "the redirect to " + verdict.location +
                   " cannot be followed: " + next.error().message;
    } else if (++under_way_[robots_url] <= kMostSiteFileRedirects) {
      return {*next, std::nullopt};
    } else {
      answer.kind = RobotsAnswer::Kind::kNone;
    }
  }
  const bool own_host = asked.text() == robots_url;
  if (own_host && verdict.reason == v1::REASON_ADDRESS_REFUSED) {
    Abandon(robots_url);  // says nothing of the file
    return {std::nullopt, verdict};
  }
  Conclude(robots_url, answer, now);
  const RobotsRecord* const record = cache_.Peek(robots_url);
  const bool waits = record->AdviceAt(now) == RobotsRecord::Advice::kWait;
  if (own_host && waits && NoConnection(response)) {
    return {std::nullopt, verdict};
  }
  return {};
}

void RobotsKeeper::GiveUp(const std::string& robots_url, const std::string& why,
                          Timestamp now) {
  RobotsAnswer answer;
  answer.why = why;
  Conclude(robots_url, answer, now);
}

void RobotsKeeper::Conclude(const std::string& robots_url,
                            const RobotsAnswer& answer, Timestamp now) {
  under_way_.erase(robots_url);
  const RobotsRecord* const known = cache_.Peek(robots_url);
  RobotsRecord record = known == nullptr ? RobotsRecord() : *known;
  record.Take(answer, terms_, now);
  cache_.Keep(robots_url, std::move(record));
  if (shelf_ != nullptr) KeepForOthers(robots_url, answer, now);
}

void RobotsKeeper::KeepForOthers(const std::string& robots_url,
                                 const RobotsAnswer& answer, Timestamp now) {
  const Result<Url> url = Url::Parse(robots_url);
  if (!url) return;
  const std::string host = url->HostKey();
  const bool good = answer.kind == RobotsAnswer::Kind::kFile ||
                    answer.kind == RobotsAnswer::Kind::kNone;
  const v1::RobotsCopy* const kept = shelf_->Find(host, robots_url);
  v1::RobotsCopy copy;
  if (good) {
    if (answer.body.size() > kMostRobotsKeptBytes) return;
    *copy.mutable_fetched_at() = ToProto(now);
    copy.set_status(answer.status);
    if (answer.kind == RobotsAnswer::Kind::kFile) copy.set_body(answer.body);
  } else if (kept != nullptr) {
    copy = *kept;
  }
  copy.set_url(robots_url);
  const RobotsRecord& record = *cache_.Peek(robots_url);
  *copy.mutable_valid_until() = ToProto(record.ask_again_at());
  NoteFailure(record, copy);
  // A 429 is worth a record only where it ends a row of failures.
  const bool failed = record.unreachable_since().has_value();
  const bool failed_before = kept != nullptr && kept->has_unreachable_since();
  if (!good && !failed && !failed_before) return;
  shelf_->Keep(host, std::move(copy), now);
}

HttpRequest RobotsKeeper::RequestFor(const Url& url) const {
  return RequestForSiteFile(url, "text/plain,*/*;q=0.5", kMostRobotsBytes + 1);
}

std::optional<Duration> RobotsKeeper::CrawlDelayOf(
    const std::string& host) const {
  if (config_.robots == "off") return std::nullopt;
  std::optional<Duration> delay;
  for (const char* scheme : {"https://", "http://"}) {
    const RobotsRecord* const record =
        cache_.Peek(scheme + host + "/robots.txt");
    if (record != nullptr) {
      delay = std::max(delay, record->policy().crawl_delay());
    }
  }
  if (delay) delay = std::min(*delay, config_.max_crawl_delay);
  return delay;
}

std::string RobotsAgent(const FetcherConfig& config) {
  return ProductToken(config.robots_agent.empty() ? config.user_agent
                                                  : config.robots_agent);
}

}  // namespace newsmill
