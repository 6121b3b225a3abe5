#include <iostream>

#include <CLI/CLI.hpp>

#include "bench/pipeline/measure.h"
#include "core/runtime/exit_codes.h"

// newsmill-bench-pipeline: how fast the whole pipeline is on this machine, with
// the origin, the broker and the database on it too.

namespace newsmill::bench {
namespace {

Setup Embedded() {
  Setup setup;
  setup.name = "embedded log + SQLite";
  setup.log_settings = "[log]\nbackend = \"embedded\"\n";
  return setup;
}

int Main(int argc, char** argv) {
  CLI::App app{"Measures the pipeline on made-up pages of 15 to 100 KB."};
  int64_t pages = 20'000;
  int single_tasks = 200;
  std::string binary = NEWSMILL_BINARY;
  app.add_option("--pages", pages, "How many pages")
      ->check(CLI::PositiveNumber);
  app.add_option("--single-tasks", single_tasks, "Tasks for the latency");
  app.add_option("--newsmill", binary, "The binary to measure");
  CLI11_PARSE(app, argc, argv);

  for (const Setup& setup : {Embedded()}) {
    const Result<Measured> measured =
        Measure(setup, binary, pages, single_tasks);
    if (!measured) {
      std::cerr << setup.name << ": " << measured.error().message << "\n";
      return ExitCodeFor(measured.error().code);
    }
    Print(*measured);
  }
  return kExitDone;
}

}  // namespace
}  // namespace newsmill::bench

int main(int argc, char** argv) { return newsmill::bench::Main(argc, argv); }
