#include "fetcher/fetch_once.h"

#include <algorithm>
#include <utility>

#include "core/base/id.h"
#include "core/flow/task_codec.h"
#include "fetcher/fetch_handler.h"
#include "fetcher/gate.h"
#include "fetcher/http/response_head.h"
#include "fetcher/page.h"
#include "fetcher/politeness.h"
#include "fetcher/redirect.h"

namespace newsmill {
namespace {

v1::FetchTask NewTask(const Target& target, const std::string& text,
                      Timestamp now) {
  v1::FetchTask task;
  task.set_task_id(NewUuidV7(now));
  task.set_kind(v1::FetchTask::ARTICLE);
  task.set_lane(v1::FetchTask::FRESH);
  SetTarget(target, text, &task);
  *task.mutable_accepted_at() = ToProto(now);
  task.set_traceparent(NewTraceparent());
  return task;
}

FetchedOnce Ended(const v1::FetchTask& task, const AnswerVerdict& verdict,
                  int status, const SiteCatalogue& sites, Timestamp now) {
  FetchedOnce ended;
  ended.retryable = verdict.retryable ||
                    verdict.kind == AnswerVerdict::Kind::kOwnFault ||
                    verdict.reason == v1::REASON_ROBOTS_UNAVAILABLE;
  v1::Outcome& outcome = ended.outcome;
  outcome.set_task_id(task.task_id());
  outcome.set_stage(v1::STAGE_FETCHER);
  outcome.set_kind(verdict.kind == AnswerVerdict::Kind::kOutcome
                       ? verdict.outcome
                       : v1::DEAD);
  outcome.set_reason(verdict.reason);
  outcome.set_detail(verdict.detail);
  outcome.set_target(task.target());
  outcome.set_url(task.url());
  outcome.set_site(task.site());
  outcome.set_article_key(ArticleKeyOf(task, sites));
  *outcome.mutable_fetched_at() = ToProto(now);
  *outcome.mutable_occurred_at() = ToProto(now);
  outcome.set_http_status(status);
  outcome.set_attempts(1);
  outcome.set_traceparent(task.traceparent());
  return ended;
}

// No page, and what was wanted.
bool IsWanted(const HttpRequest& form, const HttpResponse& response) {
  const std::string* const type = FindHeader(response.headers, "content-type");
  return response.failure == v1::REASON_UNSPECIFIED && response.status == 200 &&
         !response.body.empty() &&
         form.wants_type(type == nullptr ? "" : *type);
}

}  // namespace

OneShotFetcher::OneShotFetcher(const FetcherConfig& config,
                               const SiteCatalogue& sites,
                               std::unique_ptr<HttpClient> http)
    : config_(config),
      sites_(sites),
      http_(std::move(http)),
      robots_(config_),
      tdm_(config_) {}

Result<std::unique_ptr<OneShotFetcher>> OneShotFetcher::Create(
    const FetcherConfig& config, const SiteCatalogue& sites) {
  Result<std::unique_ptr<HttpClient>> http = NewHttpClient(config);
  if (!http) return http.error();
  return std::unique_ptr<OneShotFetcher>(
      new OneShotFetcher(config, sites, std::move(*http)));
}

FetchedOnce OneShotFetcher::Fetch(const Target& target,
                                  const std::string& text) {
  HttpRequest form;
  form.wants_type = &MayBePage;
  return FetchAs(form, target, text);
}

FetchedOnce OneShotFetcher::FetchAs(const HttpRequest& form,
                                    const Target& target,
                                    const std::string& text) {
  const Clock& clock = Clock::System();
  v1::FetchTask task = NewTask(target, text, clock.Now());
  while (true) {
    const Result<Url> url = Url::Parse(task.url());
    if (!url) {
      AnswerVerdict invalid;
      invalid.reason = v1::REASON_INVALID_URL;
      invalid.detail = url.error().message;
      return Ended(task, invalid, 0, sites_, clock.Now());
    }
    if (const auto refused = RobotsRefuse(*url)) {
      return Ended(task, *refused, 0, sites_, clock.Now());
    }
    // A feed is not mined.
    if (form.wants_type == &MayBePage) ReadTdm(*url);
    HttpRequest request = form;
    request.url = task.url();
    request.parsed = *url;
    Answered answered = Ask(*url, std::move(request));
    AnswerVerdict verdict = answered.verdict;
    if (verdict.reason == v1::REASON_NOT_HTML &&
        IsWanted(form, answered.response)) {
      verdict.kind = AnswerVerdict::Kind::kPage;
    }
    // Nothing is tried twice.
    if (config_.keep_truncated) SettleForPart(verdict);
    if (verdict.kind == AnswerVerdict::Kind::kPage) {
      v1::FetchedPage page = MakePage(task, *url, std::move(answered.response),
                                      sites_, answered.asked_at);
      NoteOptOuts(robots_.terms().agent, tdm_, *url, page);
      return {std::move(page), {}};
    }
    const int status = answered.response.status;
    if (verdict.kind == AnswerVerdict::Kind::kRedirect) {
      verdict = FollowRedirect(sites_, config_.max_redirects, status,
                               verdict.location, task);
      if (verdict.kind == AnswerVerdict::Kind::kRedirect) continue;
    }
    return Ended(task, verdict, status, sites_, answered.asked_at);
  }
}

std::optional<AnswerVerdict> OneShotFetcher::RobotsRefuse(const Url& url) {
  while (true) {
    const RobotsDecision decision = robots_.Decide(url, Clock::System().Now());
    switch (decision.kind) {
      case RobotsDecision::Kind::kMayAsk:
        return std::nullopt;
      case RobotsDecision::Kind::kEnds:
      case RobotsDecision::Kind::kWait:  // nobody waits for hours here
        return decision.verdict;
      case RobotsDecision::Kind::kAskFirst:
      case RobotsDecision::Kind::kUnderWay:
        if (auto failed = ReadRobots(url)) return failed;
    }
  }
}

std::optional<AnswerVerdict> OneShotFetcher::ReadRobots(const Url& url) {
  return Read(robots_, RobotsUrlOf(url));
}

void OneShotFetcher::ReadTdm(const Url& url) {
  const Timestamp now = Clock::System().Now();
  if (tdm_.Decide(url, now) != TdmKeeper::Decision::kAskFirst) return;
  const std::string tdm_url = TdmUrlOf(url);
  if (const auto refused = RobotsRefuse(*Url::Parse(tdm_url))) {
    return tdm_.GiveUp(tdm_url, refused->detail, now);
  }
  Read(tdm_, tdm_url);
}

std::optional<AnswerVerdict> OneShotFetcher::Read(SiteFileKeeper& keeper,
                                                  const std::string& file_url) {
  keeper.Begin(file_url);
  Result<Url> asked = Url::Parse(file_url);
  while (true) {
    const Answered answered = Ask(*asked, keeper.RequestFor(*asked));
    if (answered.verdict.kind == AnswerVerdict::Kind::kOwnFault) {
      keeper.Abandon(file_url);
      return answered.verdict;
    }
    const SiteFileStep step = keeper.Hear(file_url, *asked, answered.response,
                                          answered.verdict, answered.asked_at);
    if (!step.next) return step.failed;
    asked = *step.next;
  }
}

Result<RobotsRecord> OneShotFetcher::AskRobots(const Url& url) {
  const std::optional<AnswerVerdict> failed = ReadRobots(url);
  const RobotsRecord* const record = robots_.RecordOf(RobotsUrlOf(url));
  if (record != nullptr) return *record;
  return Error{Code::kUnavailable,
               failed ? failed->detail : "robots.txt could not be asked for"};
}

void OneShotFetcher::WaitForTurn(const Url& url) {
  const auto found = last_end_.find(url.HostKey());
  if (found == last_end_.end()) return;
  const Clock& clock = Clock::System();
  const Duration delay = LimitsOf(url.HostKey(), sites_, config_).delay;
  const Instant turn =
      found->second +
      std::max(delay, robots_.CrawlDelayOf(url.HostKey()).value_or(delay));
  for (Instant now = clock.Uptime(); now < turn; now = clock.Uptime()) {
    http_->Poll(turn - now);
  }
}

OneShotFetcher::Answered OneShotFetcher::Ask(const Url& url,
                                             HttpRequest request) {
  WaitForTurn(url);
  const Clock& clock = Clock::System();
  const Timestamp asked_at = clock.Now();
  std::optional<HttpResponse> answer;
  http_->Start(
      std::move(request),
      [gate = Gate(config_)](HttpClient::RequestId, const std::string& peer) {
        return gate.MayAsk(peer);
      },
      [&answer](HttpClient::RequestId, HttpResponse response) {
        answer = std::move(response);
      });
  while (!answer) http_->Poll(std::chrono::seconds(1));
  // Rounded up: the clock counts whole milliseconds.
  last_end_[url.HostKey()] = clock.Uptime() + Duration(1);

  Answered answered{std::move(*answer), {}, asked_at};
  answered.verdict = JudgeAnswer(answered.response, clock.Now());
  if (!answered.response.refused_by_guard) {
    Gate(config_).ExplainRefusal(url.HostKey(), answered.verdict);
  }
  return answered;
}

Result<FetchedOnce> FetchOnce(const FetcherConfig& config,
                              const SiteCatalogue& sites, const Target& target,
                              const std::string& text) {
  Result<std::unique_ptr<OneShotFetcher>> fetcher =
      OneShotFetcher::Create(config, sites);
  if (!fetcher) return fetcher.error();
  return (*fetcher)->Fetch(target, text);
}

}  // namespace newsmill
