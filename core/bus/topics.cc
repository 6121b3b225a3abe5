#include "core/bus/topics.h"

#include <cstdlib>

namespace newsmill {
namespace {

// An Article and a DeadLetter may hold what a page of 768 KiB gives.
constexpr int64_t kLargeMessageBytes = int64_t{8} << 20;

TopicSpec Spec(const std::string& name, int64_t partitions,
               std::optional<Duration> retention = std::nullopt) {
  TopicSpec spec;
  spec.name = name;
  spec.partitions = static_cast<int32_t>(partitions);
  spec.retention = retention;
  return spec;
}

// The newest record of each key is kept.
TopicSpec CompactedSpec(const std::string& name, int64_t partitions) {
  TopicSpec spec = Spec(name, partitions);
  spec.compacted = true;
  return spec;
}

TopicSpec LargeSpec(const std::string& name, int64_t partitions,
                    Duration retention) {
  TopicSpec spec = Spec(name, partitions, retention);
  spec.max_message_bytes = kLargeMessageBytes;
  return spec;
}

}  // namespace

Topics::Topics(const BusConfig& config,
               const std::vector<Duration>& retry_delays)
    : tasks(config.prefix + "tasks"),
      backlog(tasks + ".backlog"),
      hosts(config.prefix + "hosts"),
      control(config.prefix + "control"),
      seen(config.prefix + "seen"),
      revisits(config.prefix + "revisits"),
      replays(config.prefix + "replays"),
      pages(config.prefix + "pages"),
      articles(config.prefix + "articles"),
      articles_replay(config.prefix + "articles.replay"),
      outcomes(config.prefix + "outcomes"),
      dead(config.prefix + "dead") {
  // Tasks are kept until they are settled: trimmed by the sink, not by age.
  specs.push_back(Spec(tasks, config.tasks_partitions));
  specs.push_back(Spec(backlog, config.tasks_partitions));
  for (const Duration delay : retry_delays) {
    retries.push_back(tasks + ".retry." + FormatDuration(delay));
    specs.push_back(Spec(retries.back(), config.retry_partitions));
  }
  // Whoever owns a host's tasks owns what is remembered of it.
  specs.push_back(CompactedSpec(hosts, config.tasks_partitions));
  specs.push_back(CompactedSpec(control, 1));
  specs.push_back(CompactedSpec(seen, config.tasks_partitions));
  specs.back().retention = config.pages_retention;
  specs.push_back(CompactedSpec(revisits, config.tasks_partitions));
  specs.push_back(CompactedSpec(replays, 1));
  specs.push_back(Spec(pages, config.pages_partitions, config.pages_retention));
  specs.push_back(LargeSpec(articles, config.articles_partitions,
                            config.articles_retention));
  specs.push_back(LargeSpec(articles_replay, config.articles_partitions,
                            config.articles_replay_retention));
  specs.push_back(
      Spec(outcomes, config.outcomes_partitions, config.outcomes_retention));
  specs.push_back(
      LargeSpec(dead, config.dead_partitions, config.dead_retention));
  if (!config.fetch_log) return;
  fetch_log = config.prefix + "fetch_log";
  specs.push_back(
      Spec(fetch_log, config.fetch_log_partitions, config.fetch_log_retention));
}

std::vector<std::string> Topics::OfTasks() const {
  std::vector<std::string> names = {tasks, backlog};
  names.insert(names.end(), retries.begin(), retries.end());
  return names;
}

const TopicSpec& Topics::SpecOf(const std::string& topic) const {
  for (const TopicSpec& spec : specs) {
    if (spec.name == topic) return spec;
  }
  std::abort();
}

int32_t Topics::PartitionsOf(const std::string& topic) const {
  return SpecOf(topic).partitions;
}

std::optional<Duration> Topics::RetentionOf(const std::string& topic) const {
  return SpecOf(topic).retention;
}

}  // namespace newsmill
