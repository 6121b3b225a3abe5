#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/base/time.h"
#include "newsmill/v1/seen_page.pb.h"

namespace newsmill {

// What became of the page since it was fetched last.
enum class PageChange { kUnknown, kChanged, kSame };

// Whether a task that asks for revisits is to be followed by another.
bool WantsRevisit(const v1::FetchTask& task);

// Whether an article that ended so is not fetched again.
bool EndsRevisits(v1::Reason reason);

// The plan that ends a chain: whatever task of it is still on its way plans
// nothing more. Another chain takes its place.
v1::PlannedRevisit Cancelled(const v1::PlannedRevisit& plan);
bool IsCancelled(const v1::PlannedRevisit& plan);

// Until the next fetch: half as long again after the same page, a fifth less
// after another one, within the bounds that the task names.
Duration NextInterval(const v1::Revisit& revisit, PageChange change,
                      Duration longest);

// When articles are fetched again: the plans of the partitions that are ours.
//
// A plan is durable before the task that made it is settled, so a killed worker
// loses none; and the task that it becomes is put on the log in one transaction
// with the record that says so, so none is put twice. The ID of that task
// follows from chain and round, and a task whose next round was planned already
// plans nothing, however often it is read again.
//
// In memory a plan is what stands on the log, packed, and its key: about 700
// bytes. All plans of our partitions are there, without a bound; more fetchers
// share them.
//
// Used by one thread.
class Revisits {
 public:
  using Durable = std::function<void(bool durable)>;
  // Writes a plan, and with it `put`, where that is set, on `tasks`: both or
  // neither. Tells once, from any thread; false: the partition is somebody
  // else's.
  using Save = std::function<void(int32_t partition, v1::PlannedRevisit plan,
                                  std::optional<v1::FetchTask> put, Durable)>;

  // An empty `save`: there is nowhere to plan, and no task is followed by
  // another.
  Revisits(Duration longest, Save save);

  void Load(int32_t partition, std::vector<v1::PlannedRevisit> plans);
  void Drop(int32_t partition);

  // `task` ends now, having fetched the article from a host of the partition.
  // `durable` is told when it may be settled: at once where nothing is planned.
  void Plan(int32_t partition, const std::string& article_key,
            const v1::FetchTask& task, PageChange change, Timestamp now,
            Durable durable);

  // Whether the article will be fetched again.
  bool IsPlanned(int32_t partition, const std::string& article_key) const;

  // Puts what is due, some at a time.
  void PutWhatIsDue(Timestamp now);

  // When something will be due; nullopt: nothing is planned.
  std::optional<Timestamp> next() const;
  size_t size() const { return due_.size(); }

 private:
  struct Entry {
    std::string plan;  // serialised
    std::optional<Timestamp> due;
  };
  using Plans = std::unordered_map<std::string, Entry>;  // by article key
  // The key is that of the entry.
  using Due = std::tuple<Timestamp, int32_t, const std::string*>;

  void Set(int32_t partition, const v1::PlannedRevisit& plan);
  Timestamp DueAt(Duration interval, Timestamp now);

  const Duration longest_;
  const Save save_;
  std::map<int32_t, Plans> partitions_;
  std::set<Due> due_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace newsmill
