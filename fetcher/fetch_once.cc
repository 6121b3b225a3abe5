#include "fetcher/fetch_once.h"

#include <utility>

#include "core/base/id.h"
#include "core/flow/task_codec.h"
#include "fetcher/fetch_handler.h"
#include "fetcher/gate.h"
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

// The answer's meaning, with the lines to paste where the gate is closed.
AnswerVerdict Judge(const HttpResponse& response, const FetcherConfig& config,
                    const std::string& host, Timestamp now) {
  AnswerVerdict verdict = JudgeAnswer(response, now);
  if (!response.refused_by_guard) Gate(config).ExplainRefusal(host, verdict);
  if (config.keep_truncated) SettleForPart(verdict);  // nothing is tried twice
  return verdict;
}

}  // namespace

OneShotFetcher::OneShotFetcher(const FetcherConfig& config,
                               const SiteCatalogue& sites,
                               std::unique_ptr<HttpClient> http)
    : config_(config), sites_(sites), http_(std::move(http)) {}

Result<std::unique_ptr<OneShotFetcher>> OneShotFetcher::Create(
    const FetcherConfig& config, const SiteCatalogue& sites) {
  Result<std::unique_ptr<HttpClient>> http = NewHttpClient(config);
  if (!http) return http.error();
  return std::unique_ptr<OneShotFetcher>(
      new OneShotFetcher(config, sites, std::move(*http)));
}

FetchedOnce OneShotFetcher::Fetch(const Target& target,
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
    WaitForTurn(*url);
    HttpResponse response = Ask(task.url());
    const Timestamp now = clock.Now();
    // Rounded up: the clock counts whole milliseconds.
    next_start_[url->HostKey()] = clock.Uptime() + Duration(1) +
                                  LimitsOf(url->host(), sites_, config_).delay;

    AnswerVerdict verdict = Judge(response, config_, url->HostKey(), now);
    if (verdict.kind == AnswerVerdict::Kind::kPage) {
      return {MakePage(task, std::move(response), sites_, now), {}};
    }
    if (verdict.kind == AnswerVerdict::Kind::kRedirect) {
      verdict = FollowRedirect(sites_, config_.max_redirects, response.status,
                               verdict.location, task);
      if (verdict.kind == AnswerVerdict::Kind::kRedirect) continue;
    }
    return Ended(task, verdict, response.status, sites_, now);
  }
}

void OneShotFetcher::WaitForTurn(const Url& url) {
  const auto found = next_start_.find(url.HostKey());
  if (found == next_start_.end()) return;
  const Clock& clock = Clock::System();
  for (Instant now = clock.Uptime(); now < found->second;
       now = clock.Uptime()) {
    http_->Poll(found->second - now);
  }
}

HttpResponse OneShotFetcher::Ask(const std::string& url) {
  std::optional<HttpResponse> answer;
  HttpRequest request;
  request.url = url;
  request.wants_type = &MayBePage;
  http_->Start(
      std::move(request),
      [gate = Gate(config_)](HttpClient::RequestId, const std::string& peer) {
        return gate.MayAsk(peer);
      },
      [&answer](HttpClient::RequestId, HttpResponse response) {
        answer = std::move(response);
      });
  while (!answer) http_->Poll(std::chrono::seconds(1));
  return std::move(*answer);
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
