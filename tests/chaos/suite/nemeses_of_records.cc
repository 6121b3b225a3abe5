#include <algorithm>

#include <utility>

#include "core/bus/registry.h"
#include "core/bus/topics.h"
#include "core/flow/task_codec.h"
#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/dead_letter.pb.h"
#include "newsmill/v1/fetch_task.pb.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "newsmill/v1/outcome.pb.h"
#include "sink/postgres/connection.h"
#include "tests/chaos/suite/nemesis.h"

namespace newsmill::chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

bool Before(steady_clock::time_point end) { return steady_clock::now() < end; }

// Records that nobody can read on every topic, pages that are cut, far too
// large or of no known kind, and one that ends its parser.
class Poison final : public Nemesis {
 public:
  std::string name() const override { return "poison"; }
  Result<void> Strike(System& system, pages::Dice& dice,
                      Duration time) override {
    const auto end = steady_clock::now() + time;
    if (auto put = PutCrashing(system); !put) return put;
    do {
      if (auto put = PutUnreadable(system, dice); !put) return put;
      if (auto put = PutPages(system); !put) return put;
      if (auto passed = system.Pass(seconds(2)); !passed) return passed;
    } while (Before(end));
    return {};
  }

 private:
  // Hosts of their own: broken answers speak against a host.
  static constexpr int kHost = 20;

  Result<void> PutCrashing(System& system) {
    const std::string path = "/crash/" + std::to_string(++rounds_);
    const Generator& generator = system.generator();
    planted_.crashing += 1;
    return system.generator().Put({generator.UrlOn(kHost, path)});
  }

  Result<void> PutPages(System& system) {
    const std::string n = std::to_string(++rounds_);
    const Generator& generator = system.generator();
    return system.generator().Put({generator.UrlOn(kHost + 1, "/big/" + n),
                                   generator.UrlOn(kHost + 2, "/cut/" + n),
                                   generator.UrlOn(kHost + 3, "/binary/" + n)});
  }

  struct Unreadable {
    std::string topic, value, type;
  };

  // Of what each topic holds the garbage, a record cut short, one of a type
  // that nobody knows, and where the log takes it one of 5 MB.
  static std::vector<Unreadable> MakeUnreadable(const Topics& topics,
                                                pages::Dice& dice) {
    const std::string garbage =
        "\xff\xff\x01 garbage " + std::to_string(dice.Next());
    const auto cut = [](const google::protobuf::Message& whole) {
      const std::string bytes = whole.SerializeAsString();
      return bytes.substr(0, bytes.size() / 2);
    };
    v1::FetchTask task;
    task.set_target("http://127.0.0.2/" + std::string(300, 't'));
    v1::FetchedPage page;
    page.set_body(std::string(3000, 'p'));
    v1::Article article;
    article.set_article_body(std::string(3000, 'a'));
    v1::Outcome outcome;
    outcome.set_detail(std::string(300, 'o'));
    v1::DeadLetter dead;
    dead.set_detail(std::string(300, 'd'));
    std::vector<Unreadable> all;
    const std::pair<std::string, std::string> each[] = {
        {topics.tasks, cut(task)},       {topics.pages, cut(page)},
        {topics.articles, cut(article)}, {topics.articles_replay, cut(article)},
        {topics.outcomes, cut(outcome)}, {topics.dead, cut(dead)}};
    for (const auto& [topic, half] : each) {
      all.push_back({topic, garbage, ""});
      all.push_back({topic, half, ""});
      all.push_back({topic, garbage + " of a type", "newsmill.v9.Unheard"});
    }
    for (const std::string& topic : {topics.articles, topics.dead}) {
      all.push_back({topic, garbage + std::string(5'000'000, '\xff'), ""});
    }
    return all;
  }

  Result<void> PutUnreadable(System& system, pages::Dice& dice) {
    // An outcome of a page that nobody asked for would be an orphan, so it has
    // the ID of a task; that one's own outcome is the higher one.
    const std::string url = system.generator().UrlOn(0, "/ok/1");
    if (auto put = system.generator().Put({url}); !put) return put;
    const auto ledger = system.generator().Ledger();
    const auto of = std::find_if(
        ledger.begin(), ledger.end(),
        [&url](const auto& entry) { return entry.second.url == url; });
    auto bus = OpenBus(system.log());
    if (!bus) return bus.error();
    auto producer = (*bus)->NewProducer({"poison"});
    if (!producer) return producer.error();
    const Topics topics(system.log(), {});
    Result<void> refused;
    for (const Unreadable& record : MakeUnreadable(topics, dice)) {
      std::vector<Header> headers;
      if (!record.type.empty()) headers = RecordHeaders(record.type, "", "");
      if (record.topic == topics.pages) {
        headers = RecordHeaders(record.type, of->first, "");
      }
      (*producer)->Produce({record.topic, std::nullopt, std::nullopt,
                            record.value, std::move(headers)},
                           [&refused](const Result<RecordMetadata>& done) {
                             if (!done) refused = done.error();
                           });
      (record.topic == topics.tasks ? planted_.unreadable_tasks
                                    : planted_.unreadable_records) += 1;
    }
    if (auto put = (*producer)->Flush(seconds(60)); !put) return put;
    return refused;
  }

  int rounds_ = 0;
};

// An outcome that overtakes the article of an earlier fetch: each URL is
// fetched while no parser runs, and once more when it is gone.
class Overtaking final : public Nemesis {
 public:
  std::string name() const override { return "outcomes overtake articles"; }
  Result<void> Strike(System& system, pages::Dice&, Duration time) override {
    const auto end = steady_clock::now() + time;
    do {
      const size_t usual = system.Of("parser").size();
      if (auto left = system.Leave("parser", usual); !left) return left;
      const Result<void> put = PutTwice(system);
      for (size_t i = 0; i < usual; ++i) {
        if (auto joined = system.Join("parser"); !joined) return joined;
      }
      if (!put) return put;
    } while (Before(end));
    return {};
  }

 private:
  static constexpr int kHost = 24;
  static constexpr Duration kPatience = std::chrono::minutes(2);

  Result<void> PutTwice(System& system) {
    const Generator& generator = system.generator();
    const std::string url =
        generator.UrlOn(kHost, "/gone/" + std::to_string(++rounds_));
    if (auto put = system.generator().Put({url}); !put) return put;
    const std::string first = TaskOf(generator, url, "");
    if (auto there = AwaitTold(system, first, system.prefix() + "pages");
        !there) {
      return there;
    }
    system.origin().TakeDown(url);
    if (auto put = system.generator().Put({url}); !put) return put;
    return AwaitGone(system, TaskOf(generator, url, first));
  }

  // The outcome is in the store before a parser has seen the page.
  static Result<void> AwaitGone(System& system, const std::string& task) {
    auto connection = postgres::Connection::Open(
        {.url = system.store().url, .schema = system.store().schema});
    if (!connection) return connection.error();
    const auto by = steady_clock::now() + kPatience;
    while (Before(by)) {
      const auto rows = (*connection)
                            ->Ask(
                                "SELECT 1 FROM ledger WHERE task_id = $1"
                                " AND kind = 'GONE'",
                                {task});
      if (!rows) return rows.error();
      if (!rows->empty()) return {};
      if (auto passed = system.Pass(milliseconds(200)); !passed) return passed;
    }
    return Error{Code::kTimedOut, task + " is not known to be gone"};
  }

  static std::string TaskOf(const Generator& generator, const std::string& url,
                            const std::string& other_than) {
    for (const auto& [id, task] : generator.Ledger()) {
      if (task.url == url && id != other_than) return id;
    }
    return "";
  }

  // `newsmill where` says so of the task.
  static Result<void> AwaitTold(System& system, const std::string& task,
                                const std::string& what) {
    const auto by = steady_clock::now() + kPatience;
    while (Before(by)) {
      const auto told = system.pipeline().Command({"where", task});
      if (!told) return told.error();
      if (told->output.find(what) != std::string::npos) return {};
      if (auto passed = system.Pass(milliseconds(200)); !passed) return passed;
    }
    return Error{Code::kTimedOut, task + ": never " + what};
  }

  int rounds_ = 0;
};

}  // namespace

void AddNemesesOfRecords(std::vector<std::unique_ptr<Nemesis>>* all) {
  all->push_back(std::make_unique<Overtaking>());
  all->push_back(std::make_unique<Poison>());
}

}  // namespace newsmill::chaos
