#include "parser/live_parser.h"

#include <filesystem>
#include <utility>

#include "core/base/file.h"
#include "core/base/id.h"
#include "core/flow/planted_fault.h"
#include "core/runtime/log.h"
#include "core/runtime/metrics.h"
#include "core/sites/rule_file.h"
#include "parser/rules/loader.h"
#include "parser/rules/rule_set.h"

namespace newsmill {
namespace {

prometheus::Counter& Reloads(const char* result) {
  return metrics::Counter("newsmill_parser_rules_reloads_total",
                          "Changes of the folders of rules that were seen, by "
                          "whether all of them could be taken up.",
                          {{"result", result}});
}

struct RuleMetrics {
  prometheus::Counter& loaded = Reloads("loaded");
  prometheus::Counter& refused = Reloads("refused");
  prometheus::Gauge& stale = metrics::Gauge(
      "newsmill_parser_rules_stale",
      "Files of rules that do not load; an older rule, or none, is in force "
      "instead.");
};

RuleMetrics& Metrics() {
  static RuleMetrics metrics;
  return metrics;
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += (text.empty() ? "" : "\n") + line;
  }
  return text;
}

}  // namespace

struct LiveParser::RuleText {
  std::string site;
  std::string file;
  std::string text;
  std::string hash;
  std::string unreadable;  // why; then there is no text
};

LiveParser::LiveParser(const ParserConfig& config,
                       std::vector<std::string> directories)
    : config_(config), directories_(std::move(directories)) {}

LiveParser::~LiveParser() = default;

Result<std::unique_ptr<LiveParser>> LiveParser::Load(
    const ParserConfig& config, const std::vector<std::string>& directories) {
  std::unique_ptr<LiveParser> parser(new LiveParser(config, directories));
  const auto texts = parser->ReadTexts();
  if (!texts) return texts.error();
  LoadedRules loaded;
  const std::vector<std::string> wrong = parser->Load(*texts, &loaded);
  if (!wrong.empty()) return Error{Code::kBadConfiguration, Joined(wrong)};
  if (auto published = parser->Publish(std::move(loaded)); !published) {
    return published.error();
  }
  parser->seen_ = HashOf(*texts);
  Metrics().stale.Set(0);
  return parser;
}

std::string LiveParser::HashOf(const std::vector<RuleText>& texts) {
  std::string all;
  for (const RuleText& text : texts) {
    all += text.file + '\n' + text.hash + '\n' + text.unreadable + '\n';
  }
  return Xxh128Hex(all);
}

Result<std::vector<LiveParser::RuleText>> LiveParser::ReadTexts() const {
  const auto files = rules::RuleFiles(directories_);
  if (!files) return files.error();
  std::vector<RuleText> texts;
  for (const std::string& file : *files) {
    RuleText text;
    text.file = file;
    text.site = std::filesystem::path(file).parent_path().filename().string();
    Result<std::string> bytes = ReadFile(file);
    if (bytes) {
      text.hash = Xxh128Hex(*bytes);
      text.text = *std::move(bytes);
    } else {
      text.unreadable = bytes.error().message;
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<LiveParser::LoadedRule> LiveParser::LoadOne(const RuleText& text) {
  if (!text.unreadable.empty()) {
    return Error{Code::kBadConfiguration, text.unreadable};
  }
  rules::Findings findings;
  LoadedRule loaded{text.file, text.hash, nullptr, {}};
  loaded.rule = rules::LoadRuleText(text.text, text.file, &findings);
  if (!findings.empty()) {
    std::vector<std::string> lines;
    for (const rules::Finding& one : findings) lines.push_back(one.text());
    return Error{Code::kBadConfiguration, Joined(lines)};
  }
  Result<Site> site = ReadSiteText(text.site, text.file, text.text);
  if (!site) return site.error();
  loaded.site = *std::move(site);
  return loaded;
}

std::vector<std::string> LiveParser::Load(const std::vector<RuleText>& texts,
                                          LoadedRules* loaded) const {
  std::vector<std::string> wrong;
  for (const RuleText& text : texts) {
    if (loaded->contains(text.site)) continue;  // hidden by an earlier folder
    const auto known = loaded_.find(text.site);
    const bool is_known = known != loaded_.end();
    if (is_known && known->second.file == text.file &&
        known->second.hash == text.hash) {
      loaded->insert(*known);
      continue;
    }
    Result<LoadedRule> fresh = LoadOne(text);
    if (fresh) {
      loaded->emplace(text.site, *std::move(fresh));
      continue;
    }
    wrong.push_back(fresh.error().message);
    if (is_known) loaded->insert(*known);
  }
  return wrong;
}

Result<void> LiveParser::Publish(LoadedRules loaded) {
  std::vector<Site> sites;
  rules::RuleSet::Rules rules;
  for (const auto& [name, one] : loaded) {
    sites.push_back(one.site);
    rules.emplace(name, one.rule);
  }
  Result<SiteCatalogue> catalogue = SiteCatalogue::Of(std::move(sites));
  if (!catalogue) return catalogue.error();
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->sites = *std::move(catalogue);
  snapshot->parser = PageParser::Make(config_, rules::RuleSet(std::move(rules)),
                                      snapshot->sites);
  loaded_ = std::move(loaded);
  const std::lock_guard<std::mutex> lock(mutex_);
  snapshot_ = std::move(snapshot);
  return {};
}

void LiveParser::LogChanges(const LoadedRules& before,
                            const LoadedRules& after) {
  for (const auto& [name, one] : after) {
    const auto known = before.find(name);
    const std::string revision = std::to_string(one.rule->revision);
    if (known == before.end()) {
      log::Info("Site rule taken up.",
                {{"site", name}, {"revision", revision}});
      continue;
    }
    const rules::Rule& old = *known->second.rule;
    if (known->second.rule == one.rule) continue;
    log::Info("Site rule changed.", {{"site", name}, {"revision", revision}});
    if (old.sha256 != one.rule->sha256 && one.rule->revision <= old.revision) {
      log::Warn(
          "The changed rule has no higher revision: rows cannot tell "
          "which of the two they were parsed with.",
          {{"site", name},
           {"revision", revision},
           {"before", std::to_string(old.revision)}});
    }
  }
  for (const auto& [name, one] : before) {
    if (!after.contains(name)) log::Info("Site rule gone.", {{"site", name}});
  }
}

void LiveParser::Refresh(Instant now) {
  if (config_.rules_reload == Duration::zero() || now < next_look_) return;
  next_look_ = now + config_.rules_reload;
  const auto texts = ReadTexts();
  if (!texts) {  // the folders are not there just now: all rules stay
    if (fault_ != texts.error().message) {
      fault_ = texts.error().message;
      log::Error("Folders of rules cannot be read; the rules stay as they are.",
                 {{"error", fault_}});
      Metrics().refused.Increment();
    }
    return;
  }
  fault_.clear();
  std::string seen = HashOf(*texts);
  if (seen == seen_) return;
  seen_ = std::move(seen);
  LoadedRules loaded;
  std::vector<std::string> wrong = Load(*texts, &loaded);
  const LoadedRules before = loaded_;
  if (auto published = Publish(std::move(loaded)); !published) {
    wrong.push_back(published.error().message);
  }
  LogChanges(before, loaded_);
  for (const std::string& fault : wrong) {
    log::Error("A site rule does not load; the old one stays in force.",
               {{"error", fault}});
  }
  Metrics().stale.Set(static_cast<double>(wrong.size()));
  (wrong.empty() ? Metrics().loaded : Metrics().refused).Increment();
}

std::shared_ptr<const LiveParser::Snapshot> LiveParser::current() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return snapshot_;
}

Extraction LiveParser::Extract(const v1::FetchedPage& page) const {
#ifdef NEWSMILL_PLANTED_FAULTS
  const bool planted =
      page.body().find("crash the parser") != std::string::npos;
  if (planted_fault::Is("crash-on-page") && planted) std::abort();
#endif
  return current()->parser->Extract(page);
}

}  // namespace newsmill
