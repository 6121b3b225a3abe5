#include "parser/html/selector.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/base/text.h"
#include "parser/html/selector_ast.h"
#include "parser/html/selector_parser.h"

namespace newsmill {
namespace {

constexpr std::string_view kSpaces = " \t\n\f\r";

bool Equal(std::string_view a, std::string_view b, bool ignore_case) {
  return ignore_case ? EqualsIgnoringCase(a, b) : a == b;
}

bool HasWord(std::string_view text, std::string_view word, bool ignore_case) {
  for (size_t at = 0; at < text.size();) {
    const size_t begin = text.find_first_not_of(kSpaces, at);
    if (begin == std::string_view::npos) return false;
    at = std::min(text.find_first_of(kSpaces, begin), text.size());
    if (Equal(text.substr(begin, at - begin), word, ignore_case)) return true;
  }
  return false;
}

bool Contains(std::string_view text, std::string_view part, bool ignore_case) {
  if (!ignore_case) return text.find(part) != std::string_view::npos;
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char x, char y) {
                       return AsciiLower(x) == AsciiLower(y);
                     }) != text.end();
}

bool MatchesValue(const CssAttribute& wanted, std::string_view value) {
  using Match = CssAttribute::Match;
  const std::string_view want = wanted.value;
  const bool ignore_case = wanted.ignore_case;
  switch (wanted.match) {
    case Match::kExists:
      return true;
    case Match::kEquals:
      return Equal(value, want, ignore_case);
    case Match::kWord:
      return HasWord(value, want, ignore_case);
    case Match::kDash:
      return Equal(value.substr(0, want.size()), want, ignore_case) &&
             (value.size() == want.size() || value[want.size()] == '-');
    case Match::kPrefix:
      return !want.empty() &&
             Equal(value.substr(0, want.size()), want, ignore_case);
    case Match::kSuffix:
      return !want.empty() && value.size() >= want.size() &&
             Equal(value.substr(value.size() - want.size()), want, ignore_case);
    case Match::kSubstring:
      return !want.empty() && Contains(value, want, ignore_case);
  }
  return false;
}

// Whether position = a*n + b for some n >= 0.
bool IsNth(const CssPseudo& pseudo, int64_t position) {
  const int64_t rest = position - pseudo.b;
  if (pseudo.a == 0) return rest == 0;
  return rest % pseudo.a == 0 && rest / pseudo.a >= 0;
}

// Matches one selector in one document. Keeps the positions among siblings that
// it was asked for, so that a list of any length is counted once.
class Matcher {
 public:
  explicit Matcher(const Document& document) : document_(document) {}

  bool Matches(const std::vector<CssComplex>& list, NodeId node) {
    return document_.kind(node) == Document::Kind::kElement &&
           std::any_of(list.begin(), list.end(), [&](const CssComplex& one) {
             return From(one, one.compounds.size() - 1, node) ==
                    Outcome::kMatches;
           });
  }

 private:
  // Why a selector did not match tells whether another ancestor or sibling can
  // still: this keeps the search linear in the depth of the tree.
  enum class Outcome : uint8_t {
    kMatches,
    kFailsHere,
    kFailsForSiblings,   // no earlier sibling can match either
    kFailsForAncestors,  // no ancestor can match either
  };

  Outcome From(const CssComplex& complex, size_t index, NodeId node) {
    if (!MatchesCompound(complex.compounds[index], node)) {
      return Outcome::kFailsHere;
    }
    if (index == 0) return Outcome::kMatches;
    switch (complex.combinators[index - 1]) {
      case CssCombinator::kChild: {
        const NodeId parent = ParentElement(node);
        return parent == kNoNode ? Outcome::kFailsForAncestors
                                 : From(complex, index - 1, parent);
      }
      case CssCombinator::kDescendant:
        return FromAncestors(complex, index - 1, node);
      case CssCombinator::kNext: {
        const NodeId sibling = PreviousElement(node);
        return sibling == kNoNode ? Outcome::kFailsForSiblings
                                  : From(complex, index - 1, sibling);
      }
      case CssCombinator::kSubsequent:
        return FromSiblings(complex, index - 1, node);
    }
    return Outcome::kFailsHere;
  }

  Outcome FromAncestors(const CssComplex& complex, size_t index, NodeId node) {
    for (NodeId at = ParentElement(node); at != kNoNode;
         at = ParentElement(at)) {
      const Outcome outcome = From(complex, index, at);
      if (outcome == Outcome::kMatches ||
          outcome == Outcome::kFailsForAncestors) {
        return outcome;
      }
    }
    return Outcome::kFailsForAncestors;
  }

  Outcome FromSiblings(const CssComplex& complex, size_t index, NodeId node) {
    for (NodeId at = PreviousElement(node); at != kNoNode;
         at = PreviousElement(at)) {
      const Outcome outcome = From(complex, index, at);
      if (outcome != Outcome::kFailsHere) return outcome;
    }
    return Outcome::kFailsForSiblings;
  }

  NodeId ParentElement(NodeId node) const {
    const NodeId parent = document_.parent(node);
    return parent == document_.root() ? kNoNode : parent;
  }

  NodeId PreviousElement(NodeId node) const {
    do {
      node = document_.previous_sibling(node);
    } while (node != kNoNode &&
             document_.kind(node) != Document::Kind::kElement);
    return node;
  }

  bool MatchesCompound(const CssCompound& compound, NodeId node) {
    if (!compound.tag.empty() && document_.tag(node) != compound.tag) {
      return false;
    }
    for (const std::string& id : compound.ids) {
      if (document_.attribute(node, "id") != id) return false;
    }
    for (const std::string& name : compound.classes) {
      if (!document_.HasClass(node, name)) return false;
    }
    for (const CssAttribute& wanted : compound.attributes) {
      const auto value = document_.attribute(node, wanted.name);
      if (!value || !MatchesValue(wanted, *value)) return false;
    }
    return std::all_of(
        compound.pseudos.begin(), compound.pseudos.end(),
        [&](const CssPseudo& pseudo) { return MatchesPseudo(pseudo, node); });
  }

  bool MatchesPseudo(const CssPseudo& pseudo, NodeId node) {
    using Kind = CssPseudo::Kind;
    switch (pseudo.kind) {
      case Kind::kNth: {
        const Rank rank = RankOf(node);
        const int64_t position = pseudo.of_type ? rank.in_type : rank.in_all;
        const int64_t count = pseudo.of_type ? rank.of_type : rank.of_all;
        return IsNth(pseudo, pseudo.from_end ? count - position + 1 : position);
      }
      case Kind::kOnlyChild:
        return RankOf(node).of_all == 1;
      case Kind::kEmpty:
        return IsEmpty(node);
      case Kind::kNot:
        return !MatchesAny(pseudo.list, node);
      case Kind::kIs:
        return MatchesAny(pseudo.list, node);
    }
    return false;
  }

  bool MatchesAny(const std::vector<CssCompound>& list, NodeId node) {
    return std::any_of(list.begin(), list.end(), [&](const CssCompound& one) {
      return MatchesCompound(one, node);
    });
  }

  bool IsEmpty(NodeId node) const {
    for (NodeId child = document_.first_child(node); child != kNoNode;
         child = document_.next_sibling(child)) {
      if (document_.kind(child) == Document::Kind::kElement ||
          !document_.text(child).empty()) {
        return false;
      }
    }
    return true;
  }

  // Where an element stands among its parent's elements, counted from 1, and
  // among those of its tag.
  struct Rank {
    int64_t in_all = 0;
    int64_t of_all = 0;
    int64_t in_type = 0;
    int64_t of_type = 0;
  };

  Rank RankOf(NodeId node) {
    if (ranked_parents_.insert(document_.parent(node)).second) {
      RankChildren(document_.parent(node));
    }
    return ranks_[node];
  }

  void RankChildren(NodeId parent) {
    int64_t all = 0;
    std::unordered_map<std::string_view, int64_t> types;
    std::vector<NodeId> elements;
    for (NodeId child = document_.first_child(parent); child != kNoNode;
         child = document_.next_sibling(child)) {
      if (document_.kind(child) != Document::Kind::kElement) continue;
      elements.push_back(child);
      ranks_[child] = {++all, 0, ++types[document_.tag(child)], 0};
    }
    for (const NodeId element : elements) {
      ranks_[element].of_all = all;
      ranks_[element].of_type = types[document_.tag(element)];
    }
  }

  const Document& document_;
  std::unordered_set<NodeId> ranked_parents_;
  std::unordered_map<NodeId, Rank> ranks_;
};

}  // namespace

Selector::Selector(Selector&&) noexcept = default;
Selector& Selector::operator=(Selector&&) noexcept = default;
Selector::Selector(const Selector&) = default;
Selector& Selector::operator=(const Selector&) = default;
Selector::~Selector() = default;

Selector::Selector(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

Result<Selector> Selector::Compile(std::string_view css) {
  Result<std::vector<CssComplex>> list = ParseSelector(css);
  if (!list) return list.error();
  return Selector(std::make_shared<const Impl>(
      Impl{std::string(css), std::move(list).value()}));
}

bool Selector::Matches(const Document& document, NodeId node) const {
  return Matcher(document).Matches(impl_->list, node);
}

std::vector<NodeId> Selector::All(const Document& document,
                                  NodeId scope) const {
  std::vector<NodeId> found;
  Matcher matcher(document);
  for (NodeId node = scope + 1; node < document.subtree_end(scope); ++node) {
    if (matcher.Matches(impl_->list, node)) found.push_back(node);
  }
  return found;
}

NodeId Selector::First(const Document& document, NodeId scope) const {
  Matcher matcher(document);
  for (NodeId node = scope + 1; node < document.subtree_end(scope); ++node) {
    if (matcher.Matches(impl_->list, node)) return node;
  }
  return kNoNode;
}

const std::string& Selector::text() const { return impl_->text; }

}  // namespace newsmill
