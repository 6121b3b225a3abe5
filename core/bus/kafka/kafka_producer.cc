#include "core/bus/kafka/kafka_producer.h"

#include <utility>
#include <vector>

#include "core/bus/kafka/errors.h"
#include "core/bus/kafka/partition_list.h"
#include "core/bus/partitioner.h"
#include "core/runtime/log.h"

namespace newsmill::kafka {
namespace {

// What may wait for its acknowledgement.
constexpr int64_t kPendingBytes = int64_t{64} << 20;
constexpr int64_t kOverheadBytes = 256;
constexpr Duration kMetadataTimeout = std::chrono::seconds(30);
constexpr Duration kPrimeTimeout = std::chrono::seconds(1);
constexpr Duration kLastFlush = std::chrono::seconds(10);
constexpr int kPollMs = 100;

int64_t SizeOf(const Record& record) {
  size_t size = record.value.size();
  if (record.key) size += record.key->size();
  for (const Header& header : record.headers) {
    size += header.name.size() + header.value.size();
  }
  return static_cast<int64_t>(size) + kOverheadBytes;
}

HeadersHandle MakeHeaders(const std::vector<Header>& headers) {
  HeadersHandle handle(rd_kafka_headers_new(headers.size()));
  for (const Header& header : headers) {
    rd_kafka_header_add(handle.get(), header.name.data(),
                        static_cast<ssize_t>(header.name.size()),
                        header.value.data(),
                        static_cast<ssize_t>(header.value.size()));
  }
  return handle;
}

std::string Describe(const Record& record) {
  return "cannot write a record of " + std::to_string(record.value.size()) +
         " bytes to " +
         kafka::Describe({record.topic, record.partition.value_or(-1)});
}

}  // namespace

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::Create(
    const BusConfig& config, rd_kafka_t* metadata_client,
    const ProducerOptions& options) {
  std::unique_ptr<KafkaProducer> producer(
      new KafkaProducer(config, metadata_client, options.client_id));
  auto client = producer->NewClient();
  if (!client) return client.error();
  producer->client_ = *std::move(client);
  producer->poller_ =
      std::thread([raw = producer.get()] { raw->PollUntilStopped(); });
  return producer;
}

KafkaProducer::~KafkaProducer() {
  if (poller_.joinable()) {
    static_cast<void>(KafkaProducer::Flush(kLastFlush));
    stop_ = true;
    poller_.join();
  }
  // Before what it borrows goes.
  client_.reset();
  for (auto& [sequence, pending] : pending_) {
    if (!pending.done) continue;
    pending.done(Error{Code::kCancelled, "the producer ended before " +
                                             pending.record.topic +
                                             " took a record"});
  }
}

Result<ClientHandle> KafkaProducer::NewClient() {
  const Properties defaults{
      // Of the client alone: a topic's own limit decides.
      {"message.max.bytes", "16777216"},
      {"client.id", client_id_.empty() ? "newsmill" : client_id_},
  };
  const Properties fixed{
      {"enable.idempotence", "true"},
      {"acks", "all"},
      // The bound is ours, so that librdkafka's queue is never full.
      {"queue.buffering.max.messages", "1000000"},
      {"queue.buffering.max.kbytes", "1048576"},
  };
  auto conf = MakeConf(config_, defaults, fixed, context_);
  if (!conf) return conf.error();
  rd_kafka_conf_set_dr_msg_cb(conf->get(), OnDelivery);
  return MakeClient(RD_KAFKA_PRODUCER, *std::move(conf));
}

void KafkaProducer::Produce(Record record, Done done) {
  if (auto chosen = ChoosePartition(record); !chosen) {
    if (done) done(chosen.error());
    return;
  }
  const int64_t size = SizeOf(record);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return pending_.empty() || pending_bytes_ + size <= kPendingBytes;
  });
  const uint64_t sequence = next_sequence_++;
  Pending& pending = pending_[sequence];
  pending.record = std::move(record);
  pending.done = std::move(done);
  pending.size = size;
  pending_bytes_ += size;
  const auto sent = Send(sequence, pending.record);
  lock.unlock();
  if (!sent) Settle(sequence, sent.error());
}

Result<void> KafkaProducer::ChoosePartition(Record& record) {
  const auto count = PartitionCount(record.topic);
  if (!count) return count.error();
  if (!record.partition) {
    if (record.key) {
      record.partition = PartitionForKey(*record.key, *count);
    } else {
      const std::lock_guard lock(mutex_);
      record.partition =
          static_cast<int32_t>(next_keyless_++ % static_cast<uint32_t>(*count));
    }
  }
  if (*record.partition >= 0 && *record.partition < *count) return {};
  return Error{Code::kInvalidArgument,
               "the log has no " +
                   kafka::Describe({record.topic, *record.partition}) +
                   ", which has " + std::to_string(*count)};
}

Result<int32_t> KafkaProducer::PartitionCount(const std::string& topic) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = partition_counts_.find(topic);
    if (known != partition_counts_.end()) return known->second;
  }
  const auto count =
      FetchPartitionCount(metadata_client_, topic, kMetadataTimeout);
  if (!count) return count;
  const std::lock_guard lock(mutex_);
  partition_counts_[topic] = *count;
  // Acquaints this client with the topic; by itself it looks once a second, so
  // it does no harm where this fails.
  static_cast<void>(FetchPartitionCount(client_.get(), topic, kPrimeTimeout));
  return count;
}

Result<void> KafkaProducer::Send(uint64_t sequence, const Record& record) {
  HeadersHandle headers = MakeHeaders(record.headers);
  const bool has_key = record.key.has_value();
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      client_.get(), RD_KAFKA_V_TOPIC(record.topic.c_str()),
      RD_KAFKA_V_PARTITION(*record.partition), RD_KAFKA_V_MSGFLAGS(0),
      RD_KAFKA_V_VALUE(ValueOf(record), record.value.size()),
      RD_KAFKA_V_KEY(has_key ? record.key->data() : nullptr,
                     has_key ? record.key->size() : 0),
      RD_KAFKA_V_HEADERS(headers.get()),
      // Comes back with the report; nothing points there.
      RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(sequence)),  // NOLINT
      RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    static_cast<void>(headers.release());  // the message's now
    return {};
  }
  // Stays in the window, which the next client gets.
  if (error == RD_KAFKA_RESP_ERR__FATAL) return {};
  return MakeError(error, Describe(record));
}

void KafkaProducer::OnDelivery(rd_kafka_t* client,
                               const rd_kafka_message_t* message,
                               void* opaque) {
  auto* context = static_cast<Context*>(static_cast<ConnectionState*>(opaque));
  const auto sequence = reinterpret_cast<uint64_t>(message->_private);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    context->producer->Settle(
        sequence,
        RecordMetadata{{rd_kafka_topic_name(message->rkt), message->partition},
                       message->offset});
    return;
  }
  // Of a client that was given up, nothing is settled but what succeeded.
  const bool given_up =
      rd_kafka_fatal_error(client, nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
  if (given_up) return;
  const TopicPartition to{rd_kafka_topic_name(message->rkt),
                          message->partition};
  context->producer->Settle(
      sequence,
      MakeError(message->err, "cannot write a record of " +
                                  std::to_string(message->len) + " bytes to " +
                                  kafka::Describe(to)));
}

void KafkaProducer::Settle(uint64_t sequence, Result<RecordMetadata> result) {
  Done done;
  {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(sequence);
    if (found == pending_.end() || found->second.settling) return;
    found->second.settling = true;
    done = std::move(found->second.done);
  }
  if (done) done(std::move(result));
  {
    // After the callback, so that Flush waits for it.
    const std::lock_guard lock(mutex_);
    pending_bytes_ -= pending_[sequence].size;
    pending_.erase(sequence);
  }
  changed_.notify_all();
}

void KafkaProducer::PollUntilStopped() {
  while (!stop_) {
    rd_kafka_poll(client_.get(), kPollMs);
    if (rd_kafka_fatal_error(client_.get(), nullptr, 0) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      Recover();
    }
  }
}

void KafkaProducer::Recover() {
  char reason[512] = "";
  rd_kafka_fatal_error(client_.get(), reason, sizeof reason);
  log::Warn("A Kafka producer broke and is made anew.", {{"reason", reason}});
  // Reports that already lie there: what was acknowledged is not sent again.
  while (rd_kafka_poll(client_.get(), 0) > 0) {
  }
  std::vector<std::pair<uint64_t, Error>> refused;
  {
    const std::lock_guard lock(mutex_);
    // Ends before the records that it borrows are sent by another.
    client_.reset();
    auto client = NewClient();
    // The same properties were good enough before.
    if (!client) std::abort();
    client_ = *std::move(client);
    for (const auto& [sequence, pending] : pending_) {
      if (pending.settling) continue;
      auto sent = Send(sequence, pending.record);
      if (!sent) refused.emplace_back(sequence, sent.error());
    }
  }
  for (auto& [sequence, error] : refused) Settle(sequence, std::move(error));
}

Result<void> KafkaProducer::Flush(Duration timeout) {
  std::unique_lock lock(mutex_);
  const uint64_t end = next_sequence_;
  const auto settled = [&] {
    return pending_.empty() || pending_.begin()->first >= end;
  };
  if (changed_.wait_for(lock, timeout, settled)) return {};
  return Error{Code::kTimedOut,
               std::to_string(pending_.size()) +
                   " records were not acknowledged by Kafka at " +
                   config_.kafka.at("bootstrap.servers") + " within " +
                   FormatDuration(timeout) + "; " + context_.last_error()};
}

void KafkaProducer::BreakForTesting() {
  const std::lock_guard lock(mutex_);
  rd_kafka_test_fatal_error(client_.get(),
                            RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                            "broken by a test");
}

}  // namespace newsmill::kafka
