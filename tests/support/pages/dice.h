#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace newsmill::pages {

// A random number generator whose numbers are the same on every machine and
// for ever (splitmix64); the standard library's distributions are not.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}

  // One that is independent of others of the same seed by its `purpose`: what a
  // later change draws for one purpose moves nothing of another.
  Dice(uint64_t seed, std::string_view purpose)
      : state_(Mix(seed ^ Hash(purpose))) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    return Mix(state_);
  }
  // In [0, bound).
  size_t Below(size_t bound) { return static_cast<size_t>(Next() % bound); }
  // In [low, high].
  int Between(int low, int high) {
    return low + static_cast<int>(Below(static_cast<size_t>(high - low) + 1));
  }
  bool Chance(double share) {
    return static_cast<double>(Next() >> 11) * 0x1.0p-53 < share;
  }
  template <typename Container>
  const auto& Pick(const Container& container) {
    return container[Below(std::size(container))];
  }

  // FNV-1a.
  static uint64_t Hash(std::string_view text) {
    uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return hash;
  }

 private:
  static uint64_t Mix(uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
  }

  uint64_t state_;
};

}  // namespace newsmill::pages
