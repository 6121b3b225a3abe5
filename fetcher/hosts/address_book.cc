#include "fetcher/hosts/address_book.h"

#include <algorithm>
#include <utility>

namespace newsmill {
namespace {

// How soon somebody who finds an address full comes again.
constexpr Duration kFullRest = std::chrono::milliseconds(250);
// A turn that was not used by then is given up.
constexpr Duration kTurnKept = std::chrono::minutes(1);
// How long it is remembered where a host was met.
constexpr Duration kAskerKept = std::chrono::minutes(10);
constexpr size_t kFirstSweep = 4096;

}  // namespace

AddressBook::Place::Place(Place&& other) noexcept
    : given_(std::exchange(other.given_, false)),
      come_again_(other.come_again_),
      book_(std::exchange(other.book_, nullptr)),
      address_(std::move(other.address_)) {}

AddressBook::Place& AddressBook::Place::operator=(Place&& other) noexcept {
  if (this == &other) return *this;
  if (book_ != nullptr) book_->Leave(address_);
  given_ = std::exchange(other.given_, false);
  come_again_ = other.come_again_;
  book_ = std::exchange(other.book_, nullptr);
  address_ = std::move(other.address_);
  return *this;
}

AddressBook::Place::~Place() {
  if (book_ != nullptr) book_->Leave(address_);
}

AddressBook::AddressBook(const FetcherConfig& config)
    : most_(static_cast<int>(config.address_concurrency)),
      delay_(config.address_delay),
      sweep_at_(kFirstSweep) {
  for (const std::string& text : config.shared_addresses) {
    Result<Cidr> range = Cidr::Parse(text);
    if (range) shared_.push_back(*std::move(range));
  }
}

std::optional<Instant> AddressBook::MustWait(const std::string& host,
                                             Instant now) {
  const auto asker = askers_.find(host);
  if (asker == askers_.end()) return std::nullopt;
  Address& address = addresses_[asker->second.address];
  if (address.running >= most_) return now + kFullRest;
  return TakeTurn(address, asker->second, now);
}

AddressBook::Place AddressBook::Enter(const std::string& host,
                                      const std::string& address, Instant now) {
  Place place;
  if (IsShared(address)) {
    place.given_ = true;
    return place;
  }
  Sweep(now);
  Address& met = addresses_[address];
  Asker& asker = askers_[host];
  if (asker.address != address) asker = {address, std::nullopt, now};
  asker.seen = now;
  const std::optional<Instant> later =
      met.running >= most_ ? now + kFullRest : TakeTurn(met, asker, now);
  if (later) {
    place.come_again_ = *later;
    return place;
  }
  asker.turn.reset();
  ++met.running;
  place.given_ = true;
  place.book_ = this;
  place.address_ = address;
  return place;
}

std::optional<Instant> AddressBook::TakeTurn(Address& address, Asker& asker,
                                             Instant now) {
  if (delay_ == Duration(0)) return std::nullopt;
  if (asker.turn && *asker.turn + kTurnKept < now) asker.turn.reset();
  if (!asker.turn) {
    asker.turn = std::max(address.next, now);
    address.next = *asker.turn + delay_;
  }
  if (*asker.turn <= now) return std::nullopt;
  return asker.turn;
}

int AddressBook::RunningAt(const std::string& address) const {
  const auto found = addresses_.find(address);
  return found == addresses_.end() ? 0 : found->second.running;
}

bool AddressBook::IsShared(const std::string& address) const {
  const auto parsed = IpAddress::Parse(address);
  // Of what is no address nothing is known that could be counted.
  if (!parsed) return true;
  return std::any_of(shared_.begin(), shared_.end(), [&](const Cidr& range) {
    return range.Contains(*parsed);
  });
}

void AddressBook::Leave(const std::string& address) {
  const auto found = addresses_.find(address);
  if (found != addresses_.end()) --found->second.running;
}

void AddressBook::Sweep(Instant now) {
  if (askers_.size() + addresses_.size() < sweep_at_) return;
  std::erase_if(askers_, [now](const auto& each) {
    return each.second.seen + kAskerKept < now;
  });
  std::erase_if(addresses_, [now](const auto& each) {
    return each.second.running == 0 && each.second.next <= now;
  });
  sweep_at_ = std::max(kFirstSweep, 2 * (askers_.size() + addresses_.size()));
}

}  // namespace newsmill
