#include "parser/html/cut.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "parser/html/data_script.h"
#include "parser/html/foreign_scan.h"
#include "parser/html/lean_tag.h"
#include "parser/html/tag_scan.h"

namespace newsmill {
namespace {

constexpr size_t kNone = std::string_view::npos;

// How the scan goes on after a start tag.
enum class Kind {
  kOther,
  kHeadPart,  // may stand in a head without ending it
  kScript,
  kRawText,  // cut with its content
  kIframe,   // its content is raw text
  kNoscript,
  kTemplate,
  kForeign,
  kKeptText,  // its content is no markup, and stays
  kPreformatted,
  kSelect,
  kInput,  // ends a select
  kGiveUp,
};

struct NamedKind {
  std::string_view name;
  Kind kind;
};
// Sorted.
constexpr std::array<NamedKind, 24> kKinds = {{
    {"base", Kind::kHeadPart},        {"frameset", Kind::kGiveUp},
    {"head", Kind::kHeadPart},        {"html", Kind::kHeadPart},
    {"iframe", Kind::kIframe},        {"input", Kind::kInput},
    {"keygen", Kind::kInput},         {"link", Kind::kHeadPart},
    {"listing", Kind::kPreformatted}, {"math", Kind::kForeign},
    {"meta", Kind::kHeadPart},        {"noembed", Kind::kKeptText},
    {"noframes", Kind::kKeptText},    {"noscript", Kind::kNoscript},
    {"plaintext", Kind::kGiveUp},     {"pre", Kind::kPreformatted},
    {"script", Kind::kScript},        {"select", Kind::kSelect},
    {"style", Kind::kRawText},        {"svg", Kind::kForeign},
    {"template", Kind::kTemplate},    {"textarea", Kind::kKeptText},
    {"title", Kind::kKeptText},       {"xmp", Kind::kKeptText},
}};
constexpr size_t kLongestKind = 10;

Kind KindOf(std::string_view name, char* lower) {
  if (name.size() > kLongestKind) return Kind::kOther;
  std::transform(name.begin(), name.end(), lower, AsciiLower);
  const std::string_view folded(lower, name.size());
  const auto* const found =
      std::lower_bound(kKinds.begin(), kKinds.end(), folded,
                       [](const NamedKind& one, std::string_view key) {
                         return one.name < key;
                       });
  return found != kKinds.end() && found->name == folded ? found->kind
                                                        : Kind::kOther;
}

class Cutter {
 public:
  Cutter(std::string_view page, Cut cut, SetAside set_aside)
      : page_(page),
        lean_(cut == Cut::kLean),
        tags_aside_(set_aside == SetAside::kAll),
        texts_aside_(tags_aside_ && MaySetTextsAside(page)) {
    out_.html.reserve(page.size() / 4);
  }

  CutPage Run() {
    while (at_ < page_.size()) {
      const size_t markup = std::min(page_.find('<', at_), page_.size());
      Text(markup);
      if (at_ < page_.size()) Markup();
    }
    return std::move(out_);
  }

 private:
  // Copies up to `end`.
  void Keep(size_t end) {
    out_.html += page_.substr(at_, end - at_);
    at_ = end;
  }
  void KeepRest() { Keep(page_.size()); }
  // Goes on at `end` without copying; npos keeps all that is left.
  void Drop(size_t end) {
    if (end == kNone) return KeepRest();
    at_ = end;
    // "&am" before and "p;" behind what was cut are no reference.
    if (EndsInReference()) out_.html += "<!---->";
  }

  bool EndsInReference() const {
    constexpr size_t kLongestReference = 32;
    const std::string& html = out_.html;
    for (size_t i = 0; i < std::min(html.size(), kLongestReference); ++i) {
      const char c = html[html.size() - 1 - i];
      if (c == '&') return true;
      if (!IsAsciiLetter(c) && c != '#' && (c < '0' || c > '9')) return false;
    }
    return false;
  }
  void KeepTo(size_t end) { Keep(end == kNone ? page_.size() : end); }

  void Text(size_t end) {
    if (preformatted_ > 0) return Keep(end);
    if (!lean_) return Words(end);
    while (at_ < end) {
      size_t blank = at_;
      while (blank < end && !(IsHtmlSpace(page_[blank]) && blank + 1 < end &&
                              IsHtmlSpace(page_[blank + 1]))) {
        ++blank;
      }
      Words(blank);
      bool line_feed = false;
      while (at_ < end && IsHtmlSpace(page_[at_])) {
        line_feed = line_feed || page_[at_] == '\n';
        ++at_;
      }
      if (at_ > blank) out_.html += line_feed ? '\n' : ' ';
    }
  }

  // Text up to `end`, set aside where that is worth it. Blanks at the front
  // stay: a parser treats them in its own way where no text may stand.
  void Words(size_t end) {
    constexpr size_t kWorthIt = 6;
    while (texts_aside_ && at_ < end) {
      size_t begin = at_;
      while (begin < end && IsHtmlSpace(page_[begin])) ++begin;
      Keep(begin);
      const size_t size = VerbatimPrefix(page_.substr(at_, end - at_));
      if (size >= kWorthIt &&
          SetTextAside(page_.substr(at_, size), &out_.aside, &out_.html)) {
        at_ += size;
      } else {
        Keep(at_ + size);
      }
      if (at_ < end) Keep(std::min(PastUnreadable(), end));
    }
    Keep(end);
  }

  // Past a reference or a character that a parser does not just copy.
  size_t PastUnreadable() const {
    const auto continues = [this](size_t at) {
      const char c = page_[at];
      if (page_[at_] != '&') return (static_cast<uint8_t>(c) & 0xC0U) == 0x80;
      return IsAsciiLetter(c) || c == '#' || (c >= '0' && c <= '9');
    };
    size_t at = at_ + 1;
    while (at < page_.size() && continues(at)) ++at;
    return at < page_.size() && page_[at_] == '&' && page_[at] == ';' ? at + 1
                                                                      : at;
  }

  void Markup() {
    const char next = at_ + 1 < page_.size() ? page_[at_ + 1] : '\0';
    if (IsAsciiLetter(next)) return StartTag();
    if (next == '!') return Declaration();
    if (next == '?') return Drop(PastBogusComment());
    if (next != '/') return KeepLessThan();
    const char letter = at_ + 2 < page_.size() ? page_[at_ + 2] : '\0';
    if (letter == '\0') return KeepRest();
    IsAsciiLetter(letter) ? EndTag() : Drop(PastBogusComment());
  }

  // A '<' of the text; it must make no tag with what follows a cut.
  void KeepLessThan() {
    out_.html += "&lt;";
    ++at_;
  }

  size_t PastBogusComment() const {
    const size_t end = page_.find('>', at_);
    return end == kNone ? kNone : end + 1;
  }

  void Declaration() {
    const std::string_view rest = page_.substr(at_);
    if (in_select_ == 0 && rest.starts_with("<!--")) {
      return Drop(FindCommentEnd(page_, at_ + 4));
    }
    if (rest.starts_with("<!--")) return KeepTo(FindCommentEnd(page_, at_ + 4));
    if (EqualsIgnoringCase(rest.substr(2, 7), "doctype")) {
      return KeepTo(PastBogusComment());
    }
    Drop(PastBogusComment());
  }

  void EndTag() {
    TagScan tag(page_, at_);
    char lower[kLongestKind];
    const Kind kind = KindOf(tag.name(), lower);
    tag.Finish();
    if (tag.end() == kNone) return KeepRest();
    if (kind == Kind::kSelect) in_select_ = 0;
    if (kind == Kind::kPreformatted && preformatted_ > 0) --preformatted_;
    Keep(tag.end());
  }

  void StartTag() {
    TagScan tag(page_, at_);
    char lower[kLongestKind];
    const Kind kind = KindOf(tag.name(), lower);
    const std::string_view name(lower,
                                std::min(tag.name().size(), kLongestKind));
    if (kind == Kind::kOther) in_body_ = true;
    if (in_select_ != 0) return InSelect(&tag, kind, name);
    switch (kind) {
      case Kind::kOther:
      case Kind::kInput:
        return KeepTag();
      case Kind::kHeadPart:
        return HeadPart(&tag, name);
      case Kind::kScript:
        return Script(&tag);
      case Kind::kRawText:
        return CutRawText(&tag, name);
      case Kind::kIframe:
        return EmptyIframe();
      case Kind::kNoscript:
        return Noscript(&tag);
      case Kind::kTemplate:
        return Template(&tag);
      case Kind::kForeign:
        return Foreign(&tag, name);
      case Kind::kKeptText:
        return KeepRawText(&tag, name);
      case Kind::kPreformatted:
        ++preformatted_;
        return KeepTag();
      case Kind::kSelect:
        in_select_ = 1;
        return KeepTag();
      case Kind::kGiveUp:
        return KeepRest();
    }
  }

  // A select ignores most tags, but not their text: nothing is cut there.
  void InSelect(TagScan* tag, Kind kind, std::string_view name) {
    tag->Finish();
    if (kind == Kind::kScript) {
      if (tag->end() == kNone) return KeepRest();
      return KeepTo(FindScriptEnd(page_, tag->end()));
    }
    if (kind == Kind::kSelect || kind == Kind::kInput || name == "textarea") {
      in_select_ = 0;
    }
    if (name == "textarea") return KeepRawText(tag, name);
    if (kind == Kind::kGiveUp || kind == Kind::kKeptText ||
        kind == Kind::kForeign || kind == Kind::kTemplate) {
      return KeepRest();
    }
    KeepTo(tag->end());
  }

  void KeepTag() {
    if (tags_aside_) {
      return Drop(AppendTagAside(page_, at_, lean_, &out_.aside, &out_.html));
    }
    if (lean_) return Drop(AppendLeanTag(page_, at_, &out_.html));
    TagScan tag(page_, at_);
    tag.Finish();
    KeepTo(tag.end());
  }

  void HeadPart(TagScan* tag, std::string_view name) {
    if (!lean_ || name != "link" || LeadsSomewhere(tag)) return KeepTag();
    Drop(tag->end());
  }

  // Whether a <link> says something of the page; others load resources.
  static bool LeadsSomewhere(TagScan* tag) {
    constexpr std::array<std::string_view, 10> kRelations = {
        "alternate", "amphtml", "author",   "canonical", "image_src",
        "license",   "next",    "original", "prev",      "shortlink"};
    bool leads = false;
    ScannedAttribute attribute;
    while (tag->Next(&attribute)) {
      if (EqualsIgnoringCase(attribute.name, "itemprop")) leads = true;
      if (!EqualsIgnoringCase(attribute.name, "rel")) continue;
      std::string value(attribute.value);
      std::transform(value.begin(), value.end(), value.begin(), AsciiLower);
      leads = leads ||
              std::any_of(kRelations.begin(), kRelations.end(),
                          [&](std::string_view relation) {
                            return value.find(relation) != std::string::npos;
                          }) ||
              value == "icon";
    }
    return leads || tag->end() == kNone;
  }

  void Script(TagScan* tag) {
    const ScriptTag script = ReadScriptTag(tag);
    const size_t end =
        tag->end() == kNone ? kNone : FindScriptEnd(page_, tag->end());
    if (end == kNone) return KeepRest();
    const std::string_view source = page_.substr(tag->end(), end - tag->end());
    if (HoldsData(script, source)) {
      out_.scripts.push_back({out_.html.size(), source});
      out_.html += page_.substr(at_, tag->end() - at_);
      out_.html += "</script>";
    }
    Drop(PastEndTag(end));
  }

  size_t PastEndTag(size_t at) const {
    TagScan tag(page_, at);
    tag.Finish();
    return tag.end();
  }

  // Finds the end of raw text whose start tag was `tag`; gives up without one.
  size_t RawTextEnd(TagScan* tag, std::string_view name) const {
    tag->Finish();
    return tag->end() == kNone ? kNone
                               : FindRawTextEnd(page_, tag->end(), name);
  }

  void CutRawText(TagScan* tag, std::string_view name) {
    const size_t end = RawTextEnd(tag, name);
    Drop(end == kNone ? kNone : PastEndTag(end));
  }

  void KeepRawText(TagScan* tag, std::string_view name) {
    const size_t end = RawTextEnd(tag, name);
    KeepTo(end == kNone ? kNone : PastEndTag(end));
  }

  // Where it leads is of interest, what stands in it is not.
  void EmptyIframe() {
    TagScan tag(page_, at_);
    const size_t end = RawTextEnd(&tag, "iframe");
    if (end == kNone) return KeepRest();
    KeepTag();
    at_ = end;
    KeepTo(PastEndTag(end));
  }

  // In a head an image would end the head.
  void Noscript(TagScan* tag) {
    const size_t end = RawTextEnd(tag, "noscript");
    if (end == kNone) return KeepRest();
    const std::string_view content = page_.substr(0, end);
    bool has_image = false;
    for (size_t at = tag->end(); in_body_; ++at) {
      at = content.find("<", at);
      if (at == kNone) break;
      if (!EqualsIgnoringCase(content.substr(at + 1, 3), "img")) continue;
      if (!has_image) out_.html += "<noscript>";
      has_image = true;
      if (AppendLeanTag(content, at, &out_.html) == kNone) break;
    }
    if (has_image) out_.html += "</noscript>";
    Drop(PastEndTag(end));
  }

  void Template(TagScan* tag) {
    tag->Finish();
    Drop(tag->end() == kNone ? kNone : FindTemplateEnd(tag->end()));
  }

  // Past the end tag; what is nested inside is read as markup is.
  size_t FindTemplateEnd(size_t from) const {
    int depth = 1;
    for (size_t at = from; (at = page_.find('<', at)) != kNone;) {
      const std::string_view rest = page_.substr(at);
      const bool closes = rest.size() > 1 && rest[1] == '/';
      const size_t letter = closes ? 2 : 1;
      if (rest.starts_with("<!--")) {
        at = FindCommentEnd(page_, at + 4);
        if (at == kNone) return kNone;
        continue;
      }
      if (rest.size() <= letter || !IsAsciiLetter(rest[letter])) {
        const bool bogus_comment = rest.size() > letter &&
                                   (closes || rest[1] == '!' || rest[1] == '?');
        at = bogus_comment ? page_.find('>', at) : at + 1;
        continue;
      }
      TagScan tag(page_, at);
      char lower[kLongestKind];
      const Kind kind = KindOf(tag.name(), lower);
      const std::string_view name(lower,
                                  std::min(tag.name().size(), kLongestKind));
      tag.Finish();
      at = tag.end();
      if (at == kNone) return kNone;
      if (kind == Kind::kTemplate) {
        depth += closes ? -1 : 1;
        if (depth == 0) return at;
      } else if (!closes) {
        at = PastInert(kind, name, at);
        if (at == kNone) return kNone;
      }
    }
    return kNone;
  }

  // Past the content that begins at `from` inside of a template, where it is no
  // markup.
  size_t PastInert(Kind kind, std::string_view name, size_t from) const {
    switch (kind) {
      case Kind::kScript:
        return FindScriptEnd(page_, from);
      case Kind::kRawText:
      case Kind::kIframe:
      case Kind::kKeptText:
        return FindRawTextEnd(page_, from, name);
      case Kind::kSelect:
      case Kind::kGiveUp:
        return kNone;
      case Kind::kForeign: {
        const ForeignEnd end = FindForeignEnd(page_, from, name);
        return end.how == ForeignEnd::How::kUnknown ? kNone : end.at;
      }
      default:
        return from;
    }
  }

  void Foreign(TagScan* tag, std::string_view name) {
    tag->Finish();
    if (tag->end() == kNone) return KeepRest();
    const bool is_drawing = name == "svg";
    if (tag->self_closing()) {
      return is_drawing ? Drop(tag->end()) : Keep(tag->end());
    }
    const ForeignEnd end = FindForeignEnd(page_, tag->end(), name);
    switch (end.how) {
      case ForeignEnd::How::kClosed:
        return is_drawing ? Drop(end.at) : Keep(end.at);
      case ForeignEnd::How::kBroken:
        return Keep(end.at);
      case ForeignEnd::How::kUnknown:
        return KeepRest();
    }
  }

  const std::string_view page_;
  const bool lean_;
  const bool tags_aside_;
  const bool texts_aside_;
  size_t at_ = 0;
  bool in_body_ = false;
  int in_select_ = 0;
  int preformatted_ = 0;
  CutPage out_;
};

}  // namespace

CutPage CutHtml(std::string_view page, Cut cut, SetAside set_aside) {
  return Cutter(page, cut, set_aside).Run();
}

}  // namespace newsmill
