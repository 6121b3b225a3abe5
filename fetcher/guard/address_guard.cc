#include "fetcher/guard/address_guard.h"

#include <algorithm>
#include <array>

namespace newsmill {
namespace {

struct Kind {
  const char* block;
  const char* is;
};

// The narrower block first.
constexpr std::array kKinds = {
    Kind{"0.0.0.0/8", "an address of \"this network\""},
    Kind{"10.0.0.0/8", "a private address"},
    Kind{"100.100.100.200/32", "a cloud's metadata address"},
    Kind{"100.64.0.0/10", "a carrier-grade NAT address"},
    Kind{"127.0.0.0/8", "a loopback address"},
    Kind{"169.254.169.254/32", "a cloud's metadata address"},
    Kind{"169.254.0.0/16", "a link-local address"},
    Kind{"168.63.129.16/32", "a cloud's metadata address"},
    Kind{"172.16.0.0/12", "a private address"},
    Kind{"192.0.0.0/24", "a reserved address"},
    Kind{"192.0.2.0/24", "a documentation address"},
    Kind{"192.88.99.0/24", "a reserved address"},
    Kind{"192.168.0.0/16", "a private address"},
    Kind{"198.18.0.0/15", "a benchmarking address"},
    Kind{"198.51.100.0/24", "a documentation address"},
    Kind{"203.0.113.0/24", "a documentation address"},
    Kind{"224.0.0.0/4", "a multicast address"},
    Kind{"255.255.255.255/32", "the broadcast address"},
    Kind{"240.0.0.0/4", "a reserved address"},
    Kind{"::/128", "the unspecified address"},
    Kind{"::1/128", "a loopback address"},
    Kind{"2001::/23", "a reserved address"},
    Kind{"2001:db8::/32", "a documentation address"},
    Kind{"3fff::/20", "a documentation address"},
    Kind{"fd00:ec2::254/128", "a cloud's metadata address"},
    Kind{"fd20:ce::254/128", "a cloud's metadata address"},
    Kind{"fc00::/7", "a private address"},
    Kind{"fe80::/10", "a link-local address"},
    Kind{"fec0::/10", "a site-local address"},
    Kind{"ff00::/8", "a multicast address"},
};

struct Refused {
  Cidr block;
  std::string is;
};

const std::vector<Refused>& RefusedBlocks() {
  static const std::vector<Refused> blocks = [] {
    std::vector<Refused> parsed;
    for (const Kind& kind : kKinds) {
      parsed.push_back({*Cidr::Parse(kind.block), kind.is});
    }
    return parsed;
  }();
  return blocks;
}

std::string Refusal(const std::string& address, const std::string& is,
                    const std::string& block) {
  return address + " is " + is + " (" + block +
         "), which the address guard refuses. If it is meant to be asked, name "
         "it in newsmill.toml:\n[fetcher]\nallow_addresses = [\"" +
         block + "\"]";
}

}  // namespace

Result<AddressGuard> AddressGuard::Create(
    const std::vector<std::string>& allowed) {
  AddressGuard guard;
  for (const std::string& text : allowed) {
    Result<Cidr> block = Cidr::Parse(text);
    if (!block) {
      return Error{Code::kBadConfiguration,
                   "fetcher.allow_addresses: " + block.error().message};
    }
    guard.allowed_.push_back(std::move(*block));
  }
  return guard;
}

bool AddressGuard::IsAllowed(const IpAddress& address) const {
  return std::any_of(
      allowed_.begin(), allowed_.end(),
      [&address](const Cidr& block) { return block.Contains(address); });
}

std::string AddressGuard::RefusalOf(const IpAddress& address) const {
  if (IsAllowed(address)) return "";
  const std::optional<IpAddress> inner = address.EmbeddedV4();
  const IpAddress& judged = inner ? *inner : address;
  if (inner && IsAllowed(*inner)) return "";
  for (const Refused& refused : RefusedBlocks()) {
    if (!refused.block.Contains(judged)) continue;
    const std::string by = judged == address ? "" : " by " + judged.text();
    return Refusal(address.text() + by, refused.is, refused.block.text());
  }
  // Of IPv6 only 2000::/3 is given out as global unicast.
  static const Cidr global = *Cidr::Parse("2000::/3");
  if (inner || global.Contains(address)) return "";
  return Refusal(address.text(), "a reserved address", address.text());
}

std::string AddressGuard::RefusalOf(std::string_view address) const {
  const std::optional<IpAddress> parsed = IpAddress::Parse(address);
  if (parsed) return RefusalOf(*parsed);
  return "\"" + std::string(address) + "\" is no address";
}

}  // namespace newsmill
