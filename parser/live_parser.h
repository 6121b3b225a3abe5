#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/sites/site.h"
#include "core/sites/site_catalogue.h"
#include "parser/page_parser.h"

namespace newsmill {

// A parser whose rules follow their folders: a rule that was changed, added or
// taken away counts from the next page on. One that does not load leaves the
// old one of its site in force (a new site has none), is logged once, and is
// counted in newsmill_parser_rules_stale until it loads. Pages that are being
// parsed keep the rules that they began with.
class LiveParser final : public PageParser {
 public:
  // At the start every rule must load: kBadConfiguration holds what is wrong, a
  // line each.
  static Result<std::unique_ptr<LiveParser>> Load(
      const ParserConfig& config, const std::vector<std::string>& directories);
  ~LiveParser() override;

  Extraction Extract(const v1::FetchedPage& page) const override;
  // Looks at the folders, at most once in parser.rules_reload.
  void Refresh(Instant now) override;

 private:
  struct LoadedRule {
    std::string file;
    std::string hash;  // of the file's bytes
    std::shared_ptr<const rules::Rule> rule;
    Site site;
  };
  // What pages are parsed with; immutable.
  struct Snapshot {
    SiteCatalogue sites;
    std::unique_ptr<PageParser> parser;
  };
  struct RuleText;
  using LoadedRules = std::map<std::string, LoadedRule>;

  LiveParser(const ParserConfig& config, std::vector<std::string> directories);

  // The rules that can be loaded, the old ones where a text cannot; what is
  // wrong, a text per file.
  std::vector<std::string> Load(const std::vector<RuleText>& texts,
                                LoadedRules* loaded) const;
  static Result<LoadedRule> LoadOne(const RuleText& text);
  Result<std::vector<RuleText>> ReadTexts() const;
  static std::string HashOf(const std::vector<RuleText>& texts);
  // Makes these the rules in force; kBadConfiguration for sites that contradict
  // each other.
  Result<void> Publish(LoadedRules loaded);
  static void LogChanges(const LoadedRules& before, const LoadedRules& after);
  std::shared_ptr<const Snapshot> current() const;

  const ParserConfig config_;
  const std::vector<std::string> directories_;
  // Used by the thread that calls Refresh.
  LoadedRules loaded_;
  std::string seen_;   // hash over all texts that were read last
  std::string fault_;  // of the folders, as it was logged last
  Instant next_look_{};

  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;  // guarded by mutex_
};

}  // namespace newsmill
