#include "app/open.h"

#include <charconv>
#include <cstdlib>

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

constexpr int64_t kMostJobs = 1'000'000;

Result<std::optional<int>> JobIndexFromEnvironment() {
  const char* text = std::getenv("JOB_COMPLETION_INDEX");
  if (text == nullptr) return std::optional<int>();
  const std::string_view digits(text);
  int index = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error == std::errc() && end == digits.data() + digits.size()) {
    return std::optional<int>(index);
  }
  return Error{Code::kInvalidArgument, "JOB_COMPLETION_INDEX is '" +
                                           std::string(digits) +
                                           "'; expected a whole number"};
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

Result<void> CheckLogIsThere(const Settings& settings) {
  if (settings.log.backend != kEmbedded) return {};
  const fs::path file = fs::path(settings.data_dir()) / "log.db";
  std::error_code hidden;  // opening it says why it cannot be seen
  if (fs::exists(file, hidden) || hidden) return {};
  return Error{Code::kNotFound,
               "no log at " + file.string() +
                   ": nothing was enqueued there; --data names the folder"};
}

Result<std::unique_ptr<Bus>> OpenLogToLook(const Settings& settings) {
  if (auto there = CheckLogIsThere(settings); !there) return there.error();
  return OpenLog(settings);
}

Result<SiteCatalogue> LoadSites(const Settings& settings) {
  return SiteCatalogue::Load(settings.SitePaths());
}

Result<void> CheckStoreIsThere(const Settings& settings) {
  if (settings.sink.backend != kSqlite) return {};
  const bool by_default = settings.sink.url.empty();
  const std::string folder = by_default ? settings.data_dir() : "";
  std::error_code hidden;  // opening it says why it cannot be seen
  if (by_default && !fs::exists(folder, hidden) && !hidden) {
    return Error{Code::kNotFound,
                 "there is no folder '" + folder +
                     "'; `newsmill run` makes one, --data names another"};
  }
  const std::string file =
      by_default ? folder + "/store.db" : settings.sink.url;
  if (fs::exists(file, hidden) || hidden) return {};
  return Error{Code::kNotFound, "no store at " + file +
                                    ": no sink has run there; `newsmill store "
                                    "migrate` makes one without"};
}

Result<std::unique_ptr<StoreReader>> OpenReader(const Settings& settings) {
  if (auto there = CheckStoreIsThere(settings); !there) return there.error();
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

Error OutputFailed() {
  return {Code::kNoSpace, "standard output cannot be written"};
}

Result<ExitCode> Finished(const Context& context, ExitCode code) {
  context.out.Flush();
  if (context.out.failed()) return OutputFailed();
  return code;
}

Result<JobNumbers> ResolveJob(std::optional<int64_t> index,
                              std::optional<int64_t> count) {
  if (!index && !count) return JobNumbers();
  if (!count || *count < 1 || *count > kMostJobs) {
    return Error{Code::kInvalidArgument,
                 "--job-count: expected how many jobs there are, from 1 to " +
                     std::to_string(kMostJobs)};
  }
  if (!index) {
    const auto from_environment = JobIndexFromEnvironment();
    if (!from_environment) return from_environment.error();
    index = *from_environment;
  }
  if (!index || *index < 0 || *index >= *count) {
    return Error{Code::kInvalidArgument,
                 "--job-index: expected a number below --job-count " +
                     std::to_string(*count)};
  }
  return JobNumbers{static_cast<int>(*index), static_cast<int>(*count)};
}

}  // namespace newsmill
