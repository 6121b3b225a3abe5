#include "parser/html/foreign_scan.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "parser/html/tag_scan.h"

namespace newsmill {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kDeepest = 64;

// Start tags that leave foreign content, sorted.
constexpr std::array<std::string_view, 44> kBreakingTags = {
    "b",      "big",    "blockquote", "body",    "br",    "center", "code",
    "dd",     "div",    "dl",         "dt",      "em",    "embed",  "h1",
    "h2",     "h3",     "h4",         "h5",      "h6",    "head",   "hr",
    "i",      "img",    "li",         "listing", "menu",  "meta",   "nobr",
    "ol",     "p",      "pre",        "ruby",    "s",     "small",  "span",
    "strike", "strong", "sub",        "sup",     "table", "tt",     "u",
    "ul",     "var"};

// Elements of drawings, which are no elements of HTML: an end tag too many has
// no effect. Sorted.
constexpr std::array<std::string_view, 24> kDrawingTags = {
    "animate", "circle",   "clippath",       "defs", "ellipse",
    "filter",  "g",        "image",          "line", "lineargradient",
    "marker",  "mask",     "metadata",       "path", "pattern",
    "polygon", "polyline", "radialgradient", "rect", "stop",
    "symbol",  "text",     "tspan",          "use"};

// Elements of svg and math inside of which HTML may stand.
bool MayHoldHtml(std::string_view lower_name) {
  constexpr std::array<std::string_view, 9> kPoints = {
      "annotation-xml", "desc", "foreignobject", "mi", "mn", "mo", "ms",
      "mtext",          "title"};
  return std::binary_search(kPoints.begin(), kPoints.end(), lower_name);
}

class ForeignScan {
 public:
  ForeignScan(std::string_view html, size_t from, std::string_view lower_name)
      : html_(html), at_(from), open_{std::string(lower_name)} {}

  ForeignEnd Run() {
    while ((at_ = html_.find('<', at_)) != kNone) {
      const size_t begin = at_;
      const std::string_view rest = html_.substr(at_);
      if (rest.starts_with("<!--")) {
        at_ = FindCommentEnd(html_, at_ + 4);
      } else if (rest.starts_with("<![CDATA[")) {
        at_ = html_.find("]]>", at_);
      } else if (rest.starts_with("<!") || rest.starts_with("<?")) {
        at_ = html_.find('>', at_);
      } else if (rest.size() > 1 && IsAsciiLetter(rest[1])) {
        if (!Open()) return {how_, begin};
      } else if (rest.size() > 2 && rest[1] == '/' && IsAsciiLetter(rest[2])) {
        if (!Close()) return {how_, begin};
        if (open_.empty()) return {ForeignEnd::How::kClosed, at_};
      } else if (rest.size() > 2 && rest[1] == '/') {
        at_ = html_.find('>', at_);  // a bogus comment
      } else {
        ++at_;
      }
      if (at_ == kNone) break;
    }
    return {};
  }

 private:
  std::string ReadTag(bool* self_closing) {
    TagScan tag(html_, at_);
    std::string name(tag.name().substr(0, 32));
    std::transform(name.begin(), name.end(), name.begin(), AsciiLower);
    tag.Finish();
    *self_closing = tag.self_closing();
    at_ = tag.end();
    return name;
  }

  bool Open() {
    bool self_closing = false;
    std::string name = ReadTag(&self_closing);
    if (at_ == kNone) return true;
    // It breaks out of a drawing with some attributes, and stays with others.
    if (name == "font") return Stop(ForeignEnd::How::kUnknown);
    if (MayHoldHtml(open_.back())) return Stop(ForeignEnd::How::kUnknown);
    if (std::binary_search(kBreakingTags.begin(), kBreakingTags.end(), name)) {
      return Stop(ForeignEnd::How::kBroken);
    }
    if (self_closing) return true;
    if (open_.size() == kDeepest) return Stop(ForeignEnd::How::kUnknown);
    open_.push_back(std::move(name));
    return true;
  }

  bool Close() {
    bool self_closing = false;
    const std::string name = ReadTag(&self_closing);
    if (at_ == kNone) return true;
    // What is closed that is not open here may be an element of HTML outside.
    if (name == "br" || name == "p") return Stop(ForeignEnd::How::kUnknown);
    const auto found = std::find(open_.rbegin(), open_.rend(), name);
    if (found == open_.rend()) {
      return std::binary_search(kDrawingTags.begin(), kDrawingTags.end(),
                                name) ||
             Stop(ForeignEnd::How::kUnknown);
    }
    open_.resize(static_cast<size_t>(open_.rend() - found) - 1);
    return true;
  }

  bool Stop(ForeignEnd::How how) {
    how_ = how;
    return false;
  }

  const std::string_view html_;
  size_t at_;
  std::vector<std::string> open_;
  ForeignEnd::How how_ = ForeignEnd::How::kUnknown;
};

}  // namespace

ForeignEnd FindForeignEnd(std::string_view html, size_t from,
                          std::string_view lower_name) {
  return ForeignScan(html, from, lower_name).Run();
}

}  // namespace newsmill
