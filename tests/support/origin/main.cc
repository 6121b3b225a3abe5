#include <signal.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "core/runtime/exit_codes.h"
#include "tests/support/origin/origin.h"
#include "tests/support/pages/site_rules.h"

// newsmill-origin: made-up news sites on loopback, until SIGINT or SIGTERM.

namespace newsmill::origin {
namespace {

struct Flags {
  OriginOptions origin;
  int delay_ms = 0;
  std::vector<std::string> fault_kinds, layouts;
  std::string pad_kb, settings_file, ready_file, seed_page;
  std::string write_sites, thepaper_rule = "sites/thepaper/rule.toml";
  size_t targets = 0, sites = pages::kMadeSites;
};

int Complain(const std::string& message, int code) {
  std::cerr << "newsmill-origin: " << message << "\n";
  return code;
}

void Declare(CLI::App& app, Flags& flags) {
  app.add_option("--port", flags.origin.port, "HTTP; 0: a free one");
  app.add_option("--tls-port", flags.origin.tls_port, "HTTPS; 0: a free one");
  app.add_option("--folder", flags.origin.folder,
                 "Where ca.pem goes (default: the current folder)");
  app.add_option("--seed", flags.origin.pages.seed,
                 "Another seed makes other pages");
  app.add_option("--faults", flags.origin.pages.faults,
                 "Share of pages with a fault, 0 to 1")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--fault-kinds", flags.fault_kinds,
                 "Only these: removed, not_found, busy …")
      ->delimiter(',');
  app.add_option("--layouts", flags.layouts,
                 "Only these: next, legacy_desktop …")
      ->delimiter(',');
  app.add_option("--pad-kb", flags.pad_kb,
                 "Fill pages up to this size, such as 40 or 15-100");
  app.add_option("--delay-ms", flags.delay_ms, "Before every answer");
  app.add_option("--access-log", flags.origin.access_log,
                 "One JSON object per request");
  app.add_option("--seed-page", flags.seed_page,
                 "The page of thepaper:2731010");
  app.add_option("--settings", flags.settings_file,
                 "Write what newsmill needs there, as TOML");
  app.add_option("--ready-file", flags.ready_file,
                 "Written when requests are answered: both ports");
  app.add_option("--write-sites", flags.write_sites,
                 "Write the made-up sites' rules below this folder and end");
  app.add_option("--thepaper-rule", flags.thepaper_rule,
                 "The rule they are made from");
  app.add_option("--targets", flags.targets,
                 "Print so many targets of the made-up sites and end");
  app.add_option("--sites", flags.sites, "Of so many sites (with --targets)")
      ->check(CLI::Range(size_t{1}, pages::kMadeSites));
}

Result<void> Understand(Flags& flags) {
  pages::PageOptions& made = flags.origin.pages;
  for (const std::string& name : flags.fault_kinds) {
    const std::optional<pages::Fault> fault = pages::FaultByName(name);
    if (!fault) {
      return Error{Code::kInvalidArgument, "unknown fault '" + name + "'"};
    }
    made.fault_kinds.push_back(*fault);
  }
  for (const std::string& name : flags.layouts) {
    const std::optional<pages::Layout> layout = pages::LayoutByName(name);
    if (!layout) {
      return Error{Code::kInvalidArgument, "unknown layout '" + name + "'"};
    }
    made.layouts.push_back(*layout);
  }
  if (!flags.pad_kb.empty()) {
    char dash = 0;
    std::istringstream in(flags.pad_kb);
    in >> made.pad_min_kb;
    made.pad_max_kb = made.pad_min_kb;
    if (in >> dash) in >> made.pad_max_kb;
    if (made.pad_min_kb <= 0 || made.pad_max_kb < made.pad_min_kb) {
      return Error{Code::kInvalidArgument,
                   "--pad-kb '" + flags.pad_kb +
                       "'; expected a size or a range, such as 15-100"};
    }
  }
  if (!flags.seed_page.empty()) {
    std::ifstream in(flags.seed_page, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) {
      return Error{Code::kNotFound, flags.seed_page + ": cannot be read"};
    }
    made.seed_page = std::move(text).str();
  }
  flags.origin.delay = Duration{flags.delay_ms};
  if (flags.origin.folder.empty()) flags.origin.folder = ".";
  return {};
}

// Appears whole or not at all.
Result<void> WriteFile(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  std::ofstream(draft, std::ios::trunc) << text;
  if (std::rename(draft.c_str(), path.c_str()) != 0) {
    return Error{Code::kUnavailable, path + ": cannot be written"};
  }
  return {};
}

Result<void> Announce(const Flags& flags, const Origin& origin) {
  for (const std::string& argument : origin.SetArguments()) {
    std::cout << (argument == "--set" ? "--set '" : argument + "'\n");
  }
  std::cout << "Serving http://127.0.0.1:" << origin.port()
            << " and https://127.0.0.1:" << origin.tls_port() << std::endl;
  if (!flags.settings_file.empty()) {
    if (auto written = WriteFile(flags.settings_file, origin.SettingsToml());
        !written) {
      return written;
    }
  }
  if (flags.ready_file.empty()) return {};
  return WriteFile(flags.ready_file, std::to_string(origin.port()) + " " +
                                         std::to_string(origin.tls_port()) +
                                         "\n");
}

int Serve(const Flags& flags) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, nullptr);  // before any thread starts
  signal(SIGPIPE, SIG_IGN);
  Result<std::unique_ptr<Origin>> origin = Origin::Start(flags.origin);
  if (!origin) {
    return Complain(origin.error().message, ExitCodeFor(origin.error().code));
  }
  if (auto told = Announce(flags, **origin); !told) {
    return Complain(told.error().message, ExitCodeFor(told.error().code));
  }
  int signal_number = 0;
  sigwait(&ends, &signal_number);
  std::cout << "Answered " << (*origin)->requests() << " requests."
            << std::endl;
  return kExitDone;
}

// In both forms that a target can have, site by site in turn.
int PrintTargets(const Flags& flags) {
  for (size_t i = 0; i < flags.targets; ++i) {
    const pages::MadeSite& site = pages::MadeSites()[i % flags.sites];
    const uint64_t id = 100001 + i;
    pages::PageOptions made = flags.origin.pages;
    made.site = &site;
    // A URL would be followed to the other site, which is nowhere.
    const bool as_url = i % 3 == 0 && pages::Make(id, made).fault !=
                                          pages::Fault::kRedirectAway;
    std::cout << (as_url ? pages::ArticleUrl(site, id)
                         : site.name + ":" + std::to_string(id))
              << "\n";
  }
  return kExitDone;
}

int Main(int argc, char** argv) {
  CLI::App app{"Serves made-up news sites from loopback."};
  Flags flags;
  Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  if (auto understood = Understand(flags); !understood) {
    return Complain(understood.error().message, kExitUsage);
  }
  if (flags.targets > 0) return PrintTargets(flags);
  if (!flags.write_sites.empty()) {
    const auto written =
        pages::WriteSiteRules(flags.write_sites, flags.thepaper_rule);
    if (written) return kExitDone;
    return Complain(written.error().message, ExitCodeFor(written.error().code));
  }
  return Serve(flags);
}

}  // namespace
}  // namespace newsmill::origin

int main(int argc, char** argv) { return newsmill::origin::Main(argc, argv); }
