// FetchLoop, revisits: what ends is planned again first, where its task asked
// for that.

#include <atomic>
#include <memory>
#include <utility>

#include "fetcher/fetch_loop.h"

namespace newsmill {

void FetchLoop::LoadRevisits(int32_t partition,
                             std::vector<v1::PlannedRevisit> plans) {
  revisits_.Load(partition, std::move(plans));
}

// What a task that ends waits for, and how it ends then.
struct FetchLoop::Ending {
  std::unique_ptr<Fetch> fetch;
  std::function<void(Delivery)> settle;
  std::atomic<int> missing;
  std::atomic<bool> durable = true;
};

// Told once for each of `conditions`, from any thread.
HostBook::Durable FetchLoop::SettleAfter(int conditions,
                                         std::unique_ptr<Fetch> fetch,
                                         std::function<void(Delivery)> settle) {
  auto ending = std::make_shared<Ending>();
  ending->fetch = std::move(fetch);
  ending->settle = std::move(settle);
  ending->missing = conditions;
  return [ending](bool durable) {
    if (!durable) ending->durable = false;
    if (--ending->missing > 0) return;
    // Otherwise it is handed back, to whoever owns the host now.
    if (ending->durable) ending->settle(std::move(ending->fetch->delivery));
    ending->fetch.reset();
  };
}

void FetchLoop::SettlePlanned(std::unique_ptr<Fetch> fetch, PageChange change,
                              std::function<void(Delivery)> settle) {
  const v1::FetchTask task = fetch->delivery.task();
  const int32_t partition = fetch->partition;
  const std::string key = KeyOf(*fetch);
  PlanRevisit(task, key, partition, change,
              SettleAfter(1, std::move(fetch), std::move(settle)));
}

void FetchLoop::PlanRevisit(const v1::FetchTask& task,
                            const std::string& article_key, int32_t partition,
                            PageChange change, HostBook::Durable durable) {
  revisits_.Plan(partition, article_key, task, change, clock_.Now(),
                 std::move(durable));
}

PageChange FetchLoop::ChangeOf(const v1::FetchedPage& page,
                               int32_t partition) const {
  const v1::SeenPage* const seen =
      seen_.Find(partition, page.article_key(), clock_.Now());
  if (seen == nullptr || seen->task_id() == page.task().task_id()) {
    return PageChange::kUnknown;
  }
  return seen->body_sha256() == page.body_sha256() ? PageChange::kSame
                                                   : PageChange::kChanged;
}

}  // namespace newsmill
