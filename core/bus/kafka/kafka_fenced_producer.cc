#include "core/bus/kafka/kafka_fenced_producer.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "core/bus/kafka/errors.h"
#include "core/bus/kafka/partition_list.h"

namespace newsmill::kafka {
namespace {

constexpr Duration kPause = std::chrono::milliseconds(50);

int Left(Instant give_up) {
  return Milliseconds(std::max<Duration>(give_up - Boottime::now(), kPause));
}

}  // namespace

Result<std::unique_ptr<FencedProducer>> KafkaFencedProducer::Create(
    const BusConfig& config, const FencedProducerOptions& options) {
  std::unique_ptr<KafkaFencedProducer> producer(
      new KafkaFencedProducer(options));
  const Properties defaults{
      {"message.max.bytes", "16777216"},
      {"linger.ms", "0"},
      {"client.id", options.client_id.empty() ? "newsmill" : options.client_id},
  };
  const Properties fixed{
      {"enable.idempotence", "true"},
      {"acks", "all"},
      {"transactional.id", options.id},
  };
  auto conf = MakeConf(config, defaults, fixed, producer->context_);
  if (!conf) return conf.error();
  rd_kafka_conf_set_dr_msg_cb(conf->get(), OnDelivery);
  auto client = MakeClient(RD_KAFKA_PRODUCER, *std::move(conf));
  if (!client) return client.error();
  producer->client_ = *std::move(client);
  const Instant give_up = Boottime::now() + options.timeout;
  rd_kafka_t* const raw = producer->client_.get();
  const auto ready = producer->Repeat("take over", give_up, [&] {
    return rd_kafka_init_transactions(raw, Left(give_up));
  });
  if (!ready) return ready.error();
  return std::unique_ptr<FencedProducer>(std::move(producer));
}

Result<void> KafkaFencedProducer::Write(const std::vector<Record>& records) {
  const Instant give_up = Boottime::now() + options_.timeout;
  while (true) {
    if (broken_) return *broken_;
    const auto written = WriteOnce(records, give_up);
    if (written || broken_ || !IsRetryable(written.error().code) ||
        Boottime::now() >= give_up) {
      return broken_ ? Result<void>(*broken_) : written;
    }
    std::this_thread::sleep_for(kPause);
  }
}

Result<void> KafkaFencedProducer::WriteOnce(const std::vector<Record>& records,
                                            Instant give_up) {
  const auto commit = [&] {
    return Repeat("commit", give_up, [&] {
      return rd_kafka_commit_transaction(client_.get(), Left(give_up));
    });
  };
  if (committing_) {
    const auto committed = commit();
    if (!committed && committing_) return committed;
    committing_ = false;
  }
  if (aborting_) {
    if (auto aborted = Abort(give_up); !aborted) return aborted;
  }
  auto begun = Repeat("begin", give_up, [&] {
    return rd_kafka_begin_transaction(client_.get());
  });
  if (!begun) return begun;
  context_.refused = RD_KAFKA_RESP_ERR_NO_ERROR;
  for (const Record& record : records) {
    if (auto produced = Produce(record); !produced) {
      static_cast<void>(Abort(give_up));
      return produced;
    }
  }
  committing_ = true;
  auto committed = commit();
  if (committed) committing_ = false;
  if (committed || context_.refused == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return committed;
  }
  const Error refused =
      MakeError(context_.refused, options_.id + " cannot write");
  return IsRetryable(refused.code) ? committed : Result<void>(refused);
}

Result<void> KafkaFencedProducer::Produce(const Record& record) {
  const std::string what = options_.id + " cannot write to " + record.topic;
  if (!record.partition) {
    return Error{Code::kInvalidArgument, what + ": no partition is named"};
  }
  HeadersHandle headers(rd_kafka_headers_new(record.headers.size()));
  for (const Header& header : record.headers) {
    rd_kafka_header_add(headers.get(), header.name.data(),
                        static_cast<ssize_t>(header.name.size()),
                        header.value.data(),
                        static_cast<ssize_t>(header.value.size()));
  }
  const bool has_key = record.key.has_value();
  const rd_kafka_resp_err_t error =
      rd_kafka_producev(client_.get(), RD_KAFKA_V_TOPIC(record.topic.c_str()),
                        RD_KAFKA_V_PARTITION(*record.partition),
                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                        RD_KAFKA_V_VALUE(ValueOf(record), record.value.size()),
                        RD_KAFKA_V_KEY(has_key ? record.key->data() : nullptr,
                                       has_key ? record.key->size() : 0),
                        RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_END);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return MakeError(error, what);
  static_cast<void>(headers.release());  // the message's now
  return {};
}

template <typename Call>
Result<void> KafkaFencedProducer::Repeat(const char* doing, Instant give_up,
                                         Call call) {
  while (true) {
    const ErrorHandle error(call());
    rd_kafka_poll(client_.get(), 0);
    if (!error) return {};
    const Error judged = Judge(*error, doing);
    if (broken_) return *broken_;
    if (rd_kafka_error_txn_requires_abort(error.get())) {
      committing_ = false;
      if (auto aborted = Abort(give_up); !aborted) return aborted;
      // The whole transaction may be tried again.
      return Error{Code::kConflict, judged.message};
    }
    if (!rd_kafka_error_is_retriable(error.get())) return judged;
    if (Boottime::now() >= give_up) {
      return Error{Code::kTimedOut, judged.message};
    }
    std::this_thread::sleep_for(kPause);
  }
}

Error KafkaFencedProducer::Judge(const rd_kafka_error_t& error,
                                 const char* doing) {
  Error judged = MakeError(error, options_.id + " cannot " + doing);
  if (rd_kafka_error_is_fatal(&error)) {
    // Whatever ended it: its rights are gone, and only a new one gets others.
    judged.code = Code::kFenced;
    broken_ = judged;
  }
  return judged;
}

Result<void> KafkaFencedProducer::Abort(Instant give_up) {
  aborting_ = true;
  while (true) {
    const ErrorHandle error(
        rd_kafka_abort_transaction(client_.get(), Left(give_up)));
    if (!error) {
      aborting_ = false;
      return {};
    }
    const Error judged = Judge(*error, "give a transaction up");
    if (broken_) return *broken_;
    if (!rd_kafka_error_is_retriable(error.get())) return judged;
    if (Boottime::now() >= give_up) {
      return Error{Code::kTimedOut, judged.message};
    }
    std::this_thread::sleep_for(kPause);
  }
}

void KafkaFencedProducer::OnDelivery(rd_kafka_t* /*client*/,
                                     const rd_kafka_message_t* message,
                                     void* opaque) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
      message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
      message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
    return;
  }
  static_cast<Context*>(static_cast<ConnectionState*>(opaque))->refused =
      message->err;
}

}  // namespace newsmill::kafka
