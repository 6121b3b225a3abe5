#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/time.h"
#include "core/base/url.h"
#include "core/bus/topics.h"
#include "core/flow/backoff.h"
#include "core/flow/delivery.h"
#include "core/flow/handler.h"
#include "core/sites/site_catalogue.h"
#include "fetcher/attempt_log.h"
#include "fetcher/backlog/backlog.h"
#include "fetcher/config.h"
#include "fetcher/fetch_metrics.h"
#include "fetcher/frontier/frontier.h"
#include "fetcher/gate.h"
#include "fetcher/hosts/address_book.h"
#include "fetcher/hosts/host_book.h"
#include "fetcher/http/http_client.h"
#include "fetcher/robots_keeper.h"
#include "fetcher/room.h"
#include "fetcher/seen/revisits.h"
#include "fetcher/seen/seen_pages.h"
#include "fetcher/tdm/tdm_keeper.h"
#include "fetcher/verdict.h"

namespace newsmill {

// A time of the wall clock, counted by the clock that never goes back, is up to
// this late: each of the two is read in whole milliseconds.
inline constexpr Duration kCutOff(2);

// How far ahead a task may be held in memory for its time to come.
inline constexpr Duration kHoldTime = std::chrono::seconds(30) + kCutOff;

// What a fetch loop works with; all of it outlives the loop.
struct FetchSurroundings {
  const FetcherConfig& config;
  const SiteCatalogue& sites;
  const Topics& topics;
  const Clock& clock;
  // Writes what is learned of a host for later owners; empty: nobody does.
  HostBook::Save save = {};
  // Likewise of pages.
  SeenPages::Save save_seen = {};
  // The generation of a parser with this revision of a site's rule; nullptr:
  // all are one.
  int64_t (*generation)(int64_t rule_revision) = nullptr;
  Revisits::Save save_revisit = {};
};

Lane LaneOf(const v1::FetchTask& task);
// About how much memory a record takes while its task waits.
int64_t MemoryOf(const Message& message);

// The fetcher's own loop: takes tasks in, asks their hosts in turn, and settles
// each delivery. Used by one thread; a turn never waits longer than it is told.
//
// A task stays in memory from its delivery to its settlement, whether it waits,
// runs or follows a redirect on its host. Waiting is no failure: what its host
// cannot be asked within kHoldTime waits on the backlog, and what has a later
// time of its own on a retry topic, both with their attempts unchanged.
class FetchLoop {
 public:
  FetchLoop(const FetchSurroundings& surroundings,
            std::unique_ptr<HttpClient> http, WorkerPort& port);
  ~FetchLoop();

  // Partitions of `tasks`. A host is first asked a full delay after its
  // partition was taken over.
  void Assign(const std::vector<int32_t>& partitions);
  // What former owners knew of the hosts of a partition that was just assigned.
  void Load(int32_t partition, std::vector<v1::HostState> states);
  // And of the pages of these hosts.
  void LoadSeen(int32_t partition, std::vector<v1::SeenPage> pages);
  // And when their articles are fetched again.
  void LoadRevisits(int32_t partition, std::vector<v1::PlannedRevisit> plans);
  // Tasks whose page is among the dead letters.
  void Died(const std::vector<std::string>& task_ids);
  // Newer orders of operators; they act at once.
  void Obey(std::vector<v1::Order> orders);
  // Aborts and hands back what it has of these partitions.
  void Revoke(const std::vector<int32_t>& partitions);
  void Accept(Delivery delivery, Room::Place place);

  // Writes every attempt there; before anything is assigned.
  void LogTo(AttemptLog& log) { attempts_ = &log; }
  // Where tasks wait for their host; before anything is assigned. Without a
  // backlog they wait in memory, or on a retry topic where that takes long.
  void WaitOn(std::unique_ptr<Backlog> backlog, Room& room);
  // After Assign: how far the former owner of the partition came.
  void OpenBacklog(int32_t partition, SidePosition from);
  // The outputs of a record of the backlog are durable.
  void Durable(int32_t partition, int64_t offset);
  // For the group's note; nullopt: nothing is known of the partition.
  std::optional<SidePosition> BacklogPosition(int32_t partition) const;
  // Tasks wait on the backlog, or may yet have to.
  bool HasMore() const;

  // Hands back what waits and starts nothing more.
  void Drain();

  // Ends what must not go on, starts what may, moves transfers; waits up to
  // `max_wait` for something to happen.
  void Turn(Duration max_wait);

  // Of `tasks`, that are ours.
  std::vector<int32_t> partitions() const;
  // Tasks in memory.
  size_t in_hand() const { return fetches_.size(); }
  // Not empty: nothing is started because this machine is short of something.
  const std::string& own_fault() const { return own_fault_; }

 private:
  struct Fetch {
    FetchId id = 0;
    Delivery delivery;
    Room::Place place;
    Url url;  // that is asked now: the task's, parsed
    std::string host;
    int32_t partition = 0;
    Lane lane = Lane::kFresh;
    std::optional<HttpClient::RequestId> request = {};
    // The last moment's check found the assignment no longer fresh, or the host
    // held.
    bool stale = false;
    // While its request runs.
    AddressBook::Place address = {};
    // Just before it left. The answer is no older, however late it is read.
    Timestamp asked_at = {};
    // What its request was made conditional on.
    std::unique_ptr<v1::SeenPage> seen = {};
    // By KeyOf, and of which URL.
    std::string article_key = {};
    std::string keyed_url = {};
    // While its request runs nobody else asks for the article.
    bool under_way = false;
  };
  // An article as the hosts of a partition have it.
  using ArticlePlace = std::pair<int32_t, std::string>;
  // A robots.txt or a tdmrep.json on its way, once per origin. The tasks that
  // need it wait in their host's queue.
  struct RobotsFetch {
    SiteFileKeeper* keeper = nullptr;
    std::string robots_url;  // the file's, of the origin
    Url asked;               // the same, or where redirects led
    std::string host = {};   // of the origin
    int32_t partition = 0;   // of that host
    // Whose turn the request takes: where redirects led.
    std::string turn_of = {};
    int32_t turn_partition = 0;
    Instant turn_since{};  // that host is asked a full delay later
    // Not set: it waits for its turn, until then at least.
    std::optional<HttpClient::RequestId> request = {};
    Instant look_again{};
    bool stale = false;
    AddressBook::Place address = {};  // while its request runs
  };

  // A page that was produced and is not acknowledged yet.
  struct Unacknowledged {
    int32_t partition = 0;
    v1::SeenPage page;
  };
  struct Acknowledged;

  // Copies of robots.txt stand beside what else is known of a host.
  class Shelf : public RobotsShelf {
   public:
    explicit Shelf(HostBook& hosts) : hosts_(hosts) {}
    const v1::RobotsCopy* Find(const std::string& host,
                               const std::string& url) const override {
      return hosts_.RobotsOf(host, url);
    }
    void Keep(const std::string& host, v1::RobotsCopy copy,
              Timestamp now) override {
      hosts_.KeepRobots(host, std::move(copy), now);
    }

   private:
    HostBook& hosts_;
  };

  // Taking in.
  bool Route(Delivery& delivery, const std::string& host, int32_t partition);
  bool EndIfExpired(Delivery& delivery);
  bool EndIfSuppressed(Delivery& delivery, const std::string& key);
  // On purpose, and without a request.
  void EndSkipped(Delivery delivery, v1::Reason reason, std::string detail);
  void Enqueue(Delivery delivery, Room::Place place, Url url,
               const std::string& host, int32_t partition);
  std::optional<Instant> EarliestFor(const v1::FetchTask& task) const;
  void Defer(Delivery delivery, Timestamp until);

  // What is known of hosts.
  // Whether something else than the host's delay stands in the way; then the
  // fetch was put where it belongs.
  bool PutAside(Fetch& fetch, Instant now);
  // Everything that waits for a host that may not be asked now.
  void Hold(const std::string& host, const HostHold& hold);
  // `task`: of the page that was asked for; nullptr for the site's own files.
  void LearnFrom(const std::string& host, const v1::FetchTask* task,
                 const HttpResponse& response, const AnswerVerdict& verdict);
  // Once later owners will know what the host asked for, and when the article
  // of a task that is dead is fetched again.
  void Fail(std::unique_ptr<Fetch> fetch, Failure failure, bool host_waits);
  void FinishRequest(const Fetch& fetch);

  // Waiting.
  Duration HoldTime() const;
  int64_t RoomOf(const std::string& host, Lane lane) const;
  bool MustWait(const std::string& host, int32_t partition, Lane lane);
  void WaitOnLog(Delivery delivery, const std::string& host, int32_t partition);
  void ReadBacklog(Instant now);
  void Refill(int32_t partition, const std::string& host);

  // Asking.
  void AbortWhatIsStale(Instant now);
  void StartWhatMay(Instant now);
  void StartRequest(Fetch& fetch);
  bool MayRequest(FetchId id, const std::string& peer);
  // Takes a place at the address, or has the host come again.
  bool EnterAddress(const std::string& host, const std::string& peer,
                    AddressBook::Place& place);
  bool IsFresh(int32_t partition) const;

  // robots.txt.
  bool RobotsAllow(Fetch& fetch);
  // The same for the tdmrep.json, which forbids nothing.
  bool TdmKnown(Fetch& fetch);
  void AskForFile(Fetch& fetch, SiteFileKeeper& keeper, std::string file_url);
  void StartRobots(FetchId id);
  void StartWaitingRobots(Instant now);
  HostHold HoldOf(const RobotsFetch& robots) const;
  void RobotsAnswered(FetchId id, HttpResponse response);
  void FollowRobots(RobotsFetch robots, const Url& next);
  void FailForWantOfRobots(const RobotsFetch& robots,
                           const AnswerVerdict& verdict);
  void WaitForRobots(Fetch& fetch, Timestamp until);
  void RestOfHost(Fetch& fetch);
  // Those that `which` picks; their turns are finished where the host is still
  // known.
  void AbandonRobots(const std::function<bool(const RobotsFetch&)>& which);

  // Pages that were seen before.
  void ListenForAcknowledgements();
  int64_t GenerationOf(const std::string& url) const;
  int64_t GenerationOf(const Url& url) const;
  const std::string& KeyOf(Fetch& fetch) const;
  const v1::SeenPage* SeenBefore(const v1::FetchTask& task,
                                 const std::string& article_key,
                                 int32_t partition) const;
  void AskForChanges(Fetch& fetch, HttpRequest& request) const;
  void RememberWhenDurable(Fetch& fetch, const v1::FetchedPage& page);
  void RememberAcknowledged();
  void ForgetSeen(int32_t partition);
  // Duplicates.
  Duration WindowOf(const v1::FetchTask& task) const;
  bool EndIfFetched(Delivery& delivery, const std::string& article_key,
                    int32_t partition);
  bool EndIfDuplicate(Delivery& delivery, const std::string& article_key,
                      int32_t partition);
  // By one of the two.
  bool EndIfSeen(Delivery& delivery, const std::string& article_key,
                 int32_t partition);
  // The task of one of under_way_.
  const std::string& TaskUnderWay(FetchId id) const;
  // Whether another task, or a copy of this one, is fetching the article: the
  // fetch waits for its end.
  bool WaitForSame(Fetch& fetch);
  void BeginArticle(Fetch& fetch);
  void EndArticle(FetchId id, const ArticlePlace& place);
  void LetGoOfSame();

  // Revisits.
  struct Ending;
  HostBook::Durable SettleAfter(int conditions, std::unique_ptr<Fetch> fetch,
                                std::function<void(Delivery)> settle);
  // The task ends; settled by `settle` once its next round is planned.
  void SettlePlanned(std::unique_ptr<Fetch> fetch, PageChange change,
                     std::function<void(Delivery)> settle);
  void PlanRevisit(const v1::FetchTask& task, const std::string& article_key,
                   int32_t partition, PageChange change,
                   HostBook::Durable durable);
  PageChange ChangeOf(const v1::FetchedPage& page, int32_t partition) const;

  // Answers.
  void Answered(FetchId id, HttpResponse response);
  void Conclude(std::unique_ptr<Fetch> fetch, const AnswerVerdict& verdict,
                HttpResponse response);
  void SendPage(std::unique_ptr<Fetch> fetch, HttpResponse response);
  void Redirected(std::unique_ptr<Fetch> fetch, int status,
                  const std::string& location);
  void Failed(std::unique_ptr<Fetch> fetch, const AnswerVerdict& verdict,
              int status);
  void EndWith(std::unique_ptr<Fetch> fetch, const AnswerVerdict& verdict,
               int status);
  void EndUnasked(std::unique_ptr<Fetch> fetch, const AnswerVerdict& verdict);
  void OwnFault(const std::string& detail);
  void NoOwnFault();
  std::optional<Timestamp> HostMayBeAskedAgain(
      const AnswerVerdict& verdict) const;

  std::unique_ptr<Fetch> Take(FetchId id);
  void Keep(std::unique_ptr<Fetch> fetch);
  void WaitAgain(std::unique_ptr<Fetch> fetch);
  // The present, rounded up: the clock counts whole milliseconds, and a delay
  // counts from the end of a request.
  Instant RequestEnd() const { return clock_.Uptime() + Duration(1); }
  // Never before `time`.
  Instant ToInstant(Timestamp time) const;
  // Tells the metrics what takes a walk over hosts to know.
  void Survey(Instant now);
  Duration WaitFor(Duration max_wait) const;

  const FetcherConfig& config_;
  const SiteCatalogue& sites_;
  const Topics& topics_;
  const Clock& clock_;
  WorkerPort& port_;
  const Gate gate_;
  const int32_t partitions_;
  FetchMetrics metrics_;
  HostBook hosts_;
  AddressBook addresses_;
  Frontier frontier_;
  std::map<int32_t, Instant> owned_since_;
  std::unordered_map<FetchId, std::unique_ptr<Fetch>> fetches_;
  Shelf shelf_;
  RobotsKeeper robots_;
  TdmKeeper tdm_;
  std::map<FetchId, RobotsFetch> robots_fetches_;
  FetchId next_id_ = 1;
  SeenPages seen_;
  int64_t (*const generation_)(int64_t rule_revision);
  std::unordered_map<FetchId, Unacknowledged> unacknowledged_;
  std::shared_ptr<Acknowledged> acknowledged_;
  // Whose request runs, or whose page is not acknowledged yet.
  std::map<ArticlePlace, FetchId> under_way_;
  // Those that wait for it; in fetches_ and in no queue, or gone.
  std::map<ArticlePlace, std::vector<FetchId>> same_;
  Revisits revisits_;
  std::map<int32_t, int> running_;  // requests per partition
  std::map<int32_t, int> held_;     // records of `tasks` in memory, likewise
  std::unique_ptr<Backlog> backlog_;
  Room* room_ = nullptr;  // with backlog_
  AttemptLog* attempts_ = nullptr;
  Instant swept_{};
  size_t first_swept_ = 0;
  Instant freshness_checked_{};
  Instant surveyed_{};
  bool draining_ = false;
  Backoff own_fault_backoff_;
  std::string own_fault_;
  Instant paused_until_{};
  // Last: its transfers speak to the above.
  std::unique_ptr<HttpClient> http_;
};

}  // namespace newsmill
