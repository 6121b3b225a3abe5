#include "fetcher/tdm/tdm_keeper.h"

#include <algorithm>
#include <utility>

#include "core/runtime/log.h"
#include "fetcher/http/content_coding.h"
#include "fetcher/http/response_head.h"
#include "fetcher/robots/robots_record.h"

namespace newsmill {
namespace {

// A file that cannot be read is asked for again after that; so is one that its
// server wants to be asked for more often.
constexpr Duration kLeastAge = std::chrono::hours(1);

Duration AgeOf(const HttpResponse& response) {
  const std::string* const field =
      FindHeader(response.headers, "cache-control");
  const auto age = field == nullptr ? std::nullopt : ParseMaxAge(*field);
  return std::clamp<Duration>(age.value_or(kMostRobotsAge), kLeastAge,
                              kMostRobotsAge);
}

Result<TdmFile> Read(const HttpResponse& response) {
  if (response.cut) {
    return Error{Code::kTooLarge, "it is longer than " +
                                      std::to_string(kMostTdmBytes) + " bytes"};
  }
  const Result<InflatedStart> body = ReadBody(response, kMostTdmBytes + 1);
  if (!body) return body.error();
  return TdmFile::Parse(body->bytes);
}

}  // namespace

std::string TdmUrlOf(const Url& url) {
  return std::string(OriginOf(url)).append("/.well-known/tdmrep.json");
}

TdmKeeper::TdmKeeper(const FetcherConfig& config)
    : wanted_(config.tdmrep == "ask"),
      cache_(static_cast<size_t>(config.robots_cache_bytes)) {}

TdmKeeper::Decision TdmKeeper::Decide(const Url& url, Timestamp now) {
  if (!wanted_) return Decision::kKnown;
  const std::string tdm_url = TdmUrlOf(url);
  if (under_way_.contains(tdm_url)) return Decision::kUnderWay;
  const Known* const known = cache_.Find(tdm_url);
  return known != nullptr && now < known->ask_again_at ? Decision::kKnown
                                                       : Decision::kAskFirst;
}

const v1::TdmRule* TdmKeeper::RuleFor(const Url& url) const {
  if (!wanted_) return nullptr;
  const Known* const known = cache_.Peek(TdmUrlOf(url));
  return known == nullptr ? nullptr : known->file.Find(url);
}

void TdmKeeper::Begin(const std::string& tdm_url) { under_way_[tdm_url] = 0; }

void TdmKeeper::Abandon(const std::string& tdm_url) {
  under_way_.erase(tdm_url);
}

// Whatever is no file says nothing, or what it said before ("Failure to provide
// access … implies that the origin server does not implement this protocol").
SiteFileStep TdmKeeper::Hear(const std::string& tdm_url, const Url& asked,
                             const HttpResponse& response,
                             const AnswerVerdict& verdict, Timestamp now) {
  if (verdict.kind == AnswerVerdict::Kind::kRedirect) {
    const Result<Url> next = asked.Resolve(verdict.location);
    if (next && ++under_way_[tdm_url] <= kMostSiteFileRedirects) {
      return {*next, std::nullopt};
    }
  }
  const bool answered = response.failure == v1::REASON_UNSPECIFIED;
  const bool none =
      answered && response.status / 100 == 4 && response.status != 429;
  if (none) {
    Keep(tdm_url, {}, now + AgeOf(response));
    return {};
  }
  if (!answered || response.status / 100 != 2) {
    GiveUp(tdm_url, verdict.detail, now);
    return {};
  }
  Result<TdmFile> file = Read(response);
  if (!file) {
    log::Info("A tdmrep.json cannot be read.",
              {{"url", asked.text()}, {"error", file.error().message}});
  }
  Keep(tdm_url, file ? *std::move(file) : TdmFile(), now + AgeOf(response));
  return {};
}

void TdmKeeper::GiveUp(const std::string& tdm_url, const std::string&,
                       Timestamp now) {
  const Known* const known = cache_.Peek(tdm_url);
  Keep(tdm_url, known == nullptr ? TdmFile() : known->file, now + kLeastAge);
}

void TdmKeeper::Keep(const std::string& tdm_url, TdmFile file,
                     Timestamp ask_again_at) {
  under_way_.erase(tdm_url);
  cache_.Keep(tdm_url, {std::move(file), ask_again_at});
}

HttpRequest TdmKeeper::RequestFor(const Url& url) const {
  return RequestForSiteFile(url, "application/json,*/*;q=0.5", kMostTdmBytes);
}

}  // namespace newsmill
