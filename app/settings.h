#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/bus/config.h"
#include "core/runtime/config.h"
#include "fetcher/config.h"
#include "parser/config.h"
#include "sink/config.h"

namespace newsmill {

// What every command may be given.
struct GlobalOptions {
  std::string config_file;        // --config; empty: ./newsmill.toml if there
  std::string data_dir;           // --data; empty: ./newsmill-data
  std::vector<std::string> sets;  // --set section.key=value
};

// The whole configuration, each section in the struct of the part it belongs
// to. Constant after LoadSettings.
struct Settings {
  // Declares every key; the targets are this object's own members.
  Settings();
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

  BusConfig log;          // [log], [kafka]
  FetcherConfig fetcher;  // [fetcher]
  ParserConfig parser;    // [parser]
  SinkConfig sink;        // [store], [sink]

  // [sites]
  std::vector<std::string> sites_path;  // empty: DefaultSitePaths()

  // [worker]
  Duration drain_timeout = std::chrono::seconds(20);
  Duration startup_timeout = std::chrono::seconds(60);

  // [http]
  std::string http_listen = "127.0.0.1:0";

  // [logging]
  std::string logging_level = "info";
  std::string logging_format = "auto";

  config::Schema schema;
  std::string config_file;  // that was read; empty: none
  GlobalOptions options;    // that it was read with

  const std::string& data_dir() const { return log.data_dir; }
  // Where rules are looked for: sites.path, else the folders found.
  std::vector<std::string> SitePaths() const;
};

// Defaults < file < NEWSMILL_* of `environment` < --set, then what one key
// cannot see alone. kBadConfiguration.
Result<void> LoadSettings(const GlobalOptions& options,
                          const std::map<std::string, std::string>& environment,
                          Settings* settings);

// NEWSMILL_* of this process, without NEWSMILL_CONFIG and NEWSMILL_DATA, which
// stand for --config and --data.
std::map<std::string, std::string> ProcessEnvironment(GlobalOptions* options);

// Where rules lie when sites.path does not say: ./sites, then beside an
// installed binary (<prefix>/share/newsmill/sites), then in the source tree
// that the binary was built in. Only folders that exist, each once.
std::vector<std::string> DefaultSitePaths(const std::string& executable);

}  // namespace newsmill
