#include "core/base/id.h"

#include <pthread.h>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <xxhash.h>

#include <array>
#include <atomic>
#include <cstdlib>

namespace newsmill {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

// Fetched in pieces, because a call costs OpenSSL as much as some thousand
// bytes. A process that forks must not go on with what its parent had left.
class RandomSupply {
 public:
  std::string Take(size_t count) {
    static const int watched = pthread_atfork(nullptr, nullptr, &Forget);
    if (watched != 0) std::abort();
    if (left_ < count || generation_ != forks_) Fill();
    left_ -= count;
    return {bytes_.data() + left_, count};
  }

 private:
  static void Forget() { ++forks_; }  // in the child

  void Fill() {
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes_.data()),
                   static_cast<int>(bytes_.size())) != 1) {
      std::abort();  // no randomness: identities would collide
    }
    left_ = bytes_.size();
    generation_ = forks_;
  }

  static inline std::atomic<int> forks_ = 0;
  std::array<char, 1024> bytes_;
  size_t left_ = 0;
  int generation_ = 0;
};

// At most 16.
std::string RandomBytes(size_t count) {
  thread_local RandomSupply supply;
  return supply.Take(count);
}

bool IsLowerHex(std::string_view text) {
  return text.find_first_not_of(kHexDigits) == std::string_view::npos;
}

// The trace ID of a well-formed traceparent, else empty.
std::string_view TraceIdOf(std::string_view parent) {
  constexpr size_t kLength = 55;  // 00-<32>-<16>-<2>
  if (parent.size() != kLength || !parent.starts_with("00-")) return {};
  if (parent[35] != '-' || parent[52] != '-') return {};
  const std::string_view trace = parent.substr(3, 32);
  const std::string_view span = parent.substr(36, 16);
  if (!IsLowerHex(trace) || !IsLowerHex(span)) return {};
  if (trace.find_first_not_of('0') == std::string_view::npos) return {};
  return trace;
}

std::string Traceparent(std::string_view trace_id) {
  return "00-" + std::string(trace_id) + "-" + HexEncode(RandomBytes(8)) +
         "-01";
}

}  // namespace

std::string HexEncode(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    text += kHexDigits[byte >> 4];
    text += kHexDigits[byte & 15];
  }
  return text;
}

std::string NewUuidV7(Timestamp now) {
  // RFC 9562, section 5.7: 48 bits of Unix milliseconds, then random bits with
  // version and variant in their places.
  std::string bytes = RandomBytes(16);
  const auto milliseconds =
      static_cast<uint64_t>(now.time_since_epoch().count());
  for (int i = 0; i < 6; ++i) {
    bytes[i] = static_cast<char>(milliseconds >> (8 * (5 - i)));
  }
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x70);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = HexEncode(bytes);
  for (const size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
  return text;
}

std::string Sha256(std::string_view bytes) {
  // Looked up once: by name OpenSSL takes longer than for a page's digest.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, sha256,
                 nullptr) != 1) {
    std::abort();  // no SHA-256 in the library: nothing can be identified
  }
  return {reinterpret_cast<const char*>(digest.data()), length};
}

std::string Xxh128Hex(std::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical,
                           XXH3_128bits(bytes.data(), bytes.size()));
  return HexEncode({reinterpret_cast<const char*>(canonical.digest),
                    sizeof(canonical.digest)});
}

std::string NewTraceparent() { return Traceparent(HexEncode(RandomBytes(16))); }

std::string ChildTraceparent(std::string_view parent) {
  const std::string_view trace_id = TraceIdOf(parent);
  return trace_id.empty() ? NewTraceparent() : Traceparent(trace_id);
}

}  // namespace newsmill
