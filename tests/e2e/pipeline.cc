#include "tests/e2e/pipeline.h"

#include <signal.h>

#include <fstream>
#include <sstream>
#include <thread>

#include <google/protobuf/util/json_util.h>
#include <httplib.h>

#include "sink/registry.h"
#include "tests/support/pages/site_rules.h"
#include "tests/support/process/free_port.h"

namespace newsmill::e2e {
namespace {

using process::ChildProcess;
using std::chrono::milliseconds;
using std::chrono::seconds;

Result<v1::Article> ReadArticle(const std::string& json) {
  v1::Article article;
  google::protobuf::util::JsonParseOptions lenient;
  lenient.ignore_unknown_fields = true;
  const auto status =
      google::protobuf::util::JsonStringToMessage(json, &article, lenient);
  if (!status.ok()) {
    return Error{Code::kCorrupt,
                 status.ToString() + ": " + json.substr(0, 300)};
  }
  return article;
}

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

std::vector<ExpectedTask> MakeTasks(size_t count, size_t on_one,
                                    const pages::PageOptions& options) {
  std::vector<ExpectedTask> tasks;
  const std::vector<pages::MadeSite>& sites = pages::MadeSites();
  for (size_t i = 0; i < count; ++i) {
    const size_t turn = i < on_one ? 0 : 1 + (i - on_one) % (sites.size() - 1);
    pages::PageOptions made = options;
    made.site = &sites[turn];
    const uint64_t id = 500'001 + i;
    ExpectedTask task{.target = {}, .article_key = {}, .made = Make(id, made)};
    task.made.body.clear();
    task.article_key = made.site->name + ":" + std::to_string(id);
    const bool as_url =
        i % 3 == 0 && task.made.fault != pages::Fault::kRedirectAway;
    task.target = as_url ? pages::ArticleUrl(*made.site, id) : task.article_key;
    tasks.push_back(std::move(task));
  }
  return tasks;
}

Pipeline::Pipeline(PipelineOptions options)
    : options_(std::move(options)), folder_("newsmill-e2e") {}

Pipeline::~Pipeline() = default;

Result<std::unique_ptr<Pipeline>> Pipeline::Start(PipelineOptions options) {
  std::unique_ptr<Pipeline> pipeline(new Pipeline(std::move(options)));
  if (auto prepared = pipeline->Prepare(); !prepared) return prepared.error();
  return pipeline;
}

Result<void> Pipeline::Prepare() {
  const std::string own_sites = NEWSMILL_SOURCE_DIR "/sites";
  const std::string made_sites = folder_ / "sites";
  if (auto written =
          pages::WriteSiteRules(made_sites, own_sites + "/thepaper/rule.toml");
      !written) {
    return written;
  }
  page_options_.faults = options_.faults;
  page_options_.pad_min_kb = options_.pad_min_kb;
  page_options_.pad_max_kb = options_.pad_max_kb;
  origin::OriginOptions serve;
  serve.folder = folder_.path().string();
  serve.access_log = folder_ / "access.jsonl";
  serve.delay = options_.origin_delay;
  serve.validators = options_.validators;
  serve.pages = page_options_;
  Result<std::unique_ptr<origin::Origin>> started =
      origin::Origin::Start(std::move(serve));
  if (!started) return started.error();
  origin_ = std::move(*started);

  std::string fetcher = origin_->SettingsToml();
  fetcher.insert(fetcher.find('\n') + 1, options_.fetcher_settings);
  std::ofstream config(config_file());
  config << options_.log_settings
         << "\n[store]\nbackend = " << Quoted(options_.store.backend)
         << "\nurl = " << Quoted(options_.store.url)
         << "\nschema = " << Quoted(options_.store.schema)
         << "\n\n[sites]\npath = [" << Quoted(own_sites) << ", "
         << Quoted(made_sites) << "]\n\n"
         << fetcher << std::flush;
  if (!config) {
    return Error{Code::kUnavailable, config_file() + ": cannot be written"};
  }
  return {};
}

Result<process::Completed> Pipeline::Command(std::vector<std::string> arguments,
                                             const std::string& input,
                                             Duration deadline) const {
  arguments.insert(arguments.begin(), options_.binary);
  for (const std::string& argument : {std::string("--config"), config_file(),
                                      std::string("--data"), data_dir()}) {
    arguments.push_back(argument);
  }
  return process::RunToEnd({.argv = std::move(arguments), .input = input},
                           deadline);
}

Result<WorkerProcess*> Pipeline::AddWorker(const std::string& kind,
                                           WorkerSetup setup) {
  workers_.push_back(std::make_unique<WorkerProcess>());
  WorkerProcess& worker = *workers_.back();
  worker.kind = kind;
  setups_[&worker] = std::move(setup);
  if (auto launched = Launch(worker); !launched) return launched.error();
  return &worker;
}

Result<void> Pipeline::Launch(WorkerProcess& worker) {
  worker.http_port = process::FreePort();
  const std::string name = worker.kind + "-" + std::to_string(++launches_);
  const WorkerSetup& setup = setups_[&worker];
  ChildProcess::Options options;
  options.environment = setup.environment;
  options.argv = {
      setup.binary.empty() ? options_.binary : setup.binary,
      worker.kind,
      "--config",
      config_file(),
      "--data",
      data_dir(),
      "--set",
      "http.listen=\"127.0.0.1:" + std::to_string(worker.http_port) + "\""};
  options.output_file = folder_ / (name + ".log");
  Result<std::unique_ptr<ChildProcess>> child =
      ChildProcess::Start(std::move(options));
  if (!child) return child.error();
  worker.child = std::move(*child);
  return {};
}

std::vector<WorkerProcess*> Pipeline::WorkersOf(const std::string& kind) {
  std::vector<WorkerProcess*> found;
  for (const auto& worker : workers_) {
    if (worker->kind == kind) found.push_back(worker.get());
  }
  return found;
}

Result<void> Pipeline::KillAndReplace(WorkerProcess& worker) {
  if (auto sent = worker.child->Signal(SIGKILL); !sent) return sent;
  const Result<process::ExitStatus> status = worker.child->Wait(seconds(30));
  if (!status) return status.error();
  return Launch(worker);
}

Result<void> Pipeline::Relaunch(WorkerProcess& worker, WorkerSetup setup) {
  setups_[&worker] = std::move(setup);
  return Launch(worker);
}

Result<void> Pipeline::DrainAll() {
  for (const auto& worker : workers_) {
    if (auto sent = worker->child->Signal(SIGTERM); !sent) return sent;
  }
  for (const auto& worker : workers_) {
    const Result<process::ExitStatus> status = worker->child->Wait(seconds(90));
    if (!status) return status.error();
    if (!status->Succeeded()) {
      return Error{Code::kInternal, worker->kind + " drained with " +
                                        status->ToString() + ":\n" +
                                        worker->child->LastLines(20)};
    }
  }
  return {};
}

Result<void> Pipeline::CheckAlive() {
  for (const auto& worker : workers_) {
    if (worker->child->Running()) continue;
    return Error{Code::kUnavailable, worker->kind + " ended by itself:\n" +
                                         worker->child->LastLines(30)};
  }
  return {};
}

double Pipeline::Metric(const WorkerProcess& worker, const std::string& name) {
  httplib::Client client("127.0.0.1", worker.http_port);
  client.set_connection_timeout(1);
  client.set_read_timeout(2);
  const auto answer = client.Get("/metrics");
  if (!answer) return 0;
  double sum = 0;
  std::istringstream lines(answer->body);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    const char next = line[name.size()];
    if (next != ' ' && next != '{') continue;
    sum += std::stod(line.substr(line.rfind(' ') + 1));
  }
  return sum;
}

Result<StoreReader*> Pipeline::Reader() {
  if (!reader_) {
    Result<std::unique_ptr<StoreReader>> opened =
        OpenStoreReader(options_.store, data_dir());
    if (!opened) return opened.error();
    reader_ = std::move(*opened);
  }
  return reader_.get();
}

Result<int64_t> Pipeline::Settled(const std::string& batch) {
  const Result<StoreReader*> reader = Reader();
  if (!reader) return reader.error();
  LedgerFilter filter;
  filter.batch = batch;
  const auto counts = (*reader)->CountLedger(filter);
  if (!counts) {
    reader_.reset();  // the store may have been away
    return counts.error();
  }
  int64_t settled = 0;
  for (const LedgerCount& count : *counts) {
    if (count.kind != v1::OUTCOME_KIND_UNSPECIFIED) settled += count.tasks;
  }
  return settled;
}

Result<void> Pipeline::AwaitSettled(int64_t tasks, Duration deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (true) {
    if (auto alive = CheckAlive(); !alive) return alive;
    const Result<int64_t> settled = Settled();
    if (settled && *settled >= tasks) return {};
    if (std::chrono::steady_clock::now() >= end) {
      return Error{Code::kTimedOut,
                   (settled ? std::to_string(*settled) + " of " +
                                  std::to_string(tasks) + " tasks settled"
                            : settled.error().message)};
    }
    std::this_thread::sleep_for(milliseconds(50));
  }
}

Result<std::vector<LedgerRow>> Pipeline::Ledger(const std::string& batch) {
  const Result<StoreReader*> reader = Reader();
  if (!reader) return reader.error();
  std::vector<LedgerRow> rows;
  LedgerFilter filter;
  filter.batch = batch;
  const Result<void> visited =
      (*reader)->VisitLedger(filter, [&rows](const LedgerRow& row) {
        rows.push_back(row);
        return true;
      });
  if (!visited) return visited.error();
  return rows;
}

Result<std::map<std::string, v1::Article>> Pipeline::Export() const {
  const Result<process::Completed> done = Command({"articles", "export"});
  if (!done) return done.error();
  if (!done->status.Succeeded()) {
    return Error{Code::kInternal, done->status.ToString() + done->errors};
  }
  std::map<std::string, v1::Article> articles;
  std::istringstream lines(done->output);
  for (std::string line; std::getline(lines, line);) {
    Result<v1::Article> article = ReadArticle(line);
    if (!article) return article.error();
    const std::string key = article->article_key();
    if (!articles.emplace(key, std::move(*article)).second) {
      return Error{Code::kInternal, "two rows of " + key};
    }
  }
  return articles;
}

std::vector<std::string> Mistakes(
    const std::vector<ExpectedTask>& tasks,
    const std::vector<LedgerRow>& ledger,
    const std::map<std::string, v1::Article>& articles) {
  std::vector<std::string> mistakes;
  std::map<std::string, const LedgerRow*> by_target;
  for (const LedgerRow& row : ledger) {
    if (!by_target.emplace(row.target, &row).second) {
      mistakes.push_back(row.target + ": two ledger rows");
    }
  }
  size_t rows = 0;
  for (const ExpectedTask& task : tasks) {
    const std::string what = task.target + " (" +
                             std::string(LayoutName(task.made.layout)) + ", " +
                             std::string(FaultName(task.made.fault)) + "): ";
    const auto row = by_target.find(task.target);
    if (row == by_target.end()) {
      mistakes.push_back(what + "not in the ledger");
      continue;
    }
    if (row->second->kind != task.made.kind ||
        (task.made.kind != v1::STORED &&
         row->second->reason != task.made.reason)) {
      mistakes.push_back(what + "want " + v1::OutcomeKind_Name(task.made.kind) +
                         " " + v1::Reason_Name(task.made.reason) + ", got " +
                         v1::OutcomeKind_Name(row->second->kind) + " " +
                         v1::Reason_Name(row->second->reason) + " " +
                         row->second->detail);
    }
    if (!task.made.truth) continue;
    ++rows;
    const auto article = articles.find(task.article_key);
    if (article == articles.end()) {
      mistakes.push_back(what + "no row");
      continue;
    }
    for (const std::string& line :
         pages::Differences(*task.made.truth, article->second)) {
      mistakes.push_back(what + line);
    }
  }
  if (articles.size() != rows) {
    mistakes.push_back("want " + std::to_string(rows) + " rows, got " +
                       std::to_string(articles.size()));
  }
  return mistakes;
}

}  // namespace newsmill::e2e
