#include "core/bus/embedded/membership.h"

#include <utility>

#include "core/base/id.h"
#include "core/runtime/log.h"

namespace newsmill::embedded {
namespace {

// As Kafka's max.poll.interval.ms: a loop that hangs that long is dead, though
// its process lives.
constexpr Duration kMaxPollGap = std::chrono::minutes(5);

std::string NewMemberId() { return NewUuidV7(Clock::System().Now()); }

}  // namespace

Result<std::unique_ptr<Membership>> Membership::Join(
    LogFile& log, const std::string& group,
    const std::vector<std::string>& topics, Duration session_timeout) {
  std::unique_ptr<Membership> membership(
      new Membership(log, {.group = group,
                           .id = NewMemberId(),
                           .topics = topics,
                           .session_timeout = session_timeout}));
  auto joined = membership->JoinGroup(membership->member_);
  if (!joined) return joined.error();
  membership->renewer_ =
      std::thread([raw = membership.get()] { raw->RenewUntilStopped(); });
  return membership;
}

Membership::~Membership() { Stop(); }

Result<void> Membership::JoinGroup(const Member& member) {
  return log_.Write([&member](Connection& db) -> Result<void> {
    embedded::Join(db, member, Boottime::now());
    return {};
  });
}

Result<void> Membership::Rejoin() {
  Member member = member_;
  member.id = NewMemberId();
  if (auto joined = JoinGroup(member); !joined) return joined;
  const std::lock_guard lock(mutex_);
  member_ = std::move(member);
  return {};
}

Result<void> Membership::Leave() {
  Stop();
  return log_.Write([this](Connection& db) -> Result<void> {
    embedded::Leave(db, member_, Boottime::now());
    return {};
  });
}

void Membership::Touch() { last_poll_ = Boottime::now(); }

void Membership::RenewUntilStopped() {
  std::unique_lock lock(mutex_);
  while (!stop_changed_.wait_for(lock, member_.session_timeout / 4,
                                 [this] { return stop_; })) {
    if (Boottime::now() - last_poll_.load() > kMaxPollGap) continue;
    const Member member = member_;
    lock.unlock();
    // That the member was expelled is seen, and told, by the polling thread.
    const auto renewed = log_.Write([&member](Connection& db) -> Result<void> {
      RenewLease(db, member, Boottime::now());
      return {};
    });
    if (!renewed) {
      log::Warn("A consumer's lease could not be renewed.",
                {{"group", member.group}, {"error", renewed.error().message}});
    }
    lock.lock();
  }
}

void Membership::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stop_changed_.notify_all();
  if (renewer_.joinable()) renewer_.join();
}

}  // namespace newsmill::embedded
