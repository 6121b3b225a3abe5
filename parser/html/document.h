#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "parser/html/cut.h"
#include "parser/html/tag.h"

namespace newsmill {

// What one page may cost. gumbo is quadratic on nested elements and keeps every
// error, so size alone does not bound it.
struct ParseLimits {
  size_t max_tree_bytes = 256 << 20;
  int max_depth = 512;
  // CPU time of the calling thread, so that a busy machine condemns no page.
  Duration deadline = std::chrono::seconds(2);
};

using NodeId = uint32_t;
inline constexpr NodeId kNoNode = UINT32_MAX;

// An HTML page as the tree that browsers would build (WHATWG, by gumbo), in one
// flat array in document order: a node's descendants are the range
// (node, subtree_end(node)). Owns everything its views point to. Immutable;
// thread-safe after parsing.
class Document {
 public:
  enum class Kind : uint8_t { kDocument, kElement, kText };

  // Never throws and never takes longer than the limits allow: kTooLarge for a
  // budget of memory or depth, kTimedOut for the deadline.
  static Result<Document> Parse(std::string_view utf8,
                                const ParseLimits& limits);

  // The same of a page that is cut first: it has the data scripts, but none of
  // what CutHtml takes out.
  static Result<Document> ParsePage(std::string_view utf8, Cut cut,
                                    const ParseLimits& limits);

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  NodeId root() const { return 0; }  // of kind kDocument
  size_t size() const;

  Kind kind(NodeId node) const;
  NodeId parent(NodeId node) const;
  NodeId first_child(NodeId node) const;
  NodeId next_sibling(NodeId node) const;
  NodeId previous_sibling(NodeId node) const;
  NodeId subtree_end(NodeId node) const;

  // Elements: the tag's name in lower case.
  std::string_view tag(NodeId node) const;
  Tag tag_id(NodeId node) const;
  std::optional<std::string_view> attribute(NodeId node,
                                            std::string_view name) const;
  // One by one, in the order of the page; names in lower case.
  size_t attribute_count(NodeId node) const;
  std::pair<std::string_view, std::string_view> attribute_at(
      NodeId node, size_t index) const;
  bool HasClass(NodeId node, std::string_view name) const;

  // Text nodes: the text, character references resolved. Script and style hold
  // their source as one text node; comments are not in the tree.
  std::string_view text(NodeId node) const;

  // All text below `node`, concatenated as it stands.
  std::string TextContent(NodeId node) const;

  struct Impl;  // known to parser/html alone

 private:
  explicit Document(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsmill
