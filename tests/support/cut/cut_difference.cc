#include "tests/support/cut/cut_difference.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "parser/html/aside.h"
#include "parser/html/document.h"
#include "parser/html/tag_scan.h"
#include "parser/html/text.h"
#include "parser/html/utf8.h"

namespace newsmill::cut {
namespace {

ParseLimits Limits() {
  return {.max_tree_bytes = 256 << 20,
          .max_depth = 512,
          .deadline = std::chrono::seconds(5)};
}

bool IsCut(std::string_view tag) {
  return tag == "style" || tag == "svg" || tag == "template" ||
         tag == "noscript" || tag == "script" || tag == "link";
}

bool IsFormatting(std::string_view tag) {
  constexpr std::string_view kTags[] = {
      "a", "b",     "big",    "code",   "em", "font", "i",
      "s", "small", "strike", "strong", "tt", "u",    "nobr"};
  return std::find(std::begin(kTags), std::end(kTags), tag) != std::end(kTags);
}

// The tree as lines, in document order.
class Lines {
 public:
  explicit Lines(const Document& document) : document_(document) {
    for (NodeId node = 1; node < document.size();) {
      Close(node);
      node = Visit(node);
    }
    Close(static_cast<NodeId>(document.size()));
    Flush();
  }

  std::vector<std::string> lines;

 private:
  NodeId Visit(NodeId node) {
    const NodeId past = document_.subtree_end(node);
    const std::string_view tag = document_.tag(node);
    if (tag.empty()) {
      text_ += document_.text(node);
      return node + 1;
    }
    if (IsCut(tag)) return past;
    Flush();
    lines.push_back("<" + std::string(tag) + ">");
    open_.push_back(past);
    return tag == "iframe" ? past : node + 1;
  }

  void Close(NodeId node) {
    for (; !open_.empty() && open_.back() <= node; open_.pop_back()) {
      Flush();
      const std::string& last = lines.back();
      if (last.size() > 2 && last[0] == '<' && last[1] != '/' &&
          IsFormatting(last.substr(1, last.size() - 2))) {
        lines.pop_back();
      } else {
        lines.push_back("</>");
      }
    }
  }

  void Flush() {
    const std::string text = CollapseBlanks(text_);
    text_.clear();
    if (!text.empty()) lines.push_back(text);
  }

  const Document& document_;
  std::vector<NodeId> open_;
  std::string text_;
};

// What gumbo replaces in text it reads, and the text beside the markup keeps:
// control characters and noncharacters.
std::string WithoutReplaced(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t verbatim = VerbatimPrefix(text);
    out += text.substr(0, verbatim);
    text.remove_prefix(verbatim);
    if (text.empty()) break;
    size_t past = 0;
    const char32_t c = NextCodePoint(text, &past);
    if (c == '&') out += '&';
    text.remove_prefix(past);
  }
  for (size_t at = 0; (at = out.find("\uFFFD", at)) != out.npos;) {
    out.erase(at, std::string_view("\uFFFD").size());
  }
  return out;
}

std::vector<std::string> Scripts(const Document& document) {
  std::vector<std::string> scripts;
  for (NodeId node = 0; node < document.size(); ++node) {
    if (document.tag(node) != "script") continue;
    const std::string text = document.TextContent(node);
    if (!text.empty()) scripts.push_back(CollapseBlanks(WithoutReplaced(text)));
  }
  return scripts;
}

std::string FirstDifference(const std::vector<std::string>& whole,
                            const std::vector<std::string>& cut) {
  const auto [a, b] =
      std::mismatch(whole.begin(), whole.end(), cut.begin(), cut.end());
  if (a == whole.end() && b == cut.end()) return {};
  const auto around = [](auto at, auto end) {
    std::string out;
    for (int i = 0; i < 4 && at != end; ++i, ++at) {
      out += " " + at->substr(0, 80);
    }
    return out;
  };
  return "line " + std::to_string(a - whole.begin()) + ": whole" +
         around(a, whole.end()) + " | cut" + around(b, cut.end());
}

// How often each character stands in the page's text.
std::map<char32_t, int> Census(const Document& document) {
  std::map<char32_t, int> counts;
  for (NodeId node = 0; node < document.size();) {
    if (IsCut(document.tag(node)) || document.tag(node) == "iframe") {
      node = document.subtree_end(node);
      continue;
    }
    const std::string text = CollapseBlanks(document.text(node));
    for (size_t at = 0; at < text.size();) {
      const char32_t c = NextCodePoint(text, &at);
      if (c != ' ' && c != 0) ++counts[c];
    }
    ++node;
  }
  return counts;
}

}  // namespace

std::string Difference(std::string_view page, Cut cut) {
  const Result<Document> whole = Document::Parse(page, Limits());
  const Result<Document> part = Document::ParsePage(page, cut, Limits());
  if (!whole || !part) return {};
  const std::string difference =
      FirstDifference(Lines(*whole).lines, Lines(*part).lines);
  if (!difference.empty()) return difference;
  // Each script that is left is one of the page's.
  const std::vector<std::string> scripts = Scripts(*whole);
  for (const std::string& script : Scripts(*part)) {
    if (std::find(scripts.begin(), scripts.end(), script) == scripts.end()) {
      return "a script that the page has not: " + script.substr(0, 200);
    }
  }
  return {};
}

namespace {

std::string Describe(const Document& document, NodeId node) {
  std::string out = "<" + std::string(document.tag(node));
  for (size_t i = 0; i < document.attribute_count(node); ++i) {
    const auto [name, value] = document.attribute_at(node, i);
    out += " " + std::string(name) + "='" + std::string(value) + "'";
  }
  return out + ">" + std::string(document.text(node));
}

// Whether some tag has two attributes of a name, for gumbo: to it all
// characters of a name that it replaces are one, and a NUL at its front is
// none.
bool HasDoublets(std::string_view html) {
  for (size_t at = 0; (at = html.find('<', at)) != html.npos; ++at) {
    if (at + 1 == html.size() || !IsAsciiLetter(html[at + 1])) continue;
    TagScan tag(html, at);
    std::set<std::string> names;
    ScannedAttribute attribute;
    while (tag.Next(&attribute)) {
      std::string name = AsciiLowered(attribute.name);
      std::erase_if(name, [](char c) { return c <= ' ' || c > '~'; });
      if (!names.insert(std::move(name)).second) return true;
    }
  }
  return false;
}

// Without the text of scripts, which one of two cut pages may lack.
std::vector<std::string> Described(const Document& document, bool attributes) {
  std::vector<std::string> nodes;
  std::vector<NodeId> open;
  for (NodeId node = 0; node < document.size();) {
    for (; !open.empty() && open.back() <= node; open.pop_back()) {
    }
    nodes.push_back(std::to_string(open.size()));
    nodes.back() += attributes ? Describe(document, node)
                               : std::string(document.tag(node)) + ">" +
                                     std::string(document.text(node));
    const NodeId past = document.subtree_end(node);
    if (past > node + 1) open.push_back(past);
    node = document.tag(node) == "script" ? past : node + 1;
  }
  return nodes;
}

}  // namespace

std::string AsideDifference(std::string_view page, Cut cut) {
  const CutPage in_markup = CutHtml(page, cut, SetAside::kScripts);
  const Result<Document> read = Document::Parse(in_markup.html, Limits());
  const Result<Document> put_back = Document::ParsePage(page, cut, Limits());
  if (!read || !put_back) return {};
  // gumbo puts the name of a doublet in front of the next attribute's.
  const bool attributes = !HasDoublets(page);
  return FirstDifference(Described(*read, attributes),
                         Described(*put_back, attributes));
}

std::string LostText(std::string_view page, Cut cut) {
  const Result<Document> whole = Document::Parse(page, Limits());
  const Result<Document> part = Document::ParsePage(page, cut, Limits());
  if (!whole || !part) return {};
  std::map<char32_t, int> left = Census(*part);
  std::string lost;
  for (const auto& [c, count] : Census(*whole)) {
    if (left[c] < count) AppendUtf8(c, &lost);
  }
  return lost;
}

}  // namespace newsmill::cut
