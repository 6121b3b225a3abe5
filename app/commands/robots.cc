#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/commands/commands.h"
#include "app/known_robots.h"
#include "app/open.h"
#include "fetcher/robots/robots_policy.h"

namespace newsmill {
namespace {

class Robots : public Command {
 public:
  std::string name() const override { return "robots"; }
  std::string summary() const override {
    return "Explain what a site's robots.txt says to one URL";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("URL", &target_, true, "URL or site:id");
    arguments.Option("--agent", "NAME", &agent_,
                     "explain it for another crawler [fetcher.robots_agent]");
    arguments.Flag(
        "--refresh", &refresh_,
        "ask the site instead of using a fetcher's copy; this stands "
        "outside the fleet's politeness");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  // 1: the URL is forbidden, or the file cannot be read.
  Result<ExitCode> Run(Context& context) override {
    const Result<SiteCatalogue> sites = LoadSites(context.settings);
    if (!sites) return sites.error();
    const Result<Target> target = sites->Resolve(target_);
    if (!target) return Error{Code::kInvalidArgument, target.error().message};
    FetcherConfig config = context.settings.fetcher;
    if (!agent_.empty()) config.robots_agent = agent_;
    const Result<KnownRobots> known =
        FindRobots(context, config, *sites, target->url, refresh_);
    if (!known) return known.error();
    return Explain(context, target->url, RobotsAgent(config), *known);
  }

 private:
  Result<ExitCode> Explain(Context& context, const Url& url,
                           const std::string& agent,
                           const KnownRobots& known) const {
    const bool readable = known.record.AdviceAt(context.clock.Now()) ==
                          RobotsRecord::Advice::kUse;
    RobotsVerdict verdict;
    verdict.allowed = false;
    if (readable) verdict = known.record.policy().Judge(url);
    json_ ? PrintJson(context.out, url, agent, known, readable, verdict)
          : PrintPeople(context.out, url, agent, known, readable, verdict);
    return Finished(context, verdict.allowed ? kExitDone : kExitCheckFailed);
  }

  static void PrintJson(Output& out, const Url& url, const std::string& agent,
                        const KnownRobots& known, bool readable,
                        const RobotsVerdict& verdict) {
    const RobotsRecord& record = known.record;
    nlohmann::ordered_json json = {{"url", url.text()},
                                   {"robots_url", RobotsUrlOf(url)},
                                   {"agent", agent},
                                   {"allowed", verdict.allowed},
                                   {"readable", readable}};
    if (!readable) json["why"] = record.why();
    if (verdict.line > 0) {
      json["line"] = verdict.line;
      json["rule"] = verdict.rule;
    }
    if (readable) {
      json["group"] = record.policy().group();
      json["status"] = record.status();
      json["fetched_at"] = FormatRfc3339(*record.fetched_at());
      json["from"] = known.of_the_fleet ? "fleet" : "site";
    }
    json["ask_again_at"] = FormatRfc3339(record.ask_again_at());
    if (const auto delay = record.policy().crawl_delay()) {
      json["crawl_delay_seconds"] = delay->count() / 1000.0;
    }
    json["sitemaps"] = record.sitemaps();
    out.Line(JsonText(json));
  }

  static void PrintPeople(Output& out, const Url& url, const std::string& agent,
                          const KnownRobots& known, bool readable,
                          const RobotsVerdict& verdict) {
    const RobotsRecord& record = known.record;
    out.Line((verdict.allowed ? out.Styled(Style::kGreen, "Allowed")
                              : out.Styled(Style::kRed, "Forbidden")) +
             " to " + agent + ": " + url.text());
    if (!readable) {
      out.Line(RobotsUrlOf(url) +
               " cannot be read, which forbids everything "
               "for now: " +
               record.why());
      return;
    }
    out.Line(Reason(record, verdict));
    out.Line(RobotsUrlOf(url) + ", status " + std::to_string(record.status()) +
             ", asked for at " + FormatTime(*record.fetched_at()) +
             (known.of_the_fleet ? " by a fetcher" : "") +
             "; it counts until " + FormatTime(record.ask_again_at()));
    if (const auto delay = record.policy().crawl_delay()) {
      out.Line("Crawl-delay: " + FormatDuration(*delay));
    }
    for (const std::string& sitemap : record.sitemaps()) {
      out.Line("Sitemap: " + sitemap);
    }
  }

  static std::string Reason(const RobotsRecord& record,
                            const RobotsVerdict& verdict) {
    const std::string& group = record.policy().group();
    if (record.status() / 100 == 4) {
      return "No robots.txt is there, so nothing is forbidden.";
    }
    if (group.empty()) return "No group of it speaks to this agent.";
    if (verdict.line == 0) {
      return "No rule for " + group + " matches, which allows.";
    }
    return "Line " + std::to_string(verdict.line) + " decides, for " + group +
           ": " + verdict.rule;
  }

  std::string target_, agent_;
  bool refresh_ = false, json_ = false;
};

}  // namespace

CommandPtr MakeRobots() { return std::make_unique<Robots>(); }

}  // namespace newsmill
