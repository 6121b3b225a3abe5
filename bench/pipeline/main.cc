#include <iostream>

#include <CLI/CLI.hpp>

#include "bench/pipeline/measure.h"
#include "core/runtime/exit_codes.h"
#include "tests/e2e/services.h"

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

Setup Real(e2e::Services& services) {
  Setup setup;
  setup.name = "Kafka + PostgreSQL";
  setup.log_settings = services.LogSettings("bench");
  setup.store = services.StoreOf("bench");
  setup.services = {{"kafka", services.broker().pid()},
                    {"postgresql", services.postgres().pid()}};
  setup.prepare = {{"topics", "create"}};
  return setup;
}

struct Flags {
  int64_t pages = 20'000;
  int single_tasks = 200;
  std::string binary = NEWSMILL_BINARY;
  std::string only;
};

Result<void> MeasureOne(const Setup& setup, const Flags& flags) {
  const Result<Measured> measured =
      Measure(setup, flags.binary, flags.pages, flags.single_tasks);
  if (!measured) {
    return Error{measured.error().code,
                 setup.name + ": " + measured.error().message};
  }
  Print(*measured);
  return {};
}

Result<void> MeasureAll(const Flags& flags) {
  if (flags.only != "kafka") {
    if (auto done = MeasureOne(Embedded(), flags); !done) return done;
  }
  if (flags.only == "embedded") return {};
  const auto services = e2e::Services::Start();
  if (!services) return services.error();
  return MeasureOne(Real(**services), flags);
}

int Main(int argc, char** argv) {
  CLI::App app{"Measures the pipeline on made-up pages of 15 to 100 KB."};
  Flags flags;
  app.add_option("--pages", flags.pages, "How many pages")
      ->check(CLI::PositiveNumber);
  app.add_option("--single-tasks", flags.single_tasks, "Tasks for the latency");
  app.add_option("--only", flags.only, "embedded or kafka")
      ->check(CLI::IsMember({"embedded", "kafka"}));
  app.add_option("--newsmill", flags.binary, "The binary to measure");
  CLI11_PARSE(app, argc, argv);
  const Result<void> done = MeasureAll(flags);
  if (done) return kExitDone;
  std::cerr << "bench: " << done.error().message << "\n";
  return ExitCodeFor(done.error().code);
}

}  // namespace
}  // namespace newsmill::bench

int main(int argc, char** argv) { return newsmill::bench::Main(argc, argv); }
