#include "parser/html/aside.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "parser/html/lean_tag.h"
#include "parser/html/tag_scan.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

constexpr size_t kNone = std::string_view::npos;

// Plane 15 is private, and all of its characters begin with one byte.
constexpr char32_t kFirstText = 0xF0000;
constexpr size_t kMostTexts = 0xFFF0;  // before the plane's noncharacters
constexpr char kLeadByte = '\xF3';

// A tag with more is not worth the search for doublets.
constexpr size_t kMostAttributes = 64;

enum ByteKind : uint8_t {
  kVerbatim,
  kStop,
  kC1Lead,        // U+0080 to U+009F follow 0xC2
  kNoncharLead,   // U+FDD0 and up, U+FFFE follow 0xEF
  kFourByteLead,  // U+1FFFE and the like
};

constexpr std::array<ByteKind, 256> kByteKinds = [] {
  std::array<ByteKind, 256> kinds{};
  for (int c = 0; c < 0x20; ++c) kinds[c] = kStop;
  kinds['\t'] = kinds['\n'] = kinds['\f'] = kVerbatim;
  kinds['&'] = kinds[0x7F] = kStop;
  kinds[0xC2] = kC1Lead;
  kinds[0xEF] = kNoncharLead;
  for (int c = 0xF0; c < 0x100; ++c) kinds[c] = kFourByteLead;
  return kinds;
}();

// Whether the sequence that begins at `at` is a character that parsers replace.
bool IsReplaced(ByteKind kind, std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : 0U;
  };
  switch (kind) {
    case kVerbatim:
      return false;
    case kStop:
      return true;
    case kC1Lead:
      return byte(1) < 0xA0;
    case kNoncharLead:
      return (byte(1) == 0xB7 && byte(2) >= 0x90 && byte(2) <= 0xAF) ||
             (byte(1) == 0xBF && byte(2) >= 0xBE);
    case kFourByteLead:
      return (byte(1) & 0x0FU) == 0x0F && byte(2) == 0xBF && byte(3) >= 0xBE;
  }
  return true;
}

bool IsVerbatim(std::string_view text) {
  return VerbatimPrefix(text) == text.size();
}

// The number of a reference behind its "&#", held below `limit`.
uint32_t ReferenceNumber(std::string_view text, uint32_t limit) {
  const bool hex = !text.empty() && (text[0] | 0x20) == 'x';
  uint32_t number = 0;
  for (const char c : text.substr(hex ? 1 : 0)) {
    const char lower = AsciiLower(c);
    if (c >= '0' && c <= '9') {
      number = number * (hex ? 16 : 10) + static_cast<uint32_t>(c - '0');
    } else if (hex && lower >= 'a' && lower <= 'f') {
      number = number * 16 + static_cast<uint32_t>(lower - 'a') + 10;
    } else {
      break;
    }
    if (number >= limit) return limit;
  }
  return number;
}

// Elements whose attributes the parser itself reads: it compares those of
// formatting elements, merges those of a second body, looks at an input's type.
bool ReadsAttributes(std::string_view name) {
  constexpr std::array<std::string_view, 18> kNames = {
      "annotation-xml", "b",      "big",   "body",    "code", "em", "font",
      "html",           "i",      "input", "isindex", "nobr", "s",  "small",
      "strike",         "strong", "tt",    "u"};
  return std::any_of(kNames.begin(), kNames.end(), [name](auto one) {
    return EqualsIgnoringCase(name, one);
  });
}

bool IsSimpleName(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return IsAsciiLetter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == ':' || c == '.';
  });
}

// One start tag on its way into the markup.
class TagWriter {
 public:
  TagWriter(std::string_view page, size_t at, bool lean, Aside* aside,
            std::string* markup)
      : tag_(page, at),
        lean_(lean),
        keep_all_(ReadsAttributes(tag_.name())),
        aside_(*aside),
        markup_(*markup),
        begin_(markup->size()),
        first_(aside->attributes.size()) {}

  // False when nothing was written: the tag has no end, or too many attributes.
  bool Run() {
    markup_ += '<';
    markup_ += tag_.name();
    ScannedAttribute attribute;
    while (tag_.Next(&attribute)) {
      if (aside_.attributes.size() - first_ == kMostAttributes) return Undo();
      Add(attribute);
    }
    if (tag_.end() == kNone) return Undo();
    // An unquoted value may end in a slash of its own.
    if (tag_.self_closing()) markup_ += " /";
    markup_ += '>';
    Close();
    return true;
  }

  size_t end() const { return tag_.end(); }

 private:
  bool Undo() {
    markup_.resize(begin_);
    aside_.attributes.resize(first_);
    return false;
  }

  void Add(const ScannedAttribute& attribute) {
    char lower[kLongestLeanName];
    std::string_view name = attribute.name;
    const bool is_short = name.size() <= kLongestLeanName;
    if (is_short) {
      std::transform(name.begin(), name.end(), lower, AsciiLower);
      name = std::string_view(lower, name.size());
    }
    if (lean_ && (!is_short || !IsLeanAttribute(name, attribute.value))) return;
    // The first one of a name counts.
    const auto begin = aside_.attributes.begin() + static_cast<long>(first_);
    const bool again =
        std::any_of(begin, aside_.attributes.end(), [&](const auto& one) {
          return EqualsIgnoringCase(one.name, attribute.name);
        });
    if (again) return;
    const bool to_markup =
        keep_all_ || !IsSimpleName(name) || !IsVerbatim(attribute.value);
    if (!to_markup) return SetAside(name, attribute);
    aside_.attributes.push_back({attribute.name, {}, true});
    if (lean_) return AppendLeanAttribute(name, attribute, &markup_);
    // Behind a blank alone, '=' would give the attribute before it a value.
    markup_ += attribute.whole.starts_with('=') ? " /" : " ";
    markup_ += attribute.whole;
  }

  void SetAside(std::string_view lower, const ScannedAttribute& attribute) {
    std::string_view value = attribute.value;
    if (lean_) value = LeanValue(lower, value, &aside_.made);
    aside_.attributes.push_back({attribute.name, value, false});
    aside_.bytes += attribute.name.size() + value.size();
    any_aside_ = true;
  }

  void Close() {
    if (!any_aside_) return aside_.attributes.resize(first_);
    aside_.tags.push_back(
        {begin_, static_cast<uint32_t>(first_),
         static_cast<uint32_t>(aside_.attributes.size() - first_)});
  }

  TagScan tag_;
  const bool lean_;
  const bool keep_all_;
  Aside& aside_;
  std::string& markup_;
  const size_t begin_;
  const size_t first_;
  bool any_aside_ = false;
};

}  // namespace

const Aside::Tag* Aside::Find(size_t at, size_t* hint) const {
  if (*hint >= tags.size() || tags[*hint].at != at) {
    const auto found = std::lower_bound(
        tags.begin(), tags.end(), at,
        [](const Tag& tag, size_t offset) { return tag.at < offset; });
    if (found == tags.end() || found->at != at) return nullptr;
    *hint = static_cast<size_t>(found - tags.begin());
  }
  return &tags[(*hint)++];
}

size_t VerbatimPrefix(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    const ByteKind kind = kByteKinds[static_cast<uint8_t>(text[at])];
    if (kind != kVerbatim && IsReplaced(kind, text, at)) return at;
  }
  return text.size();
}

bool MaySetTextsAside(std::string_view page) {
  if (page.find(kLeadByte) != kNone) return false;
  for (size_t at = 0; (at = page.find("&#", at)) != kNone; at += 2) {
    // Beyond Unicode, too: some parsers make any number of a long one.
    if (ReferenceNumber(page.substr(at + 2), kFirstText) == kFirstText) {
      return false;
    }
  }
  return true;
}

bool SetTextAside(std::string_view text, Aside* aside, std::string* markup) {
  if (aside->texts.size() == kMostTexts) return false;
  AppendUtf8(kFirstText + static_cast<char32_t>(aside->texts.size()), markup);
  aside->texts.push_back(text);
  aside->bytes += text.size();
  return true;
}

size_t AppendTagAside(std::string_view page, size_t at, bool lean, Aside* aside,
                      std::string* markup) {
  TagWriter writer(page, at, lean, aside, markup);
  if (writer.Run()) return writer.end();
  if (lean) return AppendLeanTag(page, at, markup);
  TagScan tag(page, at);
  tag.Finish();
  if (tag.end() != kNone) *markup += page.substr(at, tag.end() - at);
  return tag.end();
}

void TextsBack::Append(std::string_view text, std::string* out) {
  size_t at = 0;
  while (!used_.empty()) {
    size_t next = text.find(kLeadByte, at);
    if (next == kNone) break;
    *out += text.substr(at, next - at);
    at = next;
    const size_t index = NextCodePoint(text, &next) - kFirstText;
    if (index < used_.size() && !used_[index]) {
      used_[index] = true;
      *out += aside_.texts[index];
    } else {
      *out += text.substr(at, next - at);
    }
    at = next;
  }
  *out += text.substr(at);
}

}  // namespace newsmill
