#include "app/settings.h"

#include <algorithm>
#include <filesystem>

#include <unistd.h>

#include "core/runtime/http_server.h"

namespace newsmill {
namespace {

namespace fs = std::filesystem;

constexpr char kDefaultConfigFile[] = "newsmill.toml";
constexpr char kEnvironmentPrefix[] = "NEWSMILL_";

void DeclareOwn(Settings* settings) {
  config::Schema& schema = settings->schema;
  schema.Add("sites.path", &settings->sites_path,
             "Folders of site rules, the first one wins; empty: ./sites, "
             "../share/newsmill/sites beside the binary, the source tree's.");
  schema.Add("worker.drain_timeout", &settings->drain_timeout,
             "How long a worker that was asked to stop finishes what it has in "
             "hand before it hands it back.");
  schema.Add("worker.startup_timeout", &settings->startup_timeout,
             "How long a worker waits for a broker or database that is not "
             "there before it ends with exit code 75.");
  schema.Add("http.listen", &settings->http_listen,
             "host:port of /metrics, /healthz and /readyz; port 0 takes a free "
             "one and logs it, an empty value serves nothing.");
  schema.AddChoice("logging.level", &settings->logging_level,
                   {"debug", "info", "warn", "error"},
                   "The least severe lines that are logged.");
  schema.AddChoice("logging.format", &settings->logging_format,
                   {"auto", "text", "json"},
                   "Lines for people or JSON; auto: by whether standard error "
                   "is a terminal.");
}

Error OutOfRange(const std::string& key, const std::string& found,
                 const std::string& expected) {
  return {Code::kBadConfiguration,
          key + " is " + found + "; expected " + expected};
}

// Limits that hold for every key of a kind.
Result<void> ValidateKey(const config::Key& key) {
  if (const auto* number = std::get_if<int64_t*>(&key.target)) {
    if (**number < key.least) {
      return OutOfRange(key.name, std::to_string(**number),
                        "at least " + std::to_string(key.least));
    }
  }
  if (const auto* duration = std::get_if<Duration*>(&key.target)) {
    if (**duration < Duration::zero()) {
      return OutOfRange(key.name, FormatDuration(**duration),
                        "a time that is not negative");
    }
  }
  return {};
}

Result<void> Validate(const Settings& settings) {
  for (const config::Key& key : settings.schema.keys()) {
    if (auto valid = ValidateKey(key); !valid) return valid;
  }
  for (const Duration delay : settings.fetcher.retry_delays) {
    if (delay <= Duration::zero()) {
      return OutOfRange("fetcher.retry_delays", FormatDuration(delay),
                        "delays longer than 0");
    }
  }
  if (!settings.http_listen.empty()) {
    auto listen = HttpServer::CheckAddress(settings.http_listen);
    if (!listen) return listen;
  }
  const std::string& url = settings.sink.url;
  if (settings.sink.backend == "sqlite" &&
      (url.find("://") != std::string::npos ||
       url.find("host=") != std::string::npos)) {
    return Error{Code::kBadConfiguration,
                 "store.url is an address and store.backend is \"sqlite\", "
                 "which takes the path of a file; expected store.backend = "
                 "\"postgres\" beside it"};
  }
  constexpr char kTopicCharacters[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  const std::string& prefix = settings.log.prefix;
  if (prefix.find_first_not_of(kTopicCharacters) != std::string::npos) {
    return OutOfRange("log.prefix", "'" + prefix + "'",
                      "letters, digits, '.', '_' and '-', as in topic names");
  }
  return {};
}

std::string OwnExecutable() {
  std::error_code failed;  // no /proc: rules are looked for in ./sites alone
  return fs::read_symlink("/proc/self/exe", failed).string();
}

}  // namespace

Settings::Settings() {
  log.Declare(schema);
  fetcher.Declare(schema);
  parser.Declare(schema);
  sink.Declare(schema);
  DeclareOwn(this);
}

std::vector<std::string> Settings::SitePaths() const {
  return sites_path.empty() ? DefaultSitePaths(OwnExecutable()) : sites_path;
}

Result<void> LoadSettings(const GlobalOptions& options,
                          const std::map<std::string, std::string>& environment,
                          Settings* settings) {
  settings->options = options;
  settings->config_file = options.config_file;
  std::error_code absent;
  if (options.config_file.empty() && fs::exists(kDefaultConfigFile, absent)) {
    settings->config_file = kDefaultConfigFile;
  }
  if (!settings->config_file.empty()) {
    auto read = settings->schema.ApplyFile(settings->config_file);
    if (!read) return read;
  }
  if (auto read = settings->schema.ApplyEnvironment(environment); !read) {
    return read;
  }
  for (const std::string& assignment : options.sets) {
    if (auto set = settings->schema.ApplySet(assignment); !set) return set;
  }
  if (!options.data_dir.empty()) settings->log.data_dir = options.data_dir;
  settings->sink.session_timeout = settings->log.session_timeout;
  return Validate(*settings);
}

std::map<std::string, std::string> ProcessEnvironment(GlobalOptions* options) {
  std::map<std::string, std::string> found;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const size_t equals = text.find('=');
    if (equals == std::string::npos || !text.starts_with(kEnvironmentPrefix)) {
      continue;
    }
    found.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  const auto take = [&](const char* name, std::string* target) {
    const auto at = found.find(name);
    if (at == found.end()) return;
    if (target->empty()) *target = at->second;
    found.erase(at);
  };
  take("NEWSMILL_CONFIG", &options->config_file);
  take("NEWSMILL_DATA", &options->data_dir);
  return found;
}

std::vector<std::string> DefaultSitePaths(const std::string& executable) {
  std::vector<fs::path> candidates = {"sites"};
  if (!executable.empty()) {
    const fs::path folder = fs::path(executable).parent_path();
    candidates.push_back(folder / ".." / "share" / "newsmill" / "sites");
    // <source>/build/<preset>/newsmill
    if (fs::path source = folder.parent_path().parent_path();
        fs::exists(source / "CMakePresets.json")) {
      candidates.push_back(source / "sites");
    }
  }
  std::vector<std::string> found;
  std::vector<fs::path> seen;
  for (const fs::path& candidate : candidates) {
    std::error_code absent;
    const fs::path canonical = fs::canonical(candidate, absent);
    if (absent || !fs::is_directory(canonical, absent)) continue;
    if (std::find(seen.begin(), seen.end(), canonical) != seen.end()) continue;
    seen.push_back(canonical);
    found.push_back(candidate == "sites" ? "sites" : canonical.string());
  }
  return found;
}

}  // namespace newsmill
