#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "parser/html/document.h"

namespace newsmill {

// A subset of CSS Selectors Level 4: type, *, #id, .class, [a], [a=v], [a~=v],
// [a|=v], [a^=v], [a$=v], [a*=v] (with the i flag), descendant, >, +, ~, lists,
// :first-child, :last-child, :only-child, :nth-child(An+B), :nth-of-type(An+B),
// :first-of-type, :last-of-type, :nth-last-child(An+B),
// :nth-last-of-type(An+B), :empty, :not(list), :is(list), the last two of
// compound selectors. Attribute names match in any case, values as they stand.
// Immutable; thread-safe.
class Selector {
 public:
  // kInvalidArgument says at which character, and what was expected there.
  static Result<Selector> Compile(std::string_view css);

  Selector(Selector&&) noexcept;
  Selector& operator=(Selector&&) noexcept;
  Selector(const Selector&);
  Selector& operator=(const Selector&);
  ~Selector();

  bool Matches(const Document& document, NodeId node) const;
  // Descendants of `scope` that match, in document order.
  std::vector<NodeId> All(const Document& document, NodeId scope) const;
  // The first of them, or kNoNode.
  NodeId First(const Document& document, NodeId scope) const;

  const std::string& text() const;

  struct Impl;  // known to parser/html alone

 private:
  explicit Selector(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

}  // namespace newsmill
