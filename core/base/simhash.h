#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace newsmill {

// Two texts whose SimHashes differ in no more bits say the same with a few
// words changed. Of four bands of 16 bits at least one is then equal, so an
// index over the bands finds all of them (decision 0022).
inline constexpr int kSimilarBits = 3;

// SimHash of 64 bits over the words of a text, the pairs of neighbouring words,
// and, where writing has no spaces (Chinese, Japanese, Thai), the pairs of
// neighbouring characters; each counts as often as it occurs. Case, punctuation
// and spaces say nothing. Empty for a text of fewer than 16 such features,
// which would resemble too many others. The same everywhere and for ever. Bytes
// that are no UTF-8 are passed over.
std::optional<uint64_t> SimHash(std::string_view text);

// Bits that differ, 0 to 64.
int HammingDistance(uint64_t a, uint64_t b);

// The four bands, from the lowest bits on.
std::array<int, 4> SimHashBands(uint64_t hash);

}  // namespace newsmill
