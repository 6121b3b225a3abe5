#include "parser/extract/visible_bylines.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "parser/extract/chinese_credits.h"
#include "parser/extract/names.h"
#include "parser/extract/text_key.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

constexpr NodeId kBefore = 40;
constexpr NodeId kBehind = 160;
constexpr NodeId kLargest = 12;   // nodes of a line
constexpr size_t kLongest = 120;  // bytes
constexpr int kTrust = 30;

bool NamesPerson(const Byline& byline) {
  return std::any_of(byline.names.begin(), byline.names.end(),
                     [](const Name& n) { return n.kind == NameKind::kPerson; });
}

class BylineWalk {
 public:
  BylineWalk(const Document& document, NodeId heading, Candidates* found)
      : document_(document),
        heading_(heading),
        chinese_(IsChinese(found->text_sample)),
        found_(*found) {}

  void Run() {
    const auto size = static_cast<NodeId>(document_.size());
    const NodeId near_end = std::min(heading_ + kBehind, size);
    const NodeId begin = heading_ > kBefore ? heading_ - kBefore : 0;
    for (NodeId node = begin; node < size;) {
      if (IsHiddenTag(document_.tag(node))) {
        node = document_.subtree_end(node);
        continue;
      }
      if (document_.kind(node) == Document::Kind::kText) {
        if (!(chinese_ && ReadChinese(node))) {
          node < near_end ? ReadNear(node) : ReadFar(node);
        }
      }
      ++node;
    }
    AddSignature();
  }

 private:
  // The line that a text begins; empty for one that begins none. The name is
  // often a link inside of it.
  std::string LineAt(NodeId node) const {
    const NodeId parent = document_.parent(node);
    const std::string_view text = document_.text(node);
    const bool first = parent != kNoNode && parent + 1 == node;
    if (!first || text.size() > kLongest || IsBlank(text) ||
        document_.subtree_end(parent) - parent >= kLargest) {
      return {};
    }
    std::string line = InlineText(document_, parent);
    if (line.size() > kLongest) line.clear();
    return line;
  }

  // False where the line says nothing in the Chinese way.
  bool ReadChinese(NodeId node) {
    if (found_.IsBeside(node, kNoNode)) return false;
    const std::string_view text = document_.text(node);
    std::string line = LineAt(node);
    const bool names_role =
        text.find("者") != text.npos || text.find("编") != text.npos ||
        text.find("編") != text.npos || text.find("文") != text.npos ||
        text.find("校") != text.npos || text.find("采") != text.npos;
    if (!names_role) return false;
    if (line.empty()) line = CollapseBlanks(text);
    const std::vector<ChineseCredit> credits = ReadChineseCredits(line);
    for (const ChineseCredit& credit : credits) {
      if (credit.author) {
        std::string names = credit.role + "：";
        for (const std::string& name : credit.names) names += name + "、";
        Add(names, node, kTrust);
        continue;
      }
      for (const std::string& name : credit.names) {
        v1::Person editor;
        editor.set_name(name);
        editor.set_role(credit.role);
        found_.editors.push_back(std::move(editor));
      }
    }
    return !credits.empty();
  }

  void ReadNear(NodeId node) {
    const std::string line = LineAt(node);
    if (line.empty()) return;
    // "Author" as a line of its own; the next one is the name.
    const bool labelled = says_by_;
    says_by_ = SaysBy(line);
    if (says_by_) return;
    const Byline byline = ReadByline(line);
    if ((byline.labelled || (labelled && !byline.mixed)) &&
        NamesPerson(byline)) {
      Add(line, node, kTrust);
    }
  }

  // The line of the kind behind the article's beginning, if it is the only one:
  // where there are several, other articles are announced.
  void ReadFar(NodeId node) {
    constexpr size_t kLongestLabel = 12;  // bytes
    if (found_.IsBeside(node, kNoNode)) return;
    const std::string_view text = TrimBlanks(document_.text(node));
    const std::string_view word =
        text.substr(0, std::min(text.find_first_of(" :"), kLongestLabel + 1));
    if (word.size() > kLongestLabel || !SaysBy(word)) return;
    const std::string line = LineAt(node);
    if (line.empty() || line == signature_) return;
    const Byline byline = ReadByline(line);
    if (!byline.labelled || byline.mixed || !NamesPerson(byline)) return;
    ++signatures_;
    signature_ = line;
    signature_at_ = node;
  }

  void AddSignature() {
    if (signatures_ == 1) Add(signature_, signature_at_, kTrust * 2 / 3);
  }

  void Add(const std::string& line, NodeId node, int trust) {
    PersonCandidate candidate;
    candidate.text = line;
    candidate.source = v1::Provenance::HTML;
    candidate.detail = "byline";
    candidate.trust = trust;
    candidate.node = node;
    candidate.list = ++found_.lists;
    candidate.beside = found_.IsBeside(node, kNoNode);
    Candidates::Add(std::move(candidate), &found_.authors);
  }

  const Document& document_;
  const NodeId heading_;
  const bool chinese_;
  Candidates& found_;
  bool says_by_ = false;
  std::string signature_;
  NodeId signature_at_ = kNoNode;
  int signatures_ = 0;
};

}  // namespace

void AddVisibleBylines(const Document& document, NodeId heading,
                       Candidates* found) {
  if (heading != kNoNode) BylineWalk(document, heading, found).Run();
}

}  // namespace newsmill
