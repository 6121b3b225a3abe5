#include "fetcher/guard/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace newsmill {
namespace {

constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0,    0,
                                             0, 0, 0, 0, 0xFF, 0xFF};
constexpr std::array<uint8_t, 12> kNat64 = {0, 0x64, 0xFF, 0x9B, 0, 0,
                                            0, 0,    0,    0,    0, 0};

uint32_t V4At(const std::array<uint8_t, 16>& bytes, size_t offset) {
  uint32_t address = 0;
  for (size_t i = 0; i < 4; ++i) address = address << 8 | bytes[offset + i];
  return address;
}

bool StartsWith(const std::array<uint8_t, 16>& bytes,
                const std::array<uint8_t, 12>& prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

}  // namespace

IpAddress IpAddress::FromV4(uint32_t address) {
  IpAddress result;
  std::copy(kMapped.begin(), kMapped.end(), result.bytes_.begin());
  for (size_t i = 0; i < 4; ++i) {
    result.bytes_[12 + i] = static_cast<uint8_t>(address >> (24 - 8 * i));
  }
  return result;
}

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  const std::string address(text.substr(0, text.find('%')));
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    return FromV4(ntohl(v4.s_addr));
  }
  IpAddress result;
  if (inet_pton(AF_INET6, address.c_str(), result.bytes_.data()) != 1) {
    return std::nullopt;
  }
  return result;
}

std::optional<IpAddress> IpAddress::FromSocket(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return FromV4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  IpAddress result;
  std::memcpy(result.bytes_.data(), &v6.sin6_addr, result.bytes_.size());
  return result;
}

bool IpAddress::is_v4() const { return StartsWith(bytes_, kMapped); }

std::optional<IpAddress> IpAddress::EmbeddedV4() const {
  constexpr std::array<uint8_t, 12> kCompatible = {};
  if (is_v4()) return *this;
  if (StartsWith(bytes_, kNat64)) return FromV4(V4At(bytes_, 12));
  if (bytes_[0] == 0x20 && bytes_[1] == 0x02) return FromV4(V4At(bytes_, 2));
  // ::1 and :: are addresses of their own.
  if (StartsWith(bytes_, kCompatible) && V4At(bytes_, 12) > 1) {
    return FromV4(V4At(bytes_, 12));
  }
  return std::nullopt;
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes_.data() + 12, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  }
  return text.data();
}

Result<Cidr> Cidr::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<IpAddress> base = IpAddress::Parse(text.substr(0, slash));
  const int most = base && base->is_v4() ? 32 : 128;
  int bits = most;
  bool valid = base.has_value();
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const char* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, bits);
    valid = valid && parsed.ec == std::errc() && parsed.ptr == end &&
            bits >= 0 && bits <= most;
  }
  if (!valid) {
    return Error{Code::kBadConfiguration,
                 "\"" + std::string(text) +
                     "\" is no block of addresses; expected is one such as "
                     "10.0.0.0/8, fd00::/8 or 192.0.2.7"};
  }
  Cidr cidr;
  cidr.base_ = *base;
  cidr.bits_ = bits + (128 - most);
  cidr.text_ = text;
  return cidr;
}

bool Cidr::Contains(const IpAddress& address) const {
  const auto& ours = base_.bytes();
  const auto& theirs = address.bytes();
  const size_t whole = static_cast<size_t>(bits_ / 8);
  if (!std::equal(ours.begin(), ours.begin() + static_cast<long>(whole),
                  theirs.begin())) {
    return false;
  }
  const int rest = bits_ % 8;
  if (rest == 0) return true;
  const int mask = 0xFF << (8 - rest) & 0xFF;
  return ((ours[whole] ^ theirs[whole]) & mask) == 0;
}

}  // namespace newsmill
