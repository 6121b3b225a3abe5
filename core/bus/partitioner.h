#pragma once

#include <cstdint>
#include <string_view>

namespace newsmill {

// MurmurHash2, 32 bit, with the seed of Kafka's Java client.
uint32_t Murmur2(std::string_view key);

// The partition that Kafka's Java client would choose for this key.
int32_t PartitionForKey(std::string_view key, int32_t partitions);

}  // namespace newsmill
