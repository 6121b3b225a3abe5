// The sink beside bare PostgreSQL and beside a consumer written in Python, all
// in one run on one broker and one database.

#include <cstdio>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>

#include "bench/sink/contender.h"
#include "bench/sink/made_articles.h"
#include "bench/sink/plain_upserts.h"
#include "core/bus/topics.h"
#include "core/runtime/exit_codes.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/postgres/postgres_cluster.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill::bench {
namespace {

using process::Completed;
using std::chrono::seconds;

constexpr int kPartitions = 4;
constexpr seconds kLongest(900);

struct Flags {
  int64_t rows = 60'000;
  int rounds = 2;
  std::string binary = NEWSMILL_BINARY;
  std::string python;  // one that has confluent-kafka and psycopg; empty: none
  std::string protos;  // a folder of protoc's --python_out
};

Result<void> RunToSuccess(std::vector<std::string> command) {
  const std::string name = command[0];
  const auto done = process::RunToEnd({.argv = std::move(command)}, kLongest);
  if (!done) return done.error();
  if (!done->status.Succeeded()) {
    return Error{Code::kInternal, name + ": " + done->errors};
  }
  return {};
}

class SinkBench {
 public:
  explicit SinkBench(Flags flags) : flags_(std::move(flags)) {}

  Result<void> Run() {
    if (auto started = Start(); !started) return started;
    const auto bytes = AppendArticles(config_, flags_.rows);
    if (!bytes) return bytes.error();
    std::printf(
        "%lld articles of %.1f KB on Kafka, into PostgreSQL; %d rounds, and "
        "the "
        "better one of each counts\n",
        static_cast<long long>(flags_.rows),
        static_cast<double>(*bytes) / static_cast<double>(flags_.rows) / 1000,
        flags_.rounds);
    for (int round = 0; round < flags_.rounds; ++round) {
      if (auto done = RunRound(std::to_string(round)); !done) return done;
    }
    Print();
    return {};
  }

 private:
  Result<void> Start() {
    auto broker = testing::KafkaBroker::Start();
    if (!broker) return broker.error();
    broker_ = std::move(*broker);
    auto postgres = testing::PostgresCluster::Start(
        {"track_commit_timestamp=on", "max_wal_size=8GB"});
    if (!postgres) return postgres.error();
    postgres_ = std::move(*postgres);
    config_.backend = "kafka";
    config_.prefix = "bench.";
    config_.articles_partitions = kPartitions;
    config_.kafka["bootstrap.servers"] = broker_->bootstrap();
    WriteSettings("newsmill_first");
    return RunToSuccess({flags_.binary, "topics", "create", "--config",
                         folder_ / "newsmill.toml", "--data",
                         folder_ / "data"});
  }

  void WriteSettings(const std::string& schema) {
    std::ofstream(folder_ / "newsmill.toml")
        << "[log]\nbackend = \"kafka\"\nprefix = \"bench.\"\n"
           "articles_partitions = 4\n[kafka]\n\"bootstrap.servers\" = \""
        << broker_->bootstrap()
        << "\"\n[store]\nbackend = \"postgres\"\nurl = \"" << postgres_->url()
        << "\"\nschema = \"" << schema << "\"\n[http]\nlisten = \"\"\n";
  }

  Contender Ours(const std::string& schema) {
    return {"newsmill sink", schema, [this, schema] {
              WriteSettings(schema);
              return RunToSuccess({flags_.binary, "sink", "--until-end",
                                   "--config", folder_ / "newsmill.toml",
                                   "--data", folder_ / "data"});
            }};
  }

  Contender Python(const std::string& how, const std::string& name,
                   const std::string& schema) {
    return {name, schema, [this, how, schema] {
              return RunToSuccess(
                  {flags_.python, BENCH_SINK_PEER, how, broker_->bootstrap(),
                   Topics(config_, {}).articles, postgres_->url(), schema,
                   std::to_string(flags_.rows), flags_.protos});
            }};
  }

  Result<void> RunPlain(const std::string& name, const std::string& from,
                        const std::string& schema, bool ledger) {
    auto plain = PlainUpserts::Prepare(postgres_->url(), from, schema, ledger);
    if (!plain) return plain.error();
    return Note({name, schema, [&plain] { return plain->Run(); }});
  }

  Result<void> RunRound(const std::string& round) {
    const std::string ours = "newsmill_" + round;
    if (auto done = Note(Ours(ours)); !done) return done;
    if (auto done =
            RunPlain("bare upserts: articles", ours, "bare_" + round, false);
        !done) {
      return done;
    }
    if (auto done = RunPlain("bare upserts: articles, ledger", ours,
                             "both_" + round, true);
        !done) {
      return done;
    }
    if (flags_.python.empty()) return {};
    if (auto done =
            Note(Python("copy", "Python, COPY and upsert", "copy_" + round));
        !done) {
      return done;
    }
    return Note(Python("many", "Python, executemany", "many_" + round));
  }

  // The better of the rounds.
  Result<void> Note(const Contender& contender) {
    const auto measured =
        Measure(contender, postgres_->url(), postgres_->pid());
    if (!measured) return measured.error();
    if (measured->rows != flags_.rows) {
      return Error{
          Code::kInternal,
          contender.name + " left " + std::to_string(measured->rows) + " rows"};
    }
    for (auto& [name, best] : best_) {
      if (name != contender.name) continue;
      if (measured->rows_per_second > best.rows_per_second) best = *measured;
      return {};
    }
    best_.emplace_back(contender.name, *measured);
    return {};
  }

  void Print() const {
    const double ours = best_.front().second.rows_per_second;
    const double thousands = static_cast<double>(flags_.rows) / 1000;
    std::printf("  %-32s %9s %11s %10s %10s\n", "", "CPU s/1k", "server s/1k",
                "rows/s", "newsmill x");
    for (const auto& [name, measured] : best_) {
      std::printf("  %-32s %9.4f %11.4f %10.0f %10.2f\n", name.c_str(),
                  measured.client_cpu_seconds / thousands,
                  measured.server_cpu_seconds / thousands,
                  measured.rows_per_second, ours / measured.rows_per_second);
    }
  }

  const Flags flags_;
  const process::TempFolder folder_{"newsmill-bench-sink"};
  std::unique_ptr<testing::KafkaBroker> broker_;
  std::unique_ptr<testing::PostgresCluster> postgres_;
  BusConfig config_;
  std::vector<std::pair<std::string, Measured>> best_;
};

int Main(int argc, char** argv) {
  CLI::App app{"Measures the sink on made-up articles of about 5 KB."};
  Flags flags;
  app.add_option("--rows", flags.rows, "How many articles")
      ->check(CLI::Range(int64_t{1'000}, int64_t{10'000'000}));
  app.add_option("--rounds", flags.rounds, "How often each has its turn")
      ->check(CLI::PositiveNumber);
  app.add_option("--newsmill", flags.binary, "The binary to measure");
  app.add_option("--python", flags.python,
                 "A Python with confluent-kafka, psycopg and protobuf");
  app.add_option("--protos", flags.protos, "Where protoc's Python code is")
      ->needs("--python");
  CLI11_PARSE(app, argc, argv);
  const Result<void> done = SinkBench(flags).Run();
  if (done) return kExitDone;
  std::cerr << "bench: " << done.error().message << "\n";
  return ExitCodeFor(done.error().code);
}

}  // namespace
}  // namespace newsmill::bench

int main(int argc, char** argv) { return newsmill::bench::Main(argc, argv); }
