#include "core/bus/embedded/header_codec.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace newsmill::embedded {
namespace {

void Put(std::string& bytes, std::string_view text) {
  size_t length = text.size();
  for (; length >= 0x80; length >>= 7) {
    bytes += static_cast<char>((length & 0x7f) | 0x80);
  }
  bytes += static_cast<char>(length);
  bytes += text;
}

std::optional<std::string> Take(std::string_view& bytes) {
  uint64_t length = 0;
  bool complete = false;
  for (int shift = 0; !complete && !bytes.empty() && shift < 63; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    length |= uint64_t{byte & 0x7fu} << shift;
    complete = (byte & 0x80) == 0;
  }
  if (!complete || length > bytes.size()) return std::nullopt;
  std::string text(bytes.substr(0, length));
  bytes.remove_prefix(length);
  return text;
}

}  // namespace

std::string EncodeHeaders(const std::vector<Header>& headers) {
  std::string bytes;
  for (const Header& header : headers) {
    Put(bytes, header.name);
    Put(bytes, header.value);
  }
  return bytes;
}

std::vector<Header> DecodeHeaders(std::string_view bytes) {
  std::vector<Header> headers;
  while (!bytes.empty()) {
    auto name = Take(bytes);
    auto value = name ? Take(bytes) : std::nullopt;
    if (!value) break;
    headers.push_back({*std::move(name), *std::move(value)});
  }
  return headers;
}

}  // namespace newsmill::embedded
