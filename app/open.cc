#include "app/open.h"

#include <algorithm>
#include <filesystem>

#include "core/bus/registry.h"
#include "sink/registry.h"

namespace newsmill {
namespace {

namespace fs = std::filesystem;

constexpr char kEmbedded[] = "embedded";
constexpr char kSqlite[] = "sqlite";

std::string Names(const std::vector<TopicSpec>& specs) {
  std::string names;
  for (const TopicSpec& spec : specs) {
    names += (names.empty() ? "" : ", ") + spec.name;
  }
  return names;
}

Result<void> CreateFolder(const std::string& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!failed) return {};
  return Error{
      Code::kBadConfiguration,
      "--data: folder '" + folder + "' cannot be made: " + failed.message()};
}

Result<void> PrepareTopics(Bus& bus, const Settings& settings) {
  const Result<std::vector<TopicSpec>> missing =
      MissingTopics(bus.admin(), TopicsOf(settings));
  if (!missing) return missing.error();
  if (missing->empty()) return {};
  if (settings.log.backend != kEmbedded) {
    return Error{Code::kBadConfiguration,
                 "the log lacks topics: " + Names(*missing) +
                     "; `newsmill topics create` makes them"};
  }
  for (const TopicSpec& spec : *missing) {
    if (auto made = bus.admin().CreateTopic(spec); !made) return made;
  }
  return {};
}

}  // namespace

Topics TopicsOf(const Settings& settings) {
  return {settings.log, settings.fetcher.retry_delays};
}

Result<std::vector<TopicSpec>> MissingTopics(Admin& admin,
                                             const Topics& topics) {
  const Result<std::vector<TopicInfo>> there = admin.ListTopics();
  if (!there) return there.error();
  std::vector<TopicSpec> missing;
  for (const TopicSpec& spec : topics.specs) {
    const auto found =
        std::find_if(there->begin(), there->end(),
                     [&](const TopicInfo& t) { return t.name == spec.name; });
    if (found == there->end()) {
      missing.push_back(spec);
    } else if (found->partitions != spec.partitions) {
      return Error{
          Code::kBadConfiguration,
          "topic " + spec.name + " has " + std::to_string(found->partitions) +
              " partitions, the configuration says " +
              std::to_string(spec.partitions) +
              "; keys would change their partition, so set log.*_partitions "
              "to what is there, or take a new log.prefix"};
    }
  }
  return missing;
}

Result<std::unique_ptr<Bus>> OpenLog(const Settings& settings) {
  if (settings.log.backend == kEmbedded) {
    if (auto made = CreateFolder(settings.data_dir()); !made) {
      return made.error();
    }
  }
  Result<std::unique_ptr<Bus>> bus = OpenBus(settings.log);
  if (!bus) return bus;
  if (auto ready = PrepareTopics(**bus, settings); !ready) return ready.error();
  return bus;
}

Result<SiteCatalogue> LoadSites(const Settings& settings) {
  return SiteCatalogue::Load(settings.SitePaths());
}

Result<std::unique_ptr<StoreReader>> OpenReader(const Settings& settings) {
  const bool by_default =
      settings.sink.backend == kSqlite && settings.sink.url.empty();
  if (by_default && !fs::exists(settings.data_dir())) {
    return Error{Code::kNotFound,
                 "there is no folder '" + settings.data_dir() +
                     "'; `newsmill run` makes one, --data names another"};
  }
  return OpenStoreReader(settings.sink, settings.data_dir());
}

Result<std::optional<Timestamp>> ResolveInstant(Context& context,
                                                const std::string& option,
                                                const std::string& text) {
  if (text.empty()) return std::optional<Timestamp>();
  const Result<Timestamp> instant = ParseInstant(text, context.clock.Now());
  if (!instant) {
    return Error{Code::kInvalidArgument,
                 option + ": " + instant.error().message};
  }
  context.err.Line(option + " " + FormatRfc3339(*instant));
  return std::optional<Timestamp>(*instant);
}

Result<ExitCode> Finished(const Context& context, ExitCode code) {
  context.out.Flush();
  if (context.out.failed()) {
    return Error{Code::kNoSpace, "standard output cannot be written"};
  }
  return code;
}

}  // namespace newsmill
