#include "core/base/simhash.h"

#include <bit>
#include <string>

#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <xxhash.h>

namespace newsmill {
namespace {

constexpr int kFewestFeatures = 16;

struct Range {
  UChar32 first, last;
};

// Scripts written without spaces between words.
bool IsUnspaced(UChar32 c) {
  static constexpr Range kRanges[] = {
      {0x0E00, 0x0E7F},    // Thai
      {0x3040, 0x30FF},    // Hiragana, Katakana
      {0x3400, 0x4DBF},    // Han
      {0x4E00, 0x9FFF},    //
      {0xF900, 0xFAFF},    //
      {0x20000, 0x3FFFF},  //
  };
  for (const Range& range : kRanges) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}

bool IsOfWord(UChar32 c) {
  return u_isalnum(c) || U_GET_GC_MASK(c) & U_GC_M_MASK;
}

void Append(UChar32 c, std::string* text) {
  char bytes[U8_MAX_LENGTH];
  int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, c);
  text->append(bytes, static_cast<size_t>(size));
}

// Takes a text character by character and weighs its features.
class Weigher {
 public:
  void Take(UChar32 c) {
    if (IsUnspaced(c)) {
      EndWord();
      previous_word_.clear();
      std::string character;
      Append(c, &character);
      if (!character_.empty()) Add(character_ + character);
      character_ = std::move(character);
      return;
    }
    character_.clear();
    if (IsOfWord(c)) {
      Append(u_foldCase(c, U_FOLD_CASE_DEFAULT), &word_);
    } else {
      EndWord();
    }
  }

  std::optional<uint64_t> Finish() {
    EndWord();
    if (features_ < kFewestFeatures) return std::nullopt;
    uint64_t hash = 0;
    for (size_t bit = 0; bit < weights_.size(); ++bit) {
      if (weights_[bit] > 0) hash |= uint64_t{1} << bit;
    }
    return hash;
  }

 private:
  void EndWord() {
    if (word_.empty()) return;
    Add(word_);
    if (!previous_word_.empty()) Add(previous_word_ + ' ' + word_);
    previous_word_ = std::move(word_);
    word_.clear();
  }

  void Add(const std::string& feature) {
    const uint64_t hash = XXH3_64bits(feature.data(), feature.size());
    for (size_t bit = 0; bit < weights_.size(); ++bit) {
      weights_[bit] += (hash >> bit & 1) != 0 ? 1 : -1;
    }
    ++features_;
  }

  std::array<int64_t, 64> weights_{};
  int64_t features_ = 0;
  std::string word_, previous_word_, character_;
};

}  // namespace

std::optional<uint64_t> SimHash(std::string_view text) {
  Weigher weigher;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const size_t size = text.size();
  for (size_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c >= 0) weigher.Take(c);
  }
  return weigher.Finish();
}

int HammingDistance(uint64_t a, uint64_t b) { return std::popcount(a ^ b); }

std::array<int, 4> SimHashBands(uint64_t hash) {
  std::array<int, 4> bands{};
  for (size_t i = 0; i < bands.size(); ++i) {
    bands[i] = static_cast<int>(hash >> (16 * i) & 0xFFFF);
  }
  return bands;
}

}  // namespace newsmill
