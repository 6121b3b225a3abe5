#include "parser/extract/names.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>

#include "parser/extract/month_names.h"
#include "parser/extract/name_words.h"
#include "parser/extract/text_key.h"
#include "parser/html/text.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

constexpr size_t kMaxNames = 20;
constexpr size_t kLongestName = 60;   // code points
constexpr size_t kLongestLine = 400;  // bytes
constexpr size_t kMaxWords = 5;

std::string Lower(std::string_view word) {
  std::string out;
  for (size_t at = 0; at < word.size();) {
    AppendUtf8(static_cast<char32_t>(
                   u_tolower(static_cast<UChar32>(NextCodePoint(word, &at)))),
               &out);
  }
  return out;
}

// A word without the marks around it: "(Reuters)," is "Reuters".
std::string_view Bare(std::string_view word) {
  constexpr std::string_view kMarks = "()[]{}\"',;:!?*+<>";
  while (!word.empty() && kMarks.find(word.front()) != kMarks.npos) {
    word.remove_prefix(1);
  }
  while (!word.empty() && kMarks.find(word.back()) != kMarks.npos) {
    word.remove_suffix(1);
  }
  return word;
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

bool HasDigit(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

bool IsIdeographic(char32_t c) {
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x20000 && c <= 0x3FFFF);
}

size_t Ideographs(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size();) {
    if (IsIdeographic(NextCodePoint(text, &at))) ++count;
  }
  return count;
}

char32_t First(std::string_view word) {
  size_t at = 0;
  return word.empty() ? 0 : NextCodePoint(word, &at);
}

bool IsCased(char32_t c) {
  return u_isupper(static_cast<UChar32>(c)) != 0 ||
         u_islower(static_cast<UChar32>(c)) != 0;
}

bool BeginsSmall(std::string_view word) {
  return u_islower(static_cast<UChar32>(First(word))) != 0;
}

bool IsLetter(char32_t c) { return u_isalpha(static_cast<UChar32>(c)) != 0; }

bool IsAddress(std::string_view text) {
  const std::string lower = Lower(text);
  return text.find('@') != text.npos || lower.starts_with("http:") ||
         lower.starts_with("https:") || lower.starts_with("www.") ||
         lower.find("://") != lower.npos;
}

std::string WithoutAddresses(std::string_view line) {
  if (line.find("://") == line.npos && line.find("www.") == line.npos &&
      line.find('@') == line.npos) {
    return std::string(line);
  }
  std::string out;
  for (const std::string_view word : Words(line)) {
    if (IsAddress(word)) continue;
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

// Cuts a line at what stands between names. Marks between them, and words such
// as "and".
class Splitter {
 public:
  explicit Splitter(std::string_view line) : line_(line) {}

  std::vector<std::string> Run() {
    for (size_t at = 0; at < line_.size();) {
      const size_t size = SeparatorAt(at);
      if (size > 0) {
        End();
        at += size;
      } else {
        piece_ += line_[at++];
      }
    }
    End();
    return std::move(pieces_);
  }

 private:
  size_t SeparatorAt(size_t at) const {
    constexpr std::array<std::string_view, 16> kMarks = {
        ",",  ";",  "|", "/", "&",  "、", "，", "；",
        "｜", "／", "•", "·", "丨", "●",  "\n", "＆"};
    const std::string_view rest = line_.substr(at);
    for (const std::string_view mark : kMarks) {
      if (!rest.starts_with(mark)) continue;
      // The dot inside a transcribed name: "列夫·托尔斯泰".
      if (mark == "·" && at > 0 && line_[at - 1] != ' ' &&
          rest.size() > mark.size() && rest[mark.size()] != ' ') {
        return 0;
      }
      return mark.size();
    }
    for (const std::string_view dash : {" - ", " – ", " — ", " -- "}) {
      if (rest.starts_with(dash)) return dash.size();
    }
    if (rest[0] != ' ') return 0;
    const size_t end = rest.find(' ', 1);
    if (end == rest.npos) return 0;
    const std::string_view word = rest.substr(1, end - 1);
    // "y" and "e" join the two parts of a Spanish or Portuguese name, too, but
    // in bylines they join names.
    return IsAndWord(word) || IsAndWord(Lower(word)) ? end + 1 : 0;
  }

  void End() {
    const std::string_view piece = TrimBlanks(piece_);
    if (!piece.empty()) pieces_.emplace_back(piece);
    piece_.clear();
  }

  const std::string_view line_;
  std::string piece_;
  std::vector<std::string> pieces_;
};

// "Photo: Ada Byron", "Foto von Ada Byron": who took or drew the picture.
bool CreditsPicture(std::string_view line) {
  const std::vector<std::string_view> words = Words(line);
  if (words.size() < 2 || !IsPictureWord(Lower(Bare(words[0])))) return false;
  return words[0].ends_with(":") || words[1].starts_with(":") ||
         IsByWord(Lower(Bare(words[1])));
}

// What stands before the names, taken off `line`: a by-word with what may stand
// before it. False if there is none.
bool TakeLabel(std::string_view* line) {
  const std::vector<std::string_view> words = Words(*line);
  for (size_t i = 0; i < words.size() && i < 12; ++i) {
    const std::string bare = Lower(Bare(words[i]));
    const bool colon = words[i].ends_with(":");
    const bool after = i + 1 < words.size() && words[i + 1] == ":";
    if ((IsByWord(bare) || (IsLabelWord(bare) && (colon || after))) &&
        (i > 0 || words.size() > 1 || colon || bare == "by" || bare == "von" ||
         bare == "par" || bare == "por")) {
      size_t next = i + 1 + (after ? 1 : 0);
      // "Autor: von Ada": labels in a row.
      while (next < words.size() && IsByWord(Lower(Bare(words[next]))) &&
             BeginsSmall(words[next])) {
        ++next;
      }
      const char* const from = next < words.size()
                                   ? words[next].data()
                                   : line->data() + line->size();
      *line = line->substr(static_cast<size_t>(from - line->data()));
      return true;
    }
    const bool skip = HasDigit(bare) || IsLabelWord(bare) || IsTimeWord(bare) ||
                      IsAndWord(bare) || bare.size() <= 2 ||
                      MonthNamed(bare).has_value();
    if (!skip) return false;
  }
  return false;
}

// 作者：, 记者, 文/ and the like before Chinese and Japanese names.
bool TakeIdeographicLabel(std::string_view* line) {
  constexpr std::array<std::string_view, 22> kLabels = {
      "本报记者", "特约记者", "实习记者", "通讯员", "记者", "記者",
      "本文作者", "原创作者", "作者",     "撰文",   "采写", "采访",
      "文字",     "供稿",     "撰稿",     "執筆",   "取材", "著者",
      "글",       "文",       "by",       "By"};
  bool taken = false;
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view label : kLabels) {
      if (!line->starts_with(label)) continue;
      std::string_view rest = line->substr(label.size());
      bool mark = false;
      for (const std::string_view colon :
           {"：", ":", "/", "／", "|", "丨", "｜", "●", " ", "　", "=", "＝"}) {
        if (rest.starts_with(colon)) {
          mark = true;
          rest.remove_prefix(colon.size());
          break;
        }
      }
      if (!mark && label.size() <= 3) continue;
      *line = TrimBlanks(rest);
      taken = again = true;
      break;
    }
  }
  return taken;
}

class LineReader {
 public:
  LineReader(bool strict, Byline* byline) : strict_(strict), byline_(*byline) {}

  // False where the line ends the byline.
  bool Read(std::string_view line) {
    line = TrimBlanks(line);
    if (line.empty() || CreditsPicture(line)) return true;
    bool labelled = TakeIdeographicLabel(&line);
    if (TakeLabel(&line)) labelled = true;
    byline_.labelled = byline_.labelled || labelled;
    line = TrimBlanks(line);
    if (line.empty()) return true;
    const size_t before = byline_.names.size();
    bool whole = true;
    const std::string named = WithoutAddresses(line);
    for (const std::string& piece : Splitter(named).Run()) {
      if (byline_.names.size() >= kMaxNames) return false;
      if (!Piece(piece, labelled)) {
        whole = false;
        byline_.mixed = true;
        if (strict_) break;
      }
    }
    // Names behind a label are all there is.
    return whole && !(labelled && byline_.names.size() > before);
  }

 private:
  bool Piece(std::string_view piece, bool labelled) {
    if (Ideographs(piece) > 0) return IdeographicPiece(piece);
    const std::vector<std::string_view> words = Words(piece);
    std::string name;
    size_t count = 0;
    size_t small = 0;
    bool group = false;
    for (size_t i = 0; i < words.size(); ++i) {
      // "(Reuters)" and "(photos)" behind a name.
      if (i > 0 && words[i].starts_with("(")) break;
      const std::string_view bare = Trim(words[i]);
      if (bare.empty()) continue;
      const std::string lower = Lower(bare);
      // "Author: Bo2man", "Von Jessie am 29.12.2010"
      const bool first = strict_ && labelled && byline_.names.empty();
      if (first && i == 0 && HasDigit(bare) && IsLetter(First(bare))) {
        return Add(std::string(bare), 1, false);
      }
      if (first && count == 1 && !MonthNamed(Lower(name)) &&
          (IsTimeWord(lower) || HasDigit(bare))) {
        return Add(std::move(name), count, group);
      }
      if (IsAddress(bare) || HasDigit(bare)) {
        if (strict_ || IsAddress(bare)) return Cut(name, count, group);
      }
      if (strict_ && IsRoleWord(lower)) return Cut(name, count, group);
      if (IsGroupWord(lower)) group = true;
      if (IsCased(First(bare)) && BeginsSmall(bare) && !IsParticle(lower)) {
        // "Ada Byron in London", "Ada Byron for Example".
        if (count >= 2) return Cut(name, count, group);
        if (strict_ && !group && !(words.size() == 1 && labelled)) return false;
        ++small;
      }
      if (!name.empty()) name += ' ';
      name += bare;
      ++count;
    }
    if (strict_ && count > kMaxWords) return false;
    if (small > 2) return false;
    return Add(std::move(name), count, group);
  }

  // A name that something else follows.
  bool Cut(const std::string& name, size_t count, bool group) {
    if (count >= 2) Add(name, count, group);
    return false;
  }

  static std::string_view Trim(std::string_view word) {
    word = Bare(word);
    // An initial keeps its full stop, as do "Jr." and "Dr.".
    if (word.ends_with(".") && word.size() > 5) word.remove_suffix(1);
    return word;
  }

  bool IdeographicPiece(std::string_view piece) {
    constexpr std::array<std::string_view, 9> kRoles = {
        "记者", "編集部", "编辑",     "通讯员", " 기자",
        "기자", "특파원", "摄影报道", "報道"};
    std::string text(piece);
    bool group = false;
    for (const std::string_view role : kRoles) {
      if (role == "編集部") {
        group = group || text.ends_with(role);
        continue;
      }
      if (text.size() > role.size() + 3 && text.ends_with(role)) {
        text.resize(text.size() - role.size());
      }
    }
    bool any = false;
    const std::string_view trimmed = TrimBlanks(text);
    // "甲 乙" are two names; so are "甲　乙".
    std::string spaced;
    for (size_t at = 0; at < trimmed.size();) {
      const size_t begin = at;
      const char32_t c = NextCodePoint(trimmed, &at);
      c == 0x3000 ? spaced += ' '
                  : spaced += std::string(trimmed.substr(begin, at - begin));
    }
    for (const std::string_view word : Words(spaced)) {
      const std::string_view bare = Bare(word);
      const size_t length = CountCodePoints(bare);
      const size_t ideographs = Ideographs(bare);
      if (strict_ &&
          (HasDigit(bare) || length > 8 || ideographs * 2 < length)) {
        byline_.mixed = true;
        return any;
      }
      if (bare.empty() || length > kLongestName) continue;
      const bool long_name = length > 5 && bare.find("·") == bare.npos;
      any = Push({std::string(bare), group || long_name ? NameKind::kGroup
                                     : length < 2       ? NameKind::kSingle
                                                        : NameKind::kPerson}) ||
            any;
    }
    return any;
  }

  bool Add(std::string name, size_t count, bool group) {
    const std::string lower = Lower(name);
    if (name.empty() || IsNoName(lower) || IsAddress(name)) return false;
    if (CountCodePoints(name) > kLongestName || CountCodePoints(name) < 2) {
      return false;
    }
    if (!std::any_of(name.begin(), name.end(), [](char c) {
          const auto byte = static_cast<uint8_t>(c);
          return byte >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        })) {
      return false;
    }
    // "news.example" is the medium.
    const size_t dot = name.find_last_of('.');
    const bool domain = count == 1 && dot != name.npos && dot > 1 &&
                        dot + 2 < name.size() &&
                        IsLetter(First(name.substr(dot + 1)));
    const NameKind kind = group || domain ? NameKind::kGroup
                          : count == 1    ? NameKind::kSingle
                                          : NameKind::kPerson;
    return Push({std::move(name), kind});
  }

  bool Push(Name name) {
    const std::string key = TextKey(name.text);
    for (const Name& known : byline_.names) {
      if (TextKey(known.text) == key) return true;
    }
    byline_.names.push_back(std::move(name));
    return true;
  }

  const bool strict_;
  Byline& byline_;
};

Byline Read(std::string_view text, bool strict) {
  Byline byline;
  LineReader reader(strict, &byline);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.size() > kLongestLine || !reader.Read(line)) {
      byline.mixed = byline.mixed || at < text.size();
      break;
    }
  }
  return byline;
}

}  // namespace

Byline ReadByline(std::string_view text) { return Read(text, true); }

Byline ReadNames(std::string_view text) { return Read(text, false); }

bool SaysBy(std::string_view line) {
  constexpr size_t kLongest = 40;  // bytes
  line = TrimBlanks(line);
  if (line.empty() || line.size() > kLongest) return false;
  std::string_view rest = line;
  if (TakeIdeographicLabel(&rest) && rest.empty()) return true;
  const std::vector<std::string_view> words = Words(line);
  const std::string last = Lower(Bare(words.back()));
  if (!IsByWord(last) && !(words.size() > 1 && last == "da")) return false;
  return std::all_of(words.begin(), words.end() - 1, [](std::string_view word) {
    const std::string lower = Lower(Bare(word));
    return IsLabelWord(lower) || IsTimeWord(lower);
  });
}

}  // namespace newsmill
