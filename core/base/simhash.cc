#include "core/base/simhash.h"

#include <bit>
#include <string>
#include <vector>

#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <xxhash.h>

namespace newsmill {
namespace {

constexpr int kFewestFeatures = 16;

struct Range {
  UChar32 first, last;
};

bool IsAscii(UChar32 c) { return c < 0x80; }
bool IsAsciiUpper(UChar32 c) { return c >= 'A' && c <= 'Z'; }

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
  if (c < kRanges[0].first) return false;
  for (const Range& range : kRanges) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}

bool IsOfWord(UChar32 c) {
  if (IsAscii(c)) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || IsAsciiUpper(c);
  }
  return u_isalnum(c) || U_GET_GC_MASK(c) & U_GC_M_MASK;
}

UChar32 Folded(UChar32 c) {
  if (IsAscii(c)) return IsAsciiUpper(c) ? c - 'A' + 'a' : c;
  return u_foldCase(c, U_FOLD_CASE_DEFAULT);
}

void Append(UChar32 c, std::string* text) {
  if (IsAscii(c)) return text->push_back(static_cast<char>(c));
  char bytes[U8_MAX_LENGTH];
  int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, c);
  text->append(bytes, static_cast<size_t>(size));
}

// How often each of 64 bits was set. Digit i of all 64 counts stands in one
// word, so that adding costs as many steps as a carry is long: two on average.
class BitCounts {
 public:
  void Add(uint64_t bits) {
    for (size_t i = 0; bits != 0; ++i) {
      if (i == digits_.size()) digits_.push_back(0);
      const uint64_t carry = digits_[i] & bits;
      digits_[i] ^= bits;
      bits = carry;
    }
  }
  int64_t Of(size_t bit) const {
    int64_t count = 0;
    for (size_t i = 0; i < digits_.size(); ++i) {
      count |= static_cast<int64_t>(digits_[i] >> bit & 1) << i;
    }
    return count;
  }

 private:
  std::vector<uint64_t> digits_;  // the lowest first
};

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
      Append(Folded(c), &word_);
    } else {
      EndWord();
    }
  }

  std::optional<uint64_t> Finish() {
    EndWord();
    if (features_ < kFewestFeatures) return std::nullopt;
    uint64_t hash = 0;
    for (size_t bit = 0; bit < 64; ++bit) {
      if (2 * set_.Of(bit) > features_) hash |= uint64_t{1} << bit;
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
    set_.Add(XXH3_64bits(feature.data(), feature.size()));
    ++features_;
  }

  BitCounts set_;
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
