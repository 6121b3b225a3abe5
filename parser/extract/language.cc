#include "parser/extract/language.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

#include "parser/extract/language_words.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

constexpr size_t kMaxBytes = 6 << 10;
constexpr int kLeastLetters = 20;

// Which languages a word is common in, as bits of the list's order.
class WordIndex {
 public:
  WordIndex() {
    const auto& lists = LanguageWordLists();
    for (size_t i = 0; i < lists.size(); ++i) {
      const std::string_view words = lists[i].words;
      for (size_t at = 0; at < words.size();) {
        const size_t end = std::min(words.find(' ', at), words.size());
        bits_[words.substr(at, end - at)] |= uint64_t{1} << i;
        at = end + 1;
      }
    }
  }

  uint64_t Find(std::string_view word) const {
    const auto found = bits_.find(word);
    return found == bits_.end() ? 0 : found->second;
  }

 private:
  std::unordered_map<std::string_view, uint64_t> bits_;
};

struct ScriptLanguage {
  UScriptCode script;
  const char* code;
};

// Scripts that one language of the news is written in.
constexpr std::array kScripts = std::to_array<ScriptLanguage>({
    {USCRIPT_HANGUL, "ko"},
    {USCRIPT_GREEK, "el"},
    {USCRIPT_HEBREW, "he"},
    {USCRIPT_THAI, "th"},
    {USCRIPT_BENGALI, "bn"},
    {USCRIPT_TAMIL, "ta"},
    {USCRIPT_TELUGU, "te"},
    {USCRIPT_GUJARATI, "gu"},
    {USCRIPT_KANNADA, "kn"},
    {USCRIPT_MALAYALAM, "ml"},
    {USCRIPT_GURMUKHI, "pa"},
    {USCRIPT_GEORGIAN, "ka"},
    {USCRIPT_ARMENIAN, "hy"},
    {USCRIPT_KHMER, "km"},
    {USCRIPT_LAO, "lo"},
    {USCRIPT_MYANMAR, "my"},
    {USCRIPT_SINHALA, "si"},
    {USCRIPT_ETHIOPIC, "am"},
});

class Census {
 public:
  explicit Census(std::string_view text) {
    std::string word;
    for (size_t at = 0; at < text.size();) {
      const auto point = static_cast<UChar32>(NextCodePoint(text, &at));
      if (u_isalpha(point) == 0 && u_charType(point) != U_NON_SPACING_MARK &&
          u_charType(point) != U_COMBINING_SPACING_MARK) {
        EndWord(&word);
        continue;
      }
      Count(point);
      AppendUtf8(static_cast<char32_t>(u_tolower(point)), &word);
    }
    EndWord(&word);
  }

  DetectedLanguage Decide() const {
    if (letters_ < kLeastLetters) return {};
    if (kana_ * 20 > letters_) return {"ja", true};
    if (han_ * 3 > letters_) return {"zh", true};
    for (size_t i = 0; i < kScripts.size(); ++i) {
      if (scripts_[i] * 2 > letters_) return {kScripts[i].code, true};
    }
    return ByWords();
  }

 private:
  void Count(UChar32 point) {
    ++letters_;
    if (point < 0x370) return;
    if ((point >= 0x3041 && point <= 0x30FA)) {
      ++kana_;
      return;
    }
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(point, &status);
    if (script == USCRIPT_HAN) {
      ++han_;
      return;
    }
    for (size_t i = 0; i < kScripts.size(); ++i) {
      if (kScripts[i].script == script) ++scripts_[i];
    }
  }

  void EndWord(std::string* word) {
    static const WordIndex index;
    if (word->empty()) return;
    ++words_;
    for (uint64_t bits = index.Find(*word); bits != 0; bits &= bits - 1) {
      ++hits_[static_cast<size_t>(__builtin_ctzll(bits))];
    }
    word->clear();
  }

  DetectedLanguage ByWords() const {
    constexpr int kLeastWords = 12;
    const auto& lists = LanguageWordLists();
    size_t best = 0;
    for (size_t i = 1; i < lists.size(); ++i) {
      if (hits_[i] > hits_[best]) best = i;
    }
    int second = 0;
    for (size_t i = 0; i < lists.size(); ++i) {
      if (i != best) second = std::max(second, hits_[i]);
    }
    if (words_ < kLeastWords || hits_[best] * 8 < words_) return {};
    const bool clear = hits_[best] * 4 > second * 5;
    const bool many = words_ >= 40 && hits_[best] * 6 > words_;
    return {std::string(lists[best].code), clear && many};
  }

  int letters_ = 0;
  int words_ = 0;
  int han_ = 0;
  int kana_ = 0;
  std::array<int, kScripts.size()> scripts_ = {};
  std::array<int, 64> hits_ = {};
};

}  // namespace

DetectedLanguage DetectLanguage(std::string_view text) {
  size_t size = std::min(text.size(), kMaxBytes);
  while (size < text.size() &&
         (static_cast<uint8_t>(text[size]) & 0xC0) == 0x80) {
    --size;
  }
  return Census(text.substr(0, size)).Decide();
}

}  // namespace newsmill
