#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "fetcher/guard/ip_address.h"

namespace newsmill {

// Keeps the fetcher out of the operator's own network, wherever a name, a
// redirect or a link may lead: an address that is not public (IANA's
// special-purpose registries, RFC 6890) is refused unless the configuration
// names its range. An IPv6 address that carries an IPv4 one is judged by that.
//
// Judges addresses, never names, so it cannot be led round by DNS. Immutable;
// thread-safe.
class AddressGuard {
 public:
  // Refuses every address that is not public.
  AddressGuard() = default;
  // `allowed`: blocks (CIDR) that are let pass. kBadConfiguration for what is
  // no block.
  static Result<AddressGuard> Create(const std::vector<std::string>& allowed);

  // Empty: may be asked. Otherwise what the address is, and what to configure
  // if it is meant to be asked.
  std::string RefusalOf(const IpAddress& address) const;
  // What is no address at all is refused, too.
  std::string RefusalOf(std::string_view address) const;

 private:
  bool IsAllowed(const IpAddress& address) const;

  std::vector<Cidr> allowed_;
};

}  // namespace newsmill
