#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "fetcher/config.h"
#include "fetcher/guard/ip_address.h"

namespace newsmill {

// How many requests run to each address, whatever its hosts are called: a
// thousand small sites may be one machine. Used by one thread; outlives its
// places.
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

   private:
    friend class AddressBook;
    bool given_ = false;
    AddressBook* book_ = nullptr;  // nullptr: not counted
    std::string address_;
  };

  // The configuration was checked by CheckFetcherConfig.
  explicit AddressBook(const FetcherConfig& config);

  // Without a port.
  Place Enter(const std::string& address);
  int RunningAt(const std::string& address) const;

 private:
  bool IsShared(const std::string& address) const;
  void Leave(const std::string& address);

  const int most_;
  std::vector<Cidr> shared_;
  std::unordered_map<std::string, int> running_;
};

}  // namespace newsmill
