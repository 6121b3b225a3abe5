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

// An element's name as it was met, and how many of it are open.
struct Element {
  std::string name;
  bool nests = false;
  bool is_raw_text = false;
  int open = 0;
};

// Elements by their names; each is known by its index from then on.
class Elements {
 public:
  int IndexOf(std::string_view name) {
    // Nearly all tags of a page are of a few dozen names.
    const size_t slot =
        (name.size() * 31 + static_cast<uint8_t>(name.front()) * 7U +
         static_cast<uint8_t>(name.back())) %
        recent_.size();
    int& recent = recent_[slot];
    if (recent >= 0 && (*this)[recent].name == name) return recent;
    const auto [found, is_new] = index_.try_emplace(
        std::string(name), static_cast<int>(elements_.size()));
    if (is_new) {
      elements_.push_back({std::string(name), !Contains(kNotNesting, name),
                           Contains(kRawText, name), 0});
    }
    return recent = found->second;
  }

  Element& operator[](int index) {
    return elements_[static_cast<size_t>(index)];
  }

 private:
  std::vector<Element> elements_;
  std::unordered_map<std::string, int> index_;
  std::array<int, 256> recent_ = [] {
    std::array<int, 256> none{};
    none.fill(-1);
    return none;
  }();
};

class Scanner {
 public:
  Scanner(std::string_view html, int enough)
      : html_(html),
        enough_(enough),
        table_(elements_.IndexOf("table")),
        td_(elements_.IndexOf("td")),
        th_(elements_.IndexOf("th")) {}

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
    const int element = ReadName();
    const bool empty = SkipAttributes();
    if (end_tag) return Close(element);
    if (elements_[element].is_raw_text) {
      return SkipPast("</" + elements_[element].name);
    }
    if (element == td_ || element == th_) CloseCell();
    if (!empty && elements_[element].nests) Open(element);
  }

  int ReadName() {
    std::array<char, kLongestName> name;
    size_t size = 0;
    for (; at_ < html_.size(); ++at_) {
      const char c = html_[at_];
      if (c == '>' || c == '/' || static_cast<uint8_t>(c) <= ' ') break;
      if (size == kLongestName) continue;
      name[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    return elements_.IndexOf({name.data(), size});
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

  void Open(int element) {
    ++elements_[element].open;
    stack_.push_back(element);
    deepest_ = std::max(deepest_, static_cast<int>(stack_.size()));
  }

  void Close(int element) {
    if (elements_[element].open == 0) return;
    while (stack_.back() != element) Pop();
    Pop();
  }

  // A cell ends the one before it in the same row, whose end tag is optional.
  void CloseCell() {
    const int cells = elements_[td_].open + elements_[th_].open;
    if (cells == 0 || cells < elements_[table_].open) return;
    while (stack_.back() != td_ && stack_.back() != th_) Pop();
    Pop();
  }

  void Pop() {
    --elements_[stack_.back()].open;
    stack_.pop_back();
  }

  const std::string_view html_;
  const int enough_;
  Elements elements_;
  const int table_;
  const int td_;
  const int th_;
  size_t at_ = 0;
  int deepest_ = 0;
  std::vector<int> stack_;
};

}  // namespace

int ScanDepth(std::string_view html, int enough) {
  return Scanner(html, enough).Run();
}

}  // namespace newsmill
