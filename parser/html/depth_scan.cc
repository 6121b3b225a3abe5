#include "parser/html/depth_scan.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace newsmill {
namespace {

constexpr size_t kLongestName = 64;

// Elements that hold nothing, or that the parser closes by itself at the next
// of their kind, so that a missing end tag does not nest.
constexpr std::array<std::string_view, 39> kNotNesting = {
    "area",     "base",   "basefont", "bgsound", "body",  "br",    "col",
    "colgroup", "dd",     "dt",       "embed",   "frame", "head",  "hr",
    "html",     "img",    "input",    "keygen",  "li",    "link",  "meta",
    "optgroup", "option", "p",        "param",   "path",  "rb",    "rect",
    "rp",       "rt",     "rtc",      "source",  "tbody", "tfoot", "thead",
    "tr",       "track",  "use",      "wbr"};
constexpr std::array<std::string_view, 8> kRawText = {
    "iframe", "noembed",  "noframes", "script",
    "style",  "textarea", "title",    "xmp"};

template <size_t N>
bool Contains(const std::array<std::string_view, N>& names,
              std::string_view name) {
  return std::binary_search(names.begin(), names.end(), name);
}

bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

class Scanner {
 public:
  Scanner(std::string_view html, int enough) : html_(html), enough_(enough) {}

  int Run() {
    while (at_ < html_.size() && deepest_ <= enough_) {
      at_ = html_.find('<', at_);
      if (at_ == std::string_view::npos) break;
      ++at_;
      ReadMarkup();
    }
    return deepest_;
  }

 private:
  void ReadMarkup() {
    const std::string_view rest = html_.substr(at_);
    if (rest.starts_with("!--")) return SkipPast("-->");
    const bool end_tag = rest.starts_with('/');
    if (end_tag) ++at_;
    if (at_ >= html_.size() || !IsLetter(html_[at_])) return;
    const std::string name = ReadName();
    const bool empty = SkipAttributes();
    if (end_tag) return Close(name);
    if (Contains(kRawText, name)) return SkipPast("</" + name);
    if (name == "td" || name == "th") CloseCell();
    if (!empty && !Contains(kNotNesting, name)) Open(name);
  }

  std::string ReadName() {
    std::string name;
    for (; at_ < html_.size(); ++at_) {
      const char c = html_[at_];
      if (c == '>' || c == '/' || static_cast<uint8_t>(c) <= ' ') break;
      if (name.size() == kLongestName) continue;
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    return name;
  }

  // Past the '>'; says whether "/>" ended the tag.
  bool SkipAttributes() {
    char quote = 0;
    char before = 0;
    for (; at_ < html_.size(); ++at_) {
      const char c = html_[at_];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '>') {
        ++at_;
        return before == '/';
      } else if ((c == '"' || c == '\'') && before == '=') {
        quote = c;
      }
      if (c != ' ' || before != '=') before = c;
    }
    return false;
  }

  // Without regard to case; to the end where it does not come.
  void SkipPast(std::string_view mark) {
    for (; at_ < html_.size(); ++at_) {
      at_ = html_.find(mark[0], at_);
      if (at_ == std::string_view::npos) break;
      if (Same(html_.substr(at_, mark.size()), mark)) {
        at_ += mark.size();
        return;
      }
    }
    at_ = html_.size();
  }

  static bool Same(std::string_view text, std::string_view lower) {
    return text.size() == lower.size() &&
           std::equal(text.begin(), text.end(), lower.begin(),
                      [](char a, char b) {
                        return a == b || (IsLetter(a) && (a | 0x20) == b);
                      });
  }

  void Open(const std::string& name) {
    ++open_[name];
    stack_.push_back(name);
    deepest_ = std::max(deepest_, static_cast<int>(stack_.size()));
  }

  void Close(const std::string& name) {
    const auto found = open_.find(name);
    if (found == open_.end() || found->second == 0) return;
    while (stack_.back() != name) Pop();
    Pop();
  }

  // A cell ends the one before it in the same row, whose end tag is optional.
  void CloseCell() {
    const int cells = open_["td"] + open_["th"];
    if (cells == 0 || cells < open_["table"]) return;
    while (stack_.back() != "td" && stack_.back() != "th") Pop();
    Pop();
  }

  void Pop() {
    --open_[stack_.back()];
    stack_.pop_back();
  }

  const std::string_view html_;
  const int enough_;
  size_t at_ = 0;
  int deepest_ = 0;
  std::vector<std::string> stack_;
  std::unordered_map<std::string, int> open_;
};

}  // namespace

int ScanDepth(std::string_view html, int enough) {
  return Scanner(html, enough).Run();
}

}  // namespace newsmill
