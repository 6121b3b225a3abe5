#include <algorithm>

#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "parser/rules/rule_set.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kMask[] = "********";

struct ToJson {
  template <typename Scalar>
  Json operator()(const Scalar* v) const {
    return *v;
  }
  Json operator()(const Duration* v) const { return FormatDuration(*v); }
  Json operator()(const std::vector<Duration>* v) const {
    Json list = Json::array();
    for (const Duration duration : *v) list.push_back(FormatDuration(duration));
    return list;
  }
};

const char* NameOf(config::Origin origin) {
  switch (origin) {
    case config::Origin::kDefault:
      return "default";
    case config::Origin::kFile:
      return "file";
    case config::Origin::kEnvironment:
      return "environment";
    case config::Origin::kFlag:
      return "flag";
  }
  return "";
}

// Values by section and key, and where those come from that were set.
Json AsJson(const Settings& settings) {
  Json json = {{"config_file", settings.config_file},
               {"values", Json::object()},
               {"origins", Json::object()}};
  const auto note = [&](const std::string& name) {
    const config::Origin origin = settings.schema.OriginOf(name);
    if (origin != config::Origin::kDefault) {
      json["origins"][name] = NameOf(origin);
    }
  };
  for (const config::Key& key : settings.schema.keys()) {
    Json value = std::visit(ToJson(), key.target);
    const size_t dot = key.name.find('.');
    if (dot == std::string::npos) {  // its keys are not ours to know
      for (auto& [name, text] : value.items()) {
        if (config::LooksSecret(name)) text = kMask;
        note(key.name + "." + name);
      }
      if (value.is_null()) value = Json::object();
      json["values"][key.name] = std::move(value);
      continue;
    }
    if (key.secret && value != "") value = kMask;
    json["values"][key.name.substr(0, dot)][key.name.substr(dot + 1)] =
        std::move(value);
    note(key.name);
  }
  return json;
}

class ConfigCheck : public Command {
 public:
  std::string name() const override { return "config check"; }
  std::string summary() const override {
    return "Check the configuration and the site rules it names";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "as a JSON object");
  }

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
    const auto sites_known = std::ssize(sites->sites());
    if (json_) {
      context.out.Line(JsonLine({{"ok", true},
                                 {"config_file", settings.config_file},
                                 {"keys_set", set},
                                 {"sites", sites_known}}));
      return Finished(context);
    }
    const std::string file = settings.config_file.empty()
                                 ? "no configuration file"
                                 : settings.config_file;
    context.out.Line(context.out.Styled(Style::kGreen, "OK") + "  " + file +
                     "; " + Counted(set, "key") + " set, " +
                     Counted(sites_known, "site") + " known");
    return Finished(context);
  }

 private:
  bool json_ = false;
};

class ConfigShow : public Command {
 public:
  std::string name() const override { return "config show"; }
  std::string summary() const override {
    return "Print the whole configuration as it is now, secrets masked";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "as a JSON object");
  }
  Result<ExitCode> Run(Context& context) override {
    if (json_) {
      context.out.Line(JsonText(AsJson(context.settings)));
    } else {
      context.out.Write(context.settings.schema.ShowToml());
    }
    return Finished(context);
  }

 private:
  bool json_ = false;
};

}  // namespace

CommandPtr MakeConfigCheck() { return std::make_unique<ConfigCheck>(); }
CommandPtr MakeConfigShow() { return std::make_unique<ConfigShow>(); }

}  // namespace newsmill
