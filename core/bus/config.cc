#include "core/bus/config.h"

#include "core/bus/registry.h"

namespace newsmill {
namespace {

void DeclareSizes(BusConfig& log, config::Schema& schema) {
  schema.Add("log.tasks_partitions", &log.tasks_partitions,
             "Partitions of the topic tasks; hosts are spread over them.");
  schema.Add("log.retry_partitions", &log.retry_partitions,
             "Partitions of each retry topic.");
  schema.Add("log.pages_partitions", &log.pages_partitions,
             "Partitions of the topic pages.");
  schema.Add("log.articles_partitions", &log.articles_partitions,
             "Partitions of the topics articles and articles.replay.");
  schema.Add("log.outcomes_partitions", &log.outcomes_partitions,
             "Partitions of the topic outcomes.");
  schema.Add("log.dead_partitions", &log.dead_partitions,
             "Partitions of the topic dead.");
  schema.Add("log.fetch_log_partitions", &log.fetch_log_partitions,
             "Partitions of the topic fetch_log.");
  schema.Add("log.replication_factor", &log.replication_factor,
             "Copies of each partition that topics create asks Kafka for.");
}

void DeclareRetention(BusConfig& log, config::Schema& schema) {
  schema.Add("log.pages_retention", &log.pages_retention,
             "How long pages are kept; what a replay can go back to.");
  schema.Add("log.articles_retention", &log.articles_retention,
             "How long articles are kept on the log.");
  schema.Add("log.articles_replay_retention", &log.articles_replay_retention,
             "How long articles written by a replay are kept on the log.");
  schema.Add("log.outcomes_retention", &log.outcomes_retention,
             "How long outcomes are kept on the log.");
  schema.Add("log.dead_retention", &log.dead_retention,
             "How long dead letters are kept on the log.");
  schema.Add("log.fetch_log_retention", &log.fetch_log_retention,
             "How long attempts are kept on the topic fetch_log.");
}

}  // namespace

void BusConfig::Declare(config::Schema& schema) {
  schema.AddChoice("log.backend", &backend, BusBackends(),
                   "The log that the stages meet on: one SQLite file on this "
                   "machine, or Apache Kafka.");
  schema.Add("log.prefix", &prefix,
             "Before the name of every topic, group and transactional ID; two "
             "prefixes are two crawlers.");
  schema.Add("log.session_timeout", &session_timeout,
             "How long a worker may be silent before its partitions go to "
             "others.");
  schema.Add("log.fetch_log", &fetch_log,
             "Whether fetchers write a record of every request and what came "
             "of it to the topic fetch_log.");
  DeclareSizes(*this, schema);
  DeclareRetention(*this, schema);
  schema.AddOpenSection("kafka", &kafka,
                        "Any property of librdkafka, passed through; at least "
                        "bootstrap.servers where log.backend is kafka.");
}

}  // namespace newsmill
