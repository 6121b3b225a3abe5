#pragma once

#include <map>
#include <string>

#include "fetcher/config.h"
#include "fetcher/robots/record_cache.h"
#include "fetcher/site_file.h"
#include "fetcher/tdm/tdm_file.h"

namespace newsmill {

// Where a URL's tdmrep.json stands.
std::string TdmUrlOf(const Url& url);

// What the tdmrep.json of every origin that is asked says, where the
// configuration wants it asked for: it reserves, it forbids no request. What
// cannot be read says what it said before, if anything; a page waits for one
// request at most.
class TdmKeeper : public SiteFileKeeper {
 public:
  // The configuration outlives the keeper.
  explicit TdmKeeper(const FetcherConfig& config);

  enum class Decision {
    kKnown,     // or not wanted
    kAskFirst,  // for the file
    kUnderWay,  // somebody asks for it right now
  };
  Decision Decide(const Url& url, Timestamp now);

  // What is known to be said of a URL; nullptr: nothing. Valid until the next
  // Hear, GiveUp or Decide.
  const v1::TdmRule* RuleFor(const Url& url) const;

  void Begin(const std::string& tdm_url) override;
  SiteFileStep Hear(const std::string& tdm_url, const Url& asked,
                    const HttpResponse& response, const AnswerVerdict& verdict,
                    Timestamp now) override;
  void GiveUp(const std::string& tdm_url, const std::string& why,
              Timestamp now) override;
  void Abandon(const std::string& tdm_url) override;
  HttpRequest RequestFor(const Url& url) const override;

 private:
  struct Known {
    TdmFile file;
    Timestamp ask_again_at{};
    size_t bytes() const { return sizeof(*this) + file.bytes(); }
  };
  void Keep(const std::string& tdm_url, TdmFile file, Timestamp ask_again_at);

  const bool wanted_;
  RecordCache<Known> cache_;
  std::map<std::string, int> under_way_;  // redirects followed so far
};

}  // namespace newsmill
