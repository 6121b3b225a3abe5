#include "parser/extract/class_words.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace newsmill {
namespace {

struct Word {
  std::string_view text;
  uint32_t says;
};

// Sorted. In the languages that class names are written in; glued words as
// they are met.
constexpr std::array kWords = std::to_array<Word>({
    {"about", kWordBiography},
    {"ad", kWordBeside},
    {"ads", kWordBeside},
    {"advert", kWordBeside},
    {"advertisement", kWordBeside},
    {"articleauthor", kWordAuthor},
    {"articledate", kWordDate},
    {"articletime", kWordDate},
    {"auteur", kWordAuthor},
    {"auteurs", kWordAuthor},
    {"author", kWordAuthor},
    {"authorbox", kWordAuthor | kWordBiography},
    {"authorlink", kWordAuthor | kWordName},
    {"authorname", kWordAuthor | kWordName},
    {"authors", kWordAuthor},
    {"autor", kWordAuthor},
    {"autore", kWordAuthor},
    {"autoren", kWordAuthor},
    {"autores", kWordAuthor},
    {"autori", kWordAuthor},
    {"avatar", kWordBiography},
    {"banner", kWordBeside},
    {"bio", kWordBiography},
    {"biography", kWordBiography},
    {"blogroll", kWordBeside},
    {"breadcrumb", kWordBeside},
    {"breadcrumbs", kWordBeside},
    {"byline", kWordAuthor | kWordDate},
    {"bylines", kWordAuthor | kWordDate},
    {"calendar", kWordBeside},
    {"caption", kWordCaption},
    {"carousel", kWordBeside},
    {"comment", kWordComment},
    {"commentaire", kWordComment},
    {"commentaires", kWordComment},
    {"commenti", kWordComment},
    {"commentlist", kWordComment},
    {"comments", kWordComment},
    {"contributor", kWordAuthor},
    {"contributors", kWordAuthor},
    {"copyright", kWordCredit | kWordBeside},
    {"createdate", kWordDate},
    {"creator", kWordAuthor},
    {"credit", kWordCredit},
    {"credits", kWordCredit},
    {"data", kWordDate},
    {"date", kWordDate},
    {"dateline", kWordDate},
    {"datemodified", kWordDate | kWordModified},
    {"dateposted", kWordDate},
    {"datepublished", kWordDate},
    {"datetime", kWordDate},
    {"datum", kWordDate},
    {"description", kWordBiography},
    {"dtreviewed", kWordDate},
    {"dtstart", kWordBeside},
    {"editor", kWordAuthor},
    {"entrydate", kWordDate},
    {"event", kWordBeside},
    {"events", kWordBeside},
    {"fecha", kWordDate},
    {"firma", kWordAuthor},
    {"fn", kWordName},
    {"forfatter", kWordAuthor},
    {"headline", kWordTitle},
    {"info", kWordDate},
    {"infos", kWordDate},
    {"journalist", kWordAuthor},
    {"kommentar", kWordComment},
    {"kommentare", kWordComment},
    {"lastupdated", kWordDate | kWordModified},
    {"latest", kWordBeside},
    {"menu", kWordBeside},
    {"meta", kWordDate},
    {"metadata", kWordDate},
    {"modified", kWordModified},
    {"more", kWordBeside},
    {"mostread", kWordBeside},
    {"name", kWordName},
    {"nav", kWordBeside},
    {"navbar", kWordBeside},
    {"navigation", kWordBeside},
    {"newsletter", kWordBeside},
    {"nickname", kWordName},
    {"popular", kWordBeside},
    {"postauthor", kWordAuthor},
    {"postdate", kWordDate},
    {"posted", kWordDate},
    {"postmeta", kWordDate},
    {"promo", kWordBeside},
    {"ptime", kWordDate},
    {"pubdate", kWordDate},
    {"publicationdate", kWordDate},
    {"publish", kWordDate},
    {"publishdate", kWordDate},
    {"published", kWordDate},
    {"publishtime", kWordDate},
    {"pubtime", kWordDate},
    {"readmore", kWordBeside},
    {"recommend", kWordBeside},
    {"recommended", kWordBeside},
    {"redakteur", kWordAuthor},
    {"related", kWordBeside},
    {"reply", kWordComment},
    {"reporter", kWordAuthor},
    {"respond", kWordComment},
    {"role", kWordBiography},
    {"sidebar", kWordBeside},
    {"signature", kWordAuthor},
    {"skribent", kWordAuthor},
    {"sponsored", kWordBeside},
    {"stamp", kWordDate},
    {"teaser", kWordBeside},
    {"teasers", kWordBeside},
    {"time", kWordDate},
    {"timestamp", kWordDate},
    {"title", kWordTitle},
    {"trending", kWordBeside},
    {"update", kWordDate | kWordModified},
    {"updated", kWordDate | kWordModified},
    {"vcard", kWordAuthor},
    {"verfasser", kWordAuthor},
    {"widget", kWordBeside},
    {"widgets", kWordBeside},
    {"writer", kWordAuthor},
    {"writers", kWordAuthor},
    {"zeit", kWordDate},
});

constexpr size_t kLongestWord = 20;

// Where the words of each letter begin, and where the last ones end.
constexpr std::array<uint8_t, 27> kFirstOf = [] {
  static_assert(kWords.size() <= UINT8_MAX);
  std::array<uint8_t, 27> first{};
  for (size_t letter = 0; letter < first.size(); ++letter) {
    const char c = static_cast<char>('a' + letter);
    uint8_t at = 0;
    while (at < kWords.size() && kWords[at].text[0] < c) ++at;
    first[letter] = at;
  }
  return first;
}();

// `word` is of small letters.
uint32_t Says(std::string_view word) {
  const auto letter = static_cast<size_t>(word[0] - 'a');
  for (size_t i = kFirstOf[letter]; i < kFirstOf[letter + 1]; ++i) {
    if (kWords[i].text == word) return kWords[i].says;
  }
  return 0;
}

}  // namespace

uint32_t ClassWords(std::string_view text) {
  std::array<char, kLongestWord> word;
  size_t size = 0;
  bool small = false;  // the last letter
  uint32_t says = 0;
  const auto end_word = [&] {
    if (size > 1 && size <= kLongestWord) says |= Says({word.data(), size});
    size = 0;
  };
  for (const char c : text) {
    const char lower = static_cast<char>(c | 0x20);
    const bool letter = lower >= 'a' && lower <= 'z';
    const bool capital = letter && c != lower;
    if (!letter || (capital && small)) end_word();
    small = letter && !capital;
    if (!letter) continue;
    if (size < kLongestWord) word[size] = lower;
    ++size;
  }
  end_word();
  return says;
}

}  // namespace newsmill
