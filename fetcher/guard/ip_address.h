#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

struct sockaddr;

namespace newsmill {

// An IPv4 or IPv6 address, kept as IPv6 bytes: an IPv4 one, and one mapped into
// IPv6 (which the kernel connects to over IPv4), is ::ffff:a.b.c.d. A value.
class IpAddress {
 public:
  // With or without brackets; nullopt for what is no address. A zone
  // (fe80::1%eth0) is dropped.
  static std::optional<IpAddress> Parse(std::string_view text);
  // nullopt for another family than the two.
  static std::optional<IpAddress> FromSocket(const sockaddr& address);
  static IpAddress FromV4(uint32_t address);  // host byte order

  bool is_v4() const;
  // The IPv4 address that a packet to this one may end at: itself, or what
  // NAT64 (RFC 6052), 6to4 (RFC 3056) and the deprecated ::a.b.c.d carry.
  std::optional<IpAddress> EmbeddedV4() const;
  std::string text() const;  // "10.0.0.1", "2001:db8::1"
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<uint8_t, 16> bytes_{};
};

// A block of addresses (RFC 4632).
class Cidr {
 public:
  // "10.0.0.0/8", "fd00::/8", or a single address. kBadConfiguration says what
  // was expected.
  static Result<Cidr> Parse(std::string_view text);

  bool Contains(const IpAddress& address) const;
  const std::string& text() const { return text_; }

 private:
  IpAddress base_;
  int bits_ = 0;  // of the IPv6 form
  std::string text_;
};

}  // namespace newsmill
