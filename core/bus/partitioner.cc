#include "core/bus/partitioner.h"

#include <cstddef>

namespace newsmill {

uint32_t Murmur2(std::string_view key) {
  // org.apache.kafka.common.utils.Utils.murmur2: little endian, all arithmetic
  // modulo 2^32, unsigned shifts.
  constexpr uint32_t kSeed = 0x9747b28c;
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;
  const auto byte = [&key](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(key[i]));
  };

  uint32_t hash = kSeed ^ static_cast<uint32_t>(key.size());
  size_t at = 0;
  for (; at + 4 <= key.size(); at += 4) {
    uint32_t word =
        byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
    word *= kMultiplier;
    word ^= word >> kShift;
    word *= kMultiplier;
    hash = (hash * kMultiplier) ^ word;
  }
  if (at < key.size()) {
    for (size_t i = key.size(); i > at; --i) {
      hash ^= byte(i - 1) << (8 * (i - 1 - at));
    }
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  return hash ^ hash >> 15;
}

int32_t PartitionForKey(std::string_view key, int32_t partitions) {
  constexpr uint32_t kPositive = 0x7fffffff;
  return static_cast<int32_t>((Murmur2(key) & kPositive) %
                              static_cast<uint32_t>(partitions));
}

}  // namespace newsmill
