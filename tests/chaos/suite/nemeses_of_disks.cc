#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <utility>

#include "core/runtime/exit_codes.h"
#include "tests/chaos/suite/nemesis.h"

namespace newsmill::chaos {
namespace {

namespace fs = std::filesystem;
using e2e::WorkerProcess;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kHost = 40;
constexpr int kHosts = 4;
constexpr int kPages = 40;
constexpr int kWorkers = 3;
constexpr Duration kPatience = std::chrono::minutes(4);
// Where nobody may mount: no file grows beyond it. Below what the write-ahead
// logs of both stores have.
constexpr rlim_t kFileLimit = 96 * 1024;

Result<std::string> Run(std::vector<std::string> argv) {
  const std::string what = argv[0];
  const auto done = process::RunToEnd({.argv = std::move(argv)}, kPatience);
  if (!done) return done.error();
  if (done->status.Succeeded()) return done->output;
  std::string why = done->errors + done->output;
  while (why.ends_with('\n')) why.pop_back();
  return Error{Code::kUnavailable, what + ": " + why};
}

// A tmpfs over a folder, as long as this lives. Only root may mount.
class SmallDisk {
 public:
  static Result<std::unique_ptr<SmallDisk>> Over(const std::string& folder,
                                                 const std::string& size) {
    fs::create_directories(folder);
    auto mounted = Run({"mount", "-t", "tmpfs", "-o", "mode=755,size=" + size,
                        "newsmill", folder});
    if (!mounted) return mounted.error();
    return std::unique_ptr<SmallDisk>(new SmallDisk(folder));
  }
  // Lazily: a worker that was killed may still be on its way out.
  ~SmallDisk() { static_cast<void>(Run({"umount", "-l", folder_})); }

  // Takes what is left, to the last byte.
  void Fill() {
    const int fd = open((folder_ + "/filler").c_str(),
                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const std::string block(64 * 1024, 'x');
    size_t most = block.size();
    while (fd >= 0 && most > 0) {
      if (write(fd, block.data(), most) <= 0) most /= 2;
    }
    close(fd);
  }
  void Free() { fs::remove(folder_ + "/filler"); }

 private:
  explicit SmallDisk(std::string folder) : folder_(std::move(folder)) {}
  const std::string folder_;
};

// A process and those that it has started.
std::vector<pid_t> FamilyOf(pid_t pid) {
  std::vector<pid_t> family = {pid};
  const std::string of = std::to_string(pid);
  std::ifstream children("/proc/" + of + "/task/" + of + "/children");
  for (pid_t child = 0; children >> child;) family.push_back(child);
  return family;
}

// Log and store in files of one folder, on a disk that gets full while tasks
// are worked on, and is cleared again. A system of its own.
class FullDisk : public Nemesis {
 public:
  std::string name() const override { return "a full disk"; }
  Result<void> Strike(System& system, pages::Dice&, Duration time) override {
    own_ = Findings();
    before_.clear();
    workers_.clear();
    Result<void> step = Begin(system);
    if (step) step = Put(system);
    if (step) step = AwaitSettled(1);
    if (step) step = BeFull(system, time);
    if (step) step = AwaitSettled(accepted_);
    if (step) step = Look(system);
    workers_.clear();
    End();
    pipeline_.reset();
    return step;
  }

 protected:
  // Store and disk are there when it returns; the pipeline is.
  virtual Result<void> Prepare(e2e::PipelineOptions options) {
    options.store.backend = "sqlite";
    auto pipeline = e2e::Pipeline::Start(std::move(options));
    if (!pipeline) return pipeline.error();
    pipeline_ = std::move(*pipeline);
    Mount(pipeline_->data_dir(), "32m");
    return {};
  }
  // The disk goes before the folder that it lies over.
  virtual void End() { disk_.reset(); }
  // Notes each row that goes back.
  virtual std::string Watch() const {
    return "CREATE TABLE chaos_gone_back (article_key TEXT);"
           "CREATE TRIGGER chaos_row AFTER UPDATE ON articles WHEN"
           " (COALESCE(NEW.has_body, 0), COALESCE(NEW.fetched_at, ''),"
           "  COALESCE(NEW.parse_generation, 0)) <"
           " (COALESCE(OLD.has_body, 0), COALESCE(OLD.fetched_at, ''),"
           "  COALESCE(OLD.parse_generation, 0))"
           " BEGIN INSERT INTO chaos_gone_back VALUES (NEW.article_key); END;";
  }
  virtual Result<std::string> Sql(const std::string& text) const {
    return Run({"sqlite3", "-cmd", ".timeout 20000",
                pipeline_->data_dir() + "/store.db", text});
  }
  // Of the files of who writes to the disk.
  virtual void Limit(rlim_t most) const {
    const rlimit limit{.rlim_cur = most, .rlim_max = RLIM_INFINITY};
    for (const WorkerProcess* worker : workers_) {
      // It may have ended.
      static_cast<void>(
          prlimit(worker->child->pid(), RLIMIT_FSIZE, &limit, nullptr));
    }
  }
  // After the disk was cleared.
  virtual Result<void> Recover() { return {}; }

  void Mount(const std::string& folder, const std::string& size) {
    auto disk = SmallDisk::Over(folder, size);
    if (disk) {
      disk_ = std::move(*disk);
      return;
    }
    std::cout << name() << ": no tmpfs may be mounted here ("
              << disk.error().message << "), so the files of who would write "
              << "there are limited instead (RLIMIT_FSIZE)" << std::endl;
    // Inherited by the workers: a write beyond it fails and does not kill.
    signal(SIGXFSZ, SIG_IGN);
  }

  std::unique_ptr<SmallDisk> disk_;  // none: limits instead
  std::unique_ptr<e2e::Pipeline> pipeline_;
  std::vector<WorkerProcess*> workers_;

 private:
  Result<void> Begin(System& system) {
    accepted_ = 0;
    e2e::PipelineOptions options;
    options.binary = system.binary();
    options.log_settings =
        "[log]\nbackend = \"embedded\"\nsession_timeout = \"4s\"\n\n"
        "[parser]\nthreads = 1\n\n";
    options.fetcher_settings =
        "host_delay = \"200ms\"\nduplicate_window = \"0s\"\n"
        "allow_addresses = [\"127.0.0.0/8\"]\n"
        "retry_delays = [\"1s\", \"3s\"]\n";
    if (auto prepared = Prepare(std::move(options)); !prepared) return prepared;
    for (const char* command : {"topics create", "store migrate"}) {
      const std::string text = command;
      const size_t blank = text.find(' ');
      const auto done =
          pipeline_->Command({text.substr(0, blank), text.substr(blank + 1)});
      if (!done) return done.error();
      if (!done->status.Succeeded()) {
        return Error{Code::kInternal, text + ": " + done->errors};
      }
    }
    const auto watched = Sql(Watch());
    if (!watched) return watched.error();
    for (const char* kind : {"fetcher", "parser", "sink"}) {
      for (int i = 0; i < kWorkers; ++i) {
        const auto added = pipeline_->AddWorker(kind);
        if (!added) return added.error();
        workers_.push_back(*added);
      }
    }
    return {};
  }

  Result<void> Put(System& system) {
    std::string lines;
    for (int host = 0; host < kHosts; ++host) {
      for (int page = 1; page <= kPages; ++page) {
        const std::string url = system.generator().UrlOn(
            kHost + host, "/ok/" + std::to_string(page));
        before_[url] = system.origin().Revision(url);
        lines += url + "\n";
        ++accepted_;
      }
    }
    const auto put = pipeline_->Command({"enqueue", "--file", "-"}, lines);
    if (!put) return put.error();
    if (put->status.Succeeded()) return {};
    return Error{Code::kInternal, "enqueue: " + put->errors};
  }

  // What ends for want of space is started again, as an orchestrator would.
  Result<void> Tend() {
    for (WorkerProcess* worker : workers_) {
      if (worker->child->Running()) continue;
      const auto end = worker->child->Wait(seconds(1));
      if (!end || end->code != kExitTryAgain) {
        own_->faults.push_back(worker->kind + " ended with " +
                               (end ? end->ToString() : end.error().message) +
                               ":\n" + worker->child->LastLines(20));
      }
      if (auto again = pipeline_->Relaunch(*worker, {}); !again) return again;
    }
    return {};
  }

  Result<void> BeFull(System& system, Duration time) {
    const auto end = steady_clock::now() + time + seconds(2);
    while (steady_clock::now() < end) {
      if (disk_) disk_->Fill();
      if (!disk_) Limit(kFileLimit);
      if (auto tended = Tend(); !tended) return tended;
      if (auto passed = system.Pass(milliseconds(100)); !passed) return passed;
    }
    const bool noticed = Noticed();
    if (disk_) disk_->Free();
    if (!disk_) Limit(RLIM_INFINITY);
    if (auto recovered = Recover(); !recovered) return recovered;
    if (noticed) return {};
    return Error{Code::kInternal, "no worker has noticed that it is full"};
  }

  // Somebody says so in a log; these lie beside the disk.
  bool Noticed() const {
    for (const auto& file :
         fs::directory_iterator(pipeline_->folder().path())) {
      if (file.path().extension() != ".log") continue;
      std::ifstream lines(file.path());
      for (std::string line; std::getline(lines, line);) {
        for (const char* word :
             {"disk is full", "disk I/O error", "No space left",
              "File too large", "server closed the connection"}) {
          if (line.find(word) != std::string::npos) return true;
        }
      }
    }
    return false;
  }

  Result<int64_t> Count(const std::string& text) const {
    const auto said = Sql(text);
    if (!said) return said.error();
    return std::atoll(said->c_str());
  }

  Result<void> AwaitSettled(int64_t tasks) {
    const auto end = steady_clock::now() + kPatience;
    Result<int64_t> settled = 0;
    while (steady_clock::now() < end) {
      if (auto tended = Tend(); !tended) return tended;
      settled = Count(
          "SELECT count(*) FROM ledger WHERE kind IS NOT NULL"
          " AND accepted_at IS NOT NULL");
      if (settled && *settled >= tasks) return {};
      usleep(200'000);
    }
    return Error{Code::kTimedOut,
                 "on a small disk: " +
                     (settled ? std::to_string(*settled) + " of " +
                                    std::to_string(tasks) + " tasks settled"
                              : settled.error().message)};
  }

  Result<void> Look(System& system) {
    Findings& found = *own_;
    const std::pair<int64_t*, const char*> counts[] = {
        {&found.accepted,
         "SELECT count(*) FROM ledger WHERE accepted_at IS NOT NULL"},
        {&found.stored,
         "SELECT count(*) FROM ledger WHERE kind IN ('STORED', 'UNCHANGED')"},
        {&found.lost, "SELECT count(*) FROM ledger WHERE kind IS NULL"},
        {&found.orphans,
         "SELECT count(*) FROM ledger WHERE accepted_at IS NULL"},
        {&found.second_rows,
         "SELECT count(*) - count(DISTINCT requested_url) FROM articles"},
        {&found.gone_back, "SELECT count(*) FROM chaos_gone_back"},
        {&found.crashed,
         "SELECT count(*) FROM ledger WHERE reason = 'CRASHED'"}};
    for (const auto& [number, query] : counts) {
      const auto count = Count(query);
      if (!count) return count.error();
      *number = *count;
    }
    const auto rows = Sql("SELECT requested_url, headline FROM articles");
    if (!rows) return rows.error();
    std::map<std::string, int64_t> revisions;
    std::istringstream lines(*rows);
    for (std::string line; std::getline(lines, line);) {
      revisions[line.substr(0, line.find('|'))] = RevisionIn(line);
    }
    for (const auto& [url, older] : before_)
      found.stale += revisions[url] <= older;
    const bool sound = found.accepted == accepted_ &&
                       found.stored == accepted_ && found.lost == 0 &&
                       found.orphans == 0 && found.second_rows == 0 &&
                       found.gone_back == 0 && found.stale == 0;
    if (!sound) found.faults.push_back("on a full disk: " + found.ToLine());
    const auto audit = pipeline_->Command({"audit"});
    if (!audit) return audit.error();
    if (!audit->status.Succeeded()) {
      found.faults.push_back("`newsmill audit`: " + audit->output +
                             audit->errors);
    }
    return system.Tend();
  }

  std::map<std::string, int64_t> before_;  // served of each URL
  int64_t accepted_ = 0;
};

// The same with a database whose disk it is.
class FullDiskOfDatabase final : public FullDisk {
 public:
  std::string name() const override { return "a full disk of PostgreSQL"; }

 protected:
  Result<void> Prepare(e2e::PipelineOptions options) override {
    folder_ = std::make_unique<process::TempFolder>("newsmill-disk");
    fs::permissions(folder_->path(), fs::perms(0755));
    Mount(*folder_ / "disk", "128m");
    auto started = testing::PostgresCluster::StartIn(*folder_ / "disk");
    if (!started) return started.error();
    database_ = std::move(*started);
    options.store.backend = "postgres";
    options.store.url = database_->url();
    options.store.schema = kSchema;
    auto pipeline = e2e::Pipeline::Start(std::move(options));
    if (!pipeline) return pipeline.error();
    pipeline_ = std::move(*pipeline);
    return {};
  }
  void End() override {
    database_.reset();
    disk_.reset();
    folder_.reset();
  }
  std::string Watch() const override {
    return "CREATE TABLE chaos_gone_back (article_key text);"
           "CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS $$"
           " BEGIN INSERT INTO chaos_gone_back VALUES (NEW.article_key);"
           " RETURN NEW; END $$;"
           "CREATE TRIGGER chaos_row AFTER UPDATE ON articles FOR EACH ROW WHEN"
           " (ROW(COALESCE(NEW.has_body, false),"
           "   COALESCE(NEW.fetched_at, '-infinity'),"
           "   COALESCE(NEW.parse_generation, 0)) <"
           "  ROW(COALESCE(OLD.has_body, false),"
           "   COALESCE(OLD.fetched_at, '-infinity'),"
           "   COALESCE(OLD.parse_generation, 0)))"
           " EXECUTE FUNCTION chaos_note();";
  }
  Result<std::string> Sql(const std::string& text) const override {
    return Run({"psql", database_->url(), "-qAt", "-F|", "-v",
                "ON_ERROR_STOP=1", "-c",
                std::string("SET search_path = ") + kSchema, "-c", text});
  }
  // Of user `postgres` where the test is root, who may not be allowed to do it
  // to others.
  void Limit(rlim_t most) const override {
    if (!database_->Running()) return;
    const std::string soft =
        most == RLIM_INFINITY ? "unlimited" : std::to_string(most);
    for (const pid_t pid : FamilyOf(database_->pid())) {
      std::vector<std::string> command;
      if (getuid() == 0) {
        command = {"setpriv", "--reuid=postgres", "--regid=postgres",
                   "--clear-groups"};
      }
      command.insert(command.end(), {"prlimit", "--pid=" + std::to_string(pid),
                                     "--fsize=" + soft + ":unlimited"});
      // It may have ended.
      static_cast<void>(Run(std::move(command)));
    }
  }
  // Without room for its write-ahead log the server ends.
  Result<void> Recover() override {
    if (database_->Running()) return {};
    return database_->Resume();
  }

 private:
  static constexpr char kSchema[] = "small";

  std::unique_ptr<process::TempFolder> folder_;
  std::unique_ptr<testing::PostgresCluster> database_;
};

}  // namespace

void AddNemesesOfDisks(std::vector<std::unique_ptr<Nemesis>>* all) {
  all->push_back(std::make_unique<FullDisk>());
  all->push_back(std::make_unique<FullDiskOfDatabase>());
}

}  // namespace newsmill::chaos
