#include <algorithm>

#include "app/cli/format.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "parser/rules/rule_set.h"

namespace newsmill {
namespace {

class ConfigCheck : public Command {
 public:
  std::string name() const override { return "config check"; }
  std::string summary() const override {
    return "Check the configuration and the site rules it names";
  }
  void Declare(Arguments&) override {}

  // The configuration itself was read before: a fault ended the program (78).
  Result<ExitCode> Run(Context& context) override {
    const Settings& settings = context.settings;
    const Result<SiteCatalogue> sites = LoadSites(settings);
    if (!sites) return sites.error();
    const auto rules = rules::RuleSet::Load(settings.SitePaths());
    if (!rules) return rules.error();
    const auto& keys = settings.schema.keys();
    const auto set =
        std::count_if(keys.begin(), keys.end(), [&](const auto& k) {
          return settings.schema.OriginOf(k.name) != config::Origin::kDefault;
        });
    const std::string file = settings.config_file.empty()
                                 ? "no configuration file"
                                 : settings.config_file;
    context.out.Line(
        context.out.Styled(Style::kGreen, "OK") + "  " + file + "; " +
        Counted(set, "key") + " set, " +
        Counted(static_cast<int64_t>(sites->sites().size()), "site") +
        " known");
    return Finished(context);
  }
};

class ConfigShow : public Command {
 public:
  std::string name() const override { return "config show"; }
  std::string summary() const override {
    return "Print the whole configuration as it is now, secrets masked";
  }
  void Declare(Arguments&) override {}
  Result<ExitCode> Run(Context& context) override {
    context.out.Write(context.settings.schema.ShowToml());
    return Finished(context);
  }
};

}  // namespace

CommandPtr MakeConfigCheck() { return std::make_unique<ConfigCheck>(); }
CommandPtr MakeConfigShow() { return std::make_unique<ConfigShow>(); }

}  // namespace newsmill
