#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/time.h"
#include "fetcher/config.h"
#include "fetcher/guard/ip_address.h"

namespace newsmill {

// How many requests run to each address and how closely they follow each other,
// whatever its hosts are called: a thousand small sites may be one machine. A
// host that comes too early is given a time of its own, so that none of them
// opens a connection in vain twice. Used by one thread; outlives its places.
class AddressBook {
 public:
  // A request to an address, until this is destroyed.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place();
    // There is room for the request.
    explicit operator bool() const { return given_; }
    // Without room: when the host may come again.
    Instant come_again() const { return come_again_; }

   private:
    friend class AddressBook;
    bool given_ = false;
    Instant come_again_{};
    AddressBook* book_ = nullptr;  // nullptr: not counted
    std::string address_;
  };

  // The configuration was checked by CheckFetcherConfig.
  explicit AddressBook(const FetcherConfig& config);

  // Before a connection is opened: when the host may come, where the address it
  // was last met at has no turn for it now. nullopt: now, as far as is known.
  std::optional<Instant> MustWait(const std::string& host, Instant now);
  // At the last moment before bytes leave. `address`: without a port.
  Place Enter(const std::string& host, const std::string& address, Instant now);
  int RunningAt(const std::string& address) const;
  // Hosts and addresses that are remembered.
  size_t size() const { return askers_.size() + addresses_.size(); }

 private:
  struct Address {
    int running = 0;
    Instant next{};  // that is not given away
  };
  // A host that has met a limited address.
  struct Asker {
    std::string address;
    std::optional<Instant> turn;  // that it was given
    Instant seen{};
  };

  bool IsShared(const std::string& address) const;
  // When the asker may come instead; nullopt: now, and that turn is its own
  // until it entered.
  std::optional<Instant> TakeTurn(Address& address, Asker& asker, Instant now);
  void Leave(const std::string& address);
  void Sweep(Instant now);

  const int most_;
  const Duration delay_;
  std::vector<Cidr> shared_;
  std::unordered_map<std::string, Address> addresses_;
  std::unordered_map<std::string, Asker> askers_;
  size_t sweep_at_;
};

}  // namespace newsmill
