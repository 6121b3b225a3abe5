// FetchLoop, pages that were seen before: what is asked of them, and what the
// log's acknowledgement of a page lets us remember.

#include <mutex>
#include <utility>

#include "core/base/proto_duration.h"
#include "fetcher/fetch_loop.h"
#include "fetcher/page.h"
#include "fetcher/seen/conditional.h"

namespace newsmill {

// What the worker's thread tells of pages; outlives the loop.
struct FetchLoop::Acknowledged {
  std::mutex mutex;
  // By which fetch, and whether it is durable.
  std::vector<std::pair<FetchId, bool>> pages;  // guarded by mutex
  HttpClient* waker;  // guarded by mutex; nullptr: the loop is gone
};

void FetchLoop::ListenForAcknowledgements() {
  acknowledged_ = std::make_shared<Acknowledged>();
  acknowledged_->waker = http_.get();
}

FetchLoop::~FetchLoop() {
  const std::lock_guard lock(acknowledged_->mutex);
  acknowledged_->waker = nullptr;
}

int64_t FetchLoop::GenerationOf(const std::string& url) const {
  if (generation_ == nullptr) return 0;
  const Result<Url> parsed = Url::Parse(url);
  return parsed ? GenerationOf(*parsed) : generation_(0);
}

int64_t FetchLoop::GenerationOf(const Url& url) const {
  if (generation_ == nullptr) return 0;
  const Site* const site = sites_.ForHost(url.HostKey());
  return generation_(site == nullptr ? 0 : site->revision);
}

const std::string& FetchLoop::KeyOf(Fetch& fetch) const {
  const v1::FetchTask& task = fetch.delivery.task();
  if (fetch.keyed_url != task.url()) {
    fetch.keyed_url = task.url();
    fetch.article_key = ArticleKeyOf(task, fetch.url, sites_);
  }
  return fetch.article_key;
}

// The page that stands for the task's article; nullptr where the task must not
// or need not be compared with it.
const v1::SeenPage* FetchLoop::SeenBefore(const v1::FetchTask& task,
                                          const std::string& article_key,
                                          int32_t partition) const {
  if (task.force()) return nullptr;
  const v1::SeenPage* const seen =
      seen_.Find(partition, article_key, clock_.Now());
  // A task that is read again after a crash must not be answered with its own
  // page; a newer rule wants to see the page itself.
  if (seen == nullptr || seen->task_id() == task.task_id() ||
      seen->parse_generation() != GenerationOf(seen->url())) {
    return nullptr;
  }
  return seen;
}

void FetchLoop::AskForChanges(Fetch& fetch, HttpRequest& request) const {
  fetch.seen.reset();
  if (!config_.conditional) return;
  const v1::FetchTask& task = fetch.delivery.task();
  const v1::SeenPage* const seen =
      SeenBefore(task, KeyOf(fetch), fetch.partition);
  if (seen == nullptr || seen->url() != task.url()) return;
  request.headers = ConditionsOf(*seen);
  fetch.seen = std::make_unique<v1::SeenPage>(*seen);
}

// Told when the log has the page: only then may others rely on it.
void FetchLoop::RememberWhenDurable(Fetch& fetch, const v1::FetchedPage& page) {
  std::optional<v1::SeenPage> seen = SeenPageOf(page, GenerationOf(fetch.url));
  if (!seen) return;
  under_way_[{fetch.partition, seen->article_key()}] = fetch.id;
  unacknowledged_[fetch.id] = {fetch.partition, *std::move(seen)};
  fetch.delivery.WhenDurable(
      [told = acknowledged_, id = fetch.id](bool durable) {
        const std::lock_guard lock(told->mutex);
        if (told->waker == nullptr) return;
        if (told->pages.empty()) told->waker->Wake();
        told->pages.emplace_back(id, durable);
      });
}

void FetchLoop::RememberAcknowledged() {
  std::vector<std::pair<FetchId, bool>> pages;
  {
    const std::lock_guard lock(acknowledged_->mutex);
    pages.swap(acknowledged_->pages);
  }
  for (const auto& [id, durable] : pages) {
    auto page = unacknowledged_.extract(id);
    if (page.empty()) continue;  // of a partition that was let go
    Unacknowledged& done = page.mapped();
    EndArticle(id, {done.partition, done.page.article_key()});
    if (durable) seen_.Keep(done.partition, std::move(done.page));
  }
}

void FetchLoop::ForgetSeen(int32_t partition) {
  seen_.Drop(partition);
  std::erase_if(unacknowledged_, [partition](const auto& each) {
    return each.second.partition == partition;
  });
  std::erase_if(under_way_, [partition](const auto& each) {
    return each.first.first == partition;
  });
}

// Duplicates.

Duration FetchLoop::WindowOf(const v1::FetchTask& task) const {
  if (task.force()) return Duration(0);
  if (task.has_duplicate_window()) {
    return FromProto(task.duplicate_window());
  }
  const Site* const site = sites_.Find(task.site());
  return site == nullptr
             ? config_.duplicate_window
             : site->duplicate_window.value_or(config_.duplicate_window);
}

// A copy that a killed owner left: a record that it had put on the backlog, or
// whose page it had sent, before it could commit that. This one stood on the
// log before the task's page was fetched, and the log has that page; a record
// that was put later wants another.
bool FetchLoop::EndIfFetched(Delivery& delivery, const std::string& article_key,
                             int32_t partition) {
  const v1::FetchTask& task = delivery.task();
  const v1::SeenPage* const seen =
      seen_.Find(partition, article_key, clock_.Now());
  if (seen == nullptr || seen->task_id() != task.task_id() ||
      delivery.message().append_time > FromProto(seen->fetched_at())) {
    return false;
  }
  // The owner may have ended before the next round was planned.
  if (WantsRevisit(task) && !revisits_.IsPlanned(partition, article_key)) {
    return false;
  }
  std::move(delivery).Ack();
  return true;
}

bool FetchLoop::EndIfSeen(Delivery& delivery, const std::string& article_key,
                          int32_t partition) {
  return EndIfFetched(delivery, article_key, partition) ||
         EndIfDuplicate(delivery, article_key, partition);
}

// Only against a page that the log has: one that is on its way may yet fail.
bool FetchLoop::EndIfDuplicate(Delivery& delivery,
                               const std::string& article_key,
                               int32_t partition) {
  const Duration window = WindowOf(delivery.task());
  if (window <= Duration(0)) return false;
  const v1::SeenPage* const seen =
      SeenBefore(delivery.task(), article_key, partition);
  if (seen == nullptr) return false;
  const Timestamp fetched_at = FromProto(seen->fetched_at());
  if (clock_.Now() - fetched_at >= window) return false;
  // What is to be fetched again and again has to begin once.
  if (WantsRevisit(delivery.task()) &&
      !revisits_.IsPlanned(partition, seen->article_key())) {
    return false;
  }
  AnswerVerdict duplicate;
  duplicate.kind = AnswerVerdict::Kind::kOutcome;
  duplicate.outcome = v1::SKIPPED;
  duplicate.reason = v1::REASON_DUPLICATE;
  metrics_.Judged(duplicate);
  v1::Outcome outcome;
  outcome.set_kind(v1::SKIPPED);
  outcome.set_reason(v1::REASON_DUPLICATE);
  outcome.set_detail("task " + seen->task_id() + " fetched it at " +
                     FormatRfc3339(fetched_at));
  outcome.set_article_key(seen->article_key());
  std::move(delivery).Finish(std::move(outcome));
  return true;
}

const std::string& FetchLoop::TaskUnderWay(FetchId id) const {
  const auto fetch = fetches_.find(id);
  return fetch != fetches_.end() ? fetch->second->delivery.task().task_id()
                                 : unacknowledged_.at(id).page.task_id();
}

bool FetchLoop::WaitForSame(Fetch& fetch) {
  if (under_way_.empty()) return false;
  const v1::FetchTask& task = fetch.delivery.task();
  ArticlePlace place{fetch.partition, KeyOf(fetch)};
  const auto found = under_way_.find(place);
  if (found == under_way_.end()) return false;
  if (WindowOf(task) <= Duration(0) &&
      TaskUnderWay(found->second) != task.task_id()) {
    return false;
  }
  frontier_.Cancel(fetch.host);
  same_[std::move(place)].push_back(fetch.id);
  return true;
}

void FetchLoop::BeginArticle(Fetch& fetch) {
  if (KeyOf(fetch).empty()) return;
  fetch.under_way = true;
  under_way_[{fetch.partition, fetch.article_key}] = fetch.id;
}

void FetchLoop::EndArticle(FetchId id, const ArticlePlace& place) {
  const auto found = under_way_.find(place);
  if (found != under_way_.end() && found->second == id) {
    under_way_.erase(found);
  }
}

// Those whose wait is over are judged again when their turn comes.
void FetchLoop::LetGoOfSame() {
  std::erase_if(same_, [this](const auto& waiting) {
    if (under_way_.contains(waiting.first)) return false;
    for (const FetchId id : waiting.second) {
      const auto found = fetches_.find(id);
      if (found == fetches_.end()) continue;  // let go of meanwhile
      const Fetch& fetch = *found->second;
      frontier_.Push(fetch.host, fetch.partition,
                     owned_since_.at(fetch.partition), id, std::nullopt,
                     fetch.lane);
    }
    return true;
  });
}

void FetchLoop::LoadSeen(int32_t partition, std::vector<v1::SeenPage> pages) {
  seen_.Load(partition, std::move(pages));
}

void FetchLoop::Died(const std::vector<std::string>& task_ids) {
  seen_.Died(task_ids);
}

}  // namespace newsmill
