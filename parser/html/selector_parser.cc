#include "parser/html/selector_parser.h"

#include <charconv>
#include <optional>
#include <utility>

#include "core/base/text.h"
#include "parser/html/text.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

constexpr size_t kMaxBytes = 4096;
constexpr size_t kMaxCompounds = 32;
constexpr int kMaxNesting = 8;

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) {
  return IsDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}
bool IsNameStart(char c) {
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80 || c == '\\';
}
bool IsName(char c) { return IsNameStart(c) || IsDigit(c) || c == '-'; }

// A recursive-descent parser; each Read… returns false after Fail.
class Parser {
 public:
  explicit Parser(std::string_view css) : css_(css) {}

  Result<std::vector<CssComplex>> Run() {
    std::vector<CssComplex> list;
    if (css_.size() > kMaxBytes) {
      Fail("a selector of at most " + std::to_string(kMaxBytes) + " bytes");
    } else if (!IsValidUtf8(css_)) {
      Fail("valid UTF-8");
    } else {
      ReadList(&list);
    }
    if (error_) return *error_;
    return list;
  }

 private:
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < css_.size() ? css_[at_ + ahead] : '\0';
  }
  bool AtEnd() const { return at_ >= css_.size(); }
  bool Take(char c) {
    if (AtEnd() || Peek() != c) return false;
    ++at_;
    return true;
  }
  bool SkipSpaces() {
    const size_t before = at_;
    while (!AtEnd() && IsSpace(Peek())) ++at_;
    return at_ != before;
  }

  bool Fail(const std::string& expected) {
    if (error_) return false;
    const bool broken = !IsValidUtf8(css_);
    const size_t position = broken ? at_ : CountCodePoints(css_.substr(0, at_));
    std::string found = "the end";
    if (!AtEnd() && !broken) {
      size_t end = at_;
      NextCodePoint(css_, &end);
      found = "'" + std::string(css_.substr(at_, end - at_)) + "'";
    }
    error_ = Error{Code::kInvalidArgument,
                   "selector, character " + std::to_string(position + 1) +
                       ": expected " + expected + ", found " + found};
    return false;
  }

  bool ReadList(std::vector<CssComplex>* list) {
    do {
      if (!ReadComplex(&list->emplace_back())) return false;
    } while (Take(','));
    return AtEnd() || Fail("a combinator, ',' or the end");
  }

  bool ReadComplex(CssComplex* complex) {
    SkipSpaces();
    while (true) {
      if (complex->compounds.size() == kMaxCompounds) {
        return Fail("at most " + std::to_string(kMaxCompounds) +
                    " compound selectors");
      }
      if (!ReadCompound(&complex->compounds.emplace_back())) return false;
      const bool spaced = SkipSpaces();
      if (AtEnd() || Peek() == ',') return true;
      if (Take('>')) {
        complex->combinators.push_back(CssCombinator::kChild);
      } else if (Take('+')) {
        complex->combinators.push_back(CssCombinator::kNext);
      } else if (Take('~')) {
        complex->combinators.push_back(CssCombinator::kSubsequent);
      } else if (spaced) {
        complex->combinators.push_back(CssCombinator::kDescendant);
      } else {
        return Fail("a combinator, ',' or the end");
      }
      SkipSpaces();
    }
  }

  bool ReadCompound(CssCompound* compound) {
    const size_t begin = at_;
    if (Take('*')) {
    } else if (IsNameStart(Peek()) || Peek() == '-') {
      if (!ReadName("a tag name", &compound->tag)) return false;
      compound->tag = AsciiLowered(compound->tag);
    }
    while (true) {
      bool read = false;
      if (Take('#')) {
        read = ReadName("an id after '#'", &compound->ids.emplace_back());
      } else if (Take('.')) {
        read = ReadName("a class name after '.'",
                        &compound->classes.emplace_back());
      } else if (Take('[')) {
        read = ReadAttribute(&compound->attributes.emplace_back());
      } else if (Take(':')) {
        read = ReadPseudo(&compound->pseudos.emplace_back());
      } else {
        return at_ != begin || Fail("a tag name, '*', '#', '.', '[' or ':'");
      }
      if (!read) return false;
    }
  }

  bool ReadName(const std::string& expected, std::string* out) {
    const size_t start = Peek() == '-' ? 1 : 0;
    if (!IsNameStart(Peek(start)) && !(start == 1 && Peek(1) == '-')) {
      return Fail(expected);
    }
    while (!AtEnd() && IsName(Peek())) {
      if (Peek() == '\\') {
        if (!ReadEscape(out)) return false;
      } else {
        *out += css_[at_++];
      }
    }
    return true;
  }

  // CSS Syntax Module Level 3, section 4.3.7.
  bool ReadEscape(std::string* out) {
    ++at_;
    if (AtEnd() || Peek() == '\n') return Fail("a character after '\\'");
    if (!IsHex(Peek())) {
      const size_t begin = at_;
      NextCodePoint(css_, &at_);
      *out += css_.substr(begin, at_ - begin);
      return true;
    }
    char32_t code_point = 0;
    for (int i = 0; i < 6 && IsHex(Peek()); ++i, ++at_) {
      const char c = Peek();
      code_point =
          code_point * 16 +
          static_cast<char32_t>(IsDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (IsSpace(Peek())) ++at_;
    const bool scalar = code_point != 0 && code_point <= 0x10FFFF &&
                        (code_point < 0xD800 || code_point > 0xDFFF);
    AppendUtf8(scalar ? code_point : 0xFFFD, out);
    return true;
  }

  bool ReadAttribute(CssAttribute* attribute) {
    SkipSpaces();
    if (!ReadName("an attribute's name after '['", &attribute->name)) {
      return false;
    }
    attribute->name = AsciiLowered(attribute->name);
    SkipSpaces();
    if (Take(']')) return true;
    if (!ReadMatch(&attribute->match)) return false;
    SkipSpaces();
    if (!ReadValue(&attribute->value)) return false;
    SkipSpaces();
    if ((Peek() | 0x20) == 'i' || (Peek() | 0x20) == 's') {
      attribute->ignore_case = (css_[at_++] | 0x20) == 'i';
      SkipSpaces();
    }
    return Take(']') || Fail("']'");
  }

  bool ReadMatch(CssAttribute::Match* match) {
    using Match = CssAttribute::Match;
    switch (Peek()) {
      case '=':
        *match = Match::kEquals;
        break;
      case '~':
        *match = Match::kWord;
        break;
      case '|':
        *match = Match::kDash;
        break;
      case '^':
        *match = Match::kPrefix;
        break;
      case '$':
        *match = Match::kSuffix;
        break;
      case '*':
        *match = Match::kSubstring;
        break;
      default:
        return Fail("'=', '~=', '|=', '^=', '$=', '*=' or ']'");
    }
    if (*match != Match::kEquals) ++at_;
    return Take('=') || Fail("'='");
  }

  bool ReadValue(std::string* value) {
    const char quote = Peek();
    if (quote != '"' && quote != '\'') {
      return ReadName("a name or a quoted value", value);
    }
    ++at_;
    while (!AtEnd() && Peek() != quote) {
      if (Peek() == '\\') {
        if (!ReadEscape(value)) return false;
      } else {
        *value += css_[at_++];
      }
    }
    return Take(quote) || Fail(std::string("the closing ") + quote);
  }

  bool ReadPseudo(CssPseudo* pseudo) {
    const size_t begin = at_;
    std::string name;
    if (!ReadName("a pseudo-class after ':'", &name)) return false;
    name = AsciiLowered(name);
    if (SetSimplePseudo(name, pseudo)) return true;
    const bool last = name.starts_with("nth-last-");
    if (name == "nth-child" || name == "nth-last-child" ||
        name == "nth-of-type" || name == "nth-last-of-type") {
      pseudo->of_type = name.ends_with("of-type");
      pseudo->from_end = last;
      return Open(name) && ReadNth(pseudo) && CloseParenthesis();
    }
    if (name == "not" || name == "is") {
      pseudo->kind =
          name == "not" ? CssPseudo::Kind::kNot : CssPseudo::Kind::kIs;
      return Open(name) && ReadCompoundList(&pseudo->list);
    }
    at_ = begin;
    return Fail(
        "first-child, last-child, only-child, first-of-type, last-of-type, "
        "nth-child(), nth-of-type(), nth-last-child(), nth-last-of-type(), "
        "empty, not() or is() after ':'");
  }

  static bool SetSimplePseudo(std::string_view name, CssPseudo* pseudo) {
    if (name == "only-child") {
      pseudo->kind = CssPseudo::Kind::kOnlyChild;
    } else if (name == "empty") {
      pseudo->kind = CssPseudo::Kind::kEmpty;
    } else if (name == "first-child" || name == "last-child" ||
               name == "first-of-type" || name == "last-of-type") {
      pseudo->b = 1;
      pseudo->of_type = name.ends_with("of-type");
      pseudo->from_end = name.starts_with("last");
    } else {
      return false;
    }
    return true;
  }

  bool Open(const std::string& name) {
    return Take('(') || Fail("'(' after ':" + name + "'");
  }
  bool CloseParenthesis() {
    SkipSpaces();
    return Take(')') || Fail("')'");
  }

  bool ReadCompoundList(std::vector<CssCompound>* list) {
    if (++nesting_ > kMaxNesting) {
      return Fail("at most " + std::to_string(kMaxNesting) +
                  " pseudo-classes inside each other");
    }
    do {
      SkipSpaces();
      if (!ReadCompound(&list->emplace_back())) return false;
      SkipSpaces();
    } while (Take(','));
    --nesting_;
    return Take(')') || Fail("',' or ')' (no combinators here)");
  }

  // An+B: "odd", "even", "3", "2n+1", "-n + 3".
  bool ReadNth(CssPseudo* pseudo) {
    SkipSpaces();
    const std::string rest = AsciiLowered(css_.substr(at_, 4));
    if (rest.starts_with("odd") || rest == "even") {
      at_ += rest == "even" ? 4 : 3;
      pseudo->a = 2;
      pseudo->b = rest == "even" ? 0 : 1;
      return true;
    }
    const int sign = Take('-') ? -1 : (Take('+'), 1);
    const std::optional<int> number = ReadNumber();
    if (error_) return false;
    if ((Peek() | 0x20) != 'n') {
      pseudo->b = sign * number.value_or(0);
      return number.has_value() || Fail("a position such as 3, odd or 2n+1");
    }
    ++at_;
    pseudo->a = sign * number.value_or(1);
    return ReadOffset(pseudo);
  }

  bool ReadOffset(CssPseudo* pseudo) {
    SkipSpaces();
    if (Peek() != '+' && Peek() != '-') return true;
    const int sign = css_[at_++] == '-' ? -1 : 1;
    SkipSpaces();
    const std::optional<int> number = ReadNumber();
    pseudo->b = sign * number.value_or(0);
    return number.has_value() || Fail("a number");
  }

  std::optional<int> ReadNumber() {
    const size_t begin = at_;
    while (IsDigit(Peek())) ++at_;
    if (at_ == begin) return std::nullopt;
    int number = 0;
    const auto read =
        std::from_chars(css_.data() + begin, css_.data() + at_, number);
    if (read.ec == std::errc()) return number;
    at_ = begin;
    Fail("a smaller number");
    return std::nullopt;
  }

  const std::string_view css_;
  size_t at_ = 0;
  int nesting_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<std::vector<CssComplex>> ParseSelector(std::string_view css) {
  return Parser(css).Run();
}

}  // namespace newsmill
