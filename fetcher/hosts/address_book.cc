#include "fetcher/hosts/address_book.h"

#include <algorithm>
#include <utility>

namespace newsmill {

AddressBook::Place::Place(Place&& other) noexcept
    : given_(std::exchange(other.given_, false)),
      book_(std::exchange(other.book_, nullptr)),
      address_(std::move(other.address_)) {}

AddressBook::Place& AddressBook::Place::operator=(Place&& other) noexcept {
  if (this == &other) return *this;
  if (book_ != nullptr) book_->Leave(address_);
  given_ = std::exchange(other.given_, false);
  book_ = std::exchange(other.book_, nullptr);
  address_ = std::move(other.address_);
  return *this;
}

AddressBook::Place::~Place() {
  if (book_ != nullptr) book_->Leave(address_);
}

AddressBook::AddressBook(const FetcherConfig& config)
    : most_(static_cast<int>(config.address_concurrency)) {
  for (const std::string& text : config.shared_addresses) {
    Result<Cidr> range = Cidr::Parse(text);
    if (range) shared_.push_back(*std::move(range));
  }
}

AddressBook::Place AddressBook::Enter(const std::string& address) {
  Place place;
  if (!IsShared(address)) {
    int& running = running_[address];
    if (running >= most_) return place;
    ++running;
    place.book_ = this;
    place.address_ = address;
  }
  place.given_ = true;
  return place;
}

int AddressBook::RunningAt(const std::string& address) const {
  const auto found = running_.find(address);
  return found == running_.end() ? 0 : found->second;
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
  const auto found = running_.find(address);
  if (found != running_.end() && --found->second == 0) running_.erase(found);
}

}  // namespace newsmill
