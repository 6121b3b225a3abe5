#include "parser/html/text.h"

#include <algorithm>
#include <array>

#include "parser/html/utf8.h"

namespace newsmill {
namespace {

constexpr char32_t kZeroWidthSpace = 0x200B;
constexpr char32_t kByteOrderMark = 0xFEFF;

bool IsZeroWidth(char32_t c) {
  return c == kZeroWidthSpace || c == kByteOrderMark;
}

bool IsBlankCodePoint(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r' ||
         c == 0xA0 || c == 0x3000 || IsZeroWidth(c);
}

// A character of ASCII that stands as it is: no blank, or a space between two
// that are none.
bool IsPlain(std::string_view text, size_t at) {
  const auto is_word = [](char c) { return c > ' ' && c <= '~'; };
  return is_word(text[at]) ||
         (text[at] == ' ' && at > 0 && at + 1 < text.size() &&
          is_word(text[at - 1]) && is_word(text[at + 1]));
}

// Han, kana, and their punctuation and full-width forms; not Hangul, which is
// written with spaces between words.
bool IsHanText(char32_t c) {
  return (c >= 0x2E80 && c <= 0x312F) || (c >= 0x31A0 && c <= 0x4DBF) ||
         (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE4F) || (c >= 0xFF01 && c <= 0xFF60) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

// A run of blanks between two characters.
struct Run {
  bool wide = false;  // a blank with a width
  bool line_feed = false;
  bool source_only = true;  // nothing but what an editor puts at a line's end
};

Run ReadRun(std::string_view run) {
  Run what;
  for (size_t at = 0; at < run.size();) {
    const char32_t c = NextCodePoint(run, &at);
    if (!IsZeroWidth(c)) what.wide = true;
    if (c == '\n') what.line_feed = true;
    if (c == 0xA0 || c == 0x3000) what.source_only = false;
  }
  return what;
}

bool NeedsSpace(const Run& run, char32_t before, char32_t after) {
  if (!run.wide) return false;
  return !(run.line_feed && run.source_only && IsHanText(before) &&
           IsHanText(after));
}

// Sorted.
constexpr std::array<std::string_view, 45> kBlockTags = {
    "address", "article", "aside",    "blockquote", "body",   "caption",
    "center",  "dd",      "details",  "dialog",     "dir",    "div",
    "dl",      "dt",      "fieldset", "figcaption", "figure", "footer",
    "form",    "h1",      "h2",       "h3",         "h4",     "h5",
    "h6",      "header",  "hgroup",   "hr",         "li",     "main",
    "menu",    "nav",     "ol",       "option",     "p",      "pre",
    "search",  "section", "summary",  "table",      "tbody",  "tfoot",
    "thead",   "tr",      "ul"};
constexpr std::array<std::string_view, 16> kHiddenTags = {
    "canvas",   "datalist", "head",     "iframe", "math",   "noembed",
    "noframes", "noscript", "object",   "rp",     "script", "style",
    "svg",      "template", "textarea", "title"};

template <size_t N>
bool IsIn(const std::array<std::string_view, N>& sorted, std::string_view tag) {
  return std::binary_search(sorted.begin(), sorted.end(), tag);
}

// Collects text in document order and marks where lines end. A cell ends a
// word.
class TextWalk {
 public:
  TextWalk(const Document& document, NodeId top)
      : document_(document), top_(top) {}

  // Lines, not yet collapsed, ended by kBreak.
  std::string Run() {
    const NodeId end = document_.subtree_end(top_);
    for (NodeId node = top_; node < end;) {
      CloseBefore(node);
      if (node != top_ && IsHiddenTag(document_.tag(node))) {
        node = document_.subtree_end(node);
      } else {
        Visit(node);
        ++node;
      }
    }
    return std::move(out_);
  }

  // Not a character of text: gumbo gives no controls but blanks.
  static constexpr char kBreak = '\x1E';

 private:
  void Visit(NodeId node) {
    out_ += document_.text(node);
    const std::string_view tag = document_.tag(node);
    if (tag.empty()) return;
    if (tag == "br") {
      out_ += kBreak;
    } else if (IsBlockTag(tag)) {
      out_ += kBreak;
      open_.push_back({document_.subtree_end(node), kBreak});
    } else if (tag == "td" || tag == "th") {
      open_.push_back({document_.subtree_end(node), ' '});
    }
  }

  void CloseBefore(NodeId node) {
    while (!open_.empty() && open_.back().end <= node) {
      out_ += open_.back().mark;
      open_.pop_back();
    }
  }

  struct Open {
    NodeId end;
    char mark;
  };

  const Document& document_;
  const NodeId top_;
  std::string out_;
  std::vector<Open> open_;
};

std::string JoinLines(std::string_view raw, char separator) {
  std::string out;
  for (size_t at = 0; at <= raw.size();) {
    const size_t end = std::min(raw.find(TextWalk::kBreak, at), raw.size());
    const std::string line = CollapseBlanks(raw.substr(at, end - at));
    if (!line.empty()) {
      if (!out.empty()) out += separator;
      out += line;
    }
    at = end + 1;
  }
  return out;
}

}  // namespace

std::string_view TrimBlanks(std::string_view text) {
  size_t begin = 0;
  while (begin < text.size()) {
    size_t next = begin;
    if (!IsBlankCodePoint(NextCodePoint(text, &next))) break;
    begin = next;
  }
  size_t end = text.size();
  while (end > begin && IsBlankCodePoint(PreviousCodePoint(text, end))) {
    do {
      --end;
    } while (end > begin && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80);
  }
  return text.substr(begin, end - begin);
}

bool IsBlank(std::string_view text) { return TrimBlanks(text).empty(); }

std::string CollapseBlanks(std::string_view text) {
  text = TrimBlanks(text);
  std::string out;
  out.reserve(text.size());
  char32_t before = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    // Most text is words of ASCII with one space between.
    while (at < text.size() && IsPlain(text, at)) ++at;
    if (at > begin) {
      out += text.substr(begin, at - begin);
      before = static_cast<uint8_t>(text[at - 1]);
      continue;
    }
    char32_t c = NextCodePoint(text, &at);
    if (!IsBlankCodePoint(c)) {
      out += text.substr(begin, at - begin);
      before = c;
      continue;
    }
    size_t end = at;
    while (IsBlankCodePoint(c = NextCodePoint(text, &at))) end = at;
    const Run run = ReadRun(text.substr(begin, end - begin));
    if (NeedsSpace(run, before, c)) out += ' ';
    at = end;
  }
  return out;
}

std::string FoldWidth(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const char32_t c = NextCodePoint(text, &at);
    if (c >= 0xFF01 && c <= 0xFF5E) {
      out += static_cast<char>(c - 0xFEE0);
    } else if (c == 0x3000) {
      out += ' ';
    } else {
      AppendUtf8(c, &out);
    }
  }
  return out;
}

size_t CountCodePoints(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

std::string VisibleText(const Document& document, NodeId node) {
  return JoinLines(TextWalk(document, node).Run(), '\n');
}

std::string InlineText(const Document& document, NodeId node) {
  return JoinLines(TextWalk(document, node).Run(), ' ');
}

std::string OwnText(const Document& document, NodeId node) {
  std::string out;
  for (NodeId child = document.first_child(node); child != kNoNode;
       child = document.next_sibling(child)) {
    out += document.kind(child) == Document::Kind::kText
               ? document.text(child)
               : std::string_view(" ");
  }
  return CollapseBlanks(out);
}

bool IsBlockTag(std::string_view tag) { return IsIn(kBlockTags, tag); }
bool IsHiddenTag(std::string_view tag) { return IsIn(kHiddenTags, tag); }

Url BaseUrl(const Document& document, const Url& page) {
  for (NodeId node = 0; node < document.size(); ++node) {
    if (document.tag(node) != "base") continue;
    const auto href = document.attribute(node, "href");
    if (!href) continue;
    const Result<Url> base = page.Resolve(TrimBlanks(*href));
    return base ? *base : page;
  }
  return page;
}

std::optional<std::string> AbsoluteUrl(const Url& base,
                                       std::string_view reference) {
  reference = TrimBlanks(reference);
  if (reference.empty()) return std::nullopt;
  const Result<Url> url = base.Resolve(reference);
  if (!url) return std::nullopt;
  return url->text();
}

}  // namespace newsmill
