#include "core/flow/outbox.h"

#include "core/runtime/log.h"

namespace newsmill {
namespace {

constexpr Duration kFirstDelay = std::chrono::milliseconds(200);
constexpr Duration kLongestDelay = std::chrono::seconds(5);
constexpr size_t kMostBytes = 32 << 20;

// Whether sending the same record again is in vain.
bool IsFinal(Code code) {
  return code == Code::kTooLarge || code == Code::kNotFound ||
         code == Code::kInvalidArgument;
}

}  // namespace

Outbox::Outbox(Bus& bus, ProducerOptions options, const Clock& clock)
    : bus_(bus),
      options_(std::move(options)),
      clock_(clock),
      backoff_(kFirstDelay, kLongestDelay) {}

Outbox::~Outbox() = default;

Result<void> Outbox::Open() {
  Result<std::unique_ptr<Producer>> producer = bus_.NewProducer(options_);
  if (!producer) return producer.error();
  producer_ = *std::move(producer);
  producer_broken_ = false;
  return {};
}

Outbox::Ticket Outbox::Send(std::vector<Record> records) {
  const Ticket ticket = ++last_ticket_;
  Parcel& parcel = parcels_[ticket];
  parcel.pending = records.size();
  parcel.records = std::move(records);
  for (size_t i = 0; i < parcel.records.size(); ++i) {
    bytes_ += parcel.records[i].value.size();
    Produce({ticket, i});
  }
  return ticket;
}

void Outbox::Produce(const Place& place) {
  producer_->Produce(
      parcels_[place.first].records[place.second],
      [answers = answers_, place](const Result<RecordMetadata>& result) {
        std::optional<Error> error;
        if (!result) error = result.error();
        const std::lock_guard lock(answers->mutex);
        answers->settled.emplace_back(place, std::move(error));
      });
}

Outbox::Report Outbox::Collect() {
  std::vector<std::pair<Place, std::optional<Error>>> settled;
  {
    const std::lock_guard lock(answers_->mutex);
    settled.swap(answers_->settled);
  }
  Report report;
  for (const auto& [place, error] : settled) OnAnswer(place, error, report);
  if (!failed_.empty() && clock_.Uptime() >= send_again_at_) SendAgain();
  return report;
}

void Outbox::OnAnswer(const Place& place, const std::optional<Error>& error,
                      Report& report) {
  sent_again_.erase(place);
  if (error && !IsFinal(error->code)) return OnFailure(place, *error);
  const auto found = parcels_.find(place.first);
  Parcel& parcel = found->second;
  Record& record = parcel.records[place.second];
  bytes_ -= record.value.size();
  record = {};
  if (error) {
    parcel.refused = error;
  } else if (!stalled()) {
    backoff_.Reset();
  }
  if (--parcel.pending > 0) return;
  if (parcel.refused) {
    report.refused.push_back({place.first, *parcel.refused});
  } else {
    report.durable.push_back(place.first);
  }
  parcels_.erase(found);
}

void Outbox::OnFailure(const Place& place, const Error& error) {
  if (failed_.empty()) {
    const Duration delay = backoff_.Next();
    send_again_at_ = clock_.Uptime() + delay;
    log::Warn(
        "The log does not take records; taking no new work.",
        {{"error", error.message}, {"next_attempt_in", FormatDuration(delay)}});
  }
  // Such a producer does not recover; its other records will fail as well.
  producer_broken_ |= !IsRetryable(error.code);
  failed_.insert(place);
}

void Outbox::SendAgain() {
  if (producer_broken_) {
    if (const Result<void> opened = Open(); !opened) {
      send_again_at_ = clock_.Uptime() + backoff_.Next();
      log::Warn("No new producer could be made.",
                {{"error", opened.error().message}});
      return;
    }
  }
  sent_again_.insert(failed_.begin(), failed_.end());
  const std::set<Place> places = std::exchange(failed_, {});
  for (const Place& place : places) Produce(place);
}

void Outbox::Flush(Duration timeout) {
  // What was not settled in time is seen in Collect.
  if (const Result<void> flushed = producer_->Flush(timeout); !flushed) {
    log::Debug("Outputs are not acknowledged yet.",
               {{"error", flushed.error().message}});
  }
}

bool Outbox::full() const { return bytes_ >= kMostBytes; }

}  // namespace newsmill
