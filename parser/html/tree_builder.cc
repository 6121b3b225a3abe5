#include "parser/html/tree_builder.h"

#include <gumbo.h>

#include <algorithm>
#include <csetjmp>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "parser/html/arena.h"
#include "parser/html/depth_scan.h"
#include "parser/html/document_impl.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

using Impl = Document::Impl;
using Kind = Document::Kind;

// The scan before the tree may overestimate broken markup, and gumbo's cost
// grows with the square of the depth: up to here it is a matter of
// milliseconds, beyond it is certainly a bomb.
constexpr int kScanSlack = 8;

void* Allocate(void* arena, size_t size) {
  return static_cast<GuardedArena*>(arena)->Allocate(size);
}

void Deallocate(void*, void*) {}

GumboOptions Options(GuardedArena* arena) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = Allocate;
  options.deallocator = Deallocate;
  options.userdata = arena;
  // Each error is kept otherwise: 1 MB of NULs costs 171 MB.
  options.max_errors = 0;
  return options;
}

// Null when the arena stopped it. No frame between setjmp and the allocator
// holds an object with a destructor. The output is never destroyed: its memory
// is the arena's, and gumbo's own destruction is recursive.
const GumboOutput* RunGumbo(const GumboOptions* options, GuardedArena* arena,
                            const char* html, size_t size) {
  if (setjmp(arena->exit) != 0) return nullptr;  // NOLINT: see arena.h
  return gumbo_parse_with_options(options, html, size);
}

Error StopError(const GuardedArena& arena, const ParseLimits& limits) {
  switch (arena.stop()) {
    case GuardedArena::Stop::kDeadline:
      return {Code::kTimedOut, "the page's tree was not built within " +
                                   FormatDuration(limits.deadline)};
    case GuardedArena::Stop::kBytes:
      return {Code::kTooLarge, "the page's tree takes more than " +
                                   std::to_string(limits.max_tree_bytes) +
                                   " bytes"};
    case GuardedArena::Stop::kNoMemory:
      return {Code::kNoSpace, "no memory for the page's tree"};
    case GuardedArena::Stop::kNone:
      break;
  }
  return {Code::kInternal, "gumbo gave no tree"};
}

Error DepthError(const ParseLimits& limits) {
  return {Code::kTooLarge, "the page's elements nest deeper than " +
                               std::to_string(limits.max_depth)};
}

// Of gumbo's number; kOther for elements that one of the two does not know.
Tag KnownTag(GumboTag tag) {
  static const std::vector<Tag> kTags = [] {
    std::vector<Tag> tags;
    for (int i = 0; i < GUMBO_TAG_LAST; ++i) {
      tags.push_back(TagOf(gumbo_normalized_tagname(static_cast<GumboTag>(i))));
    }
    return tags;
  }();
  return tag < GUMBO_TAG_LAST ? kTags[tag] : Tag::kOther;
}

// Copies gumbo's tree in document order, without recursion.
class Flattener {
 public:
  Flattener(std::string_view html, const CutPage& page,
            const ParseLimits& limits, Impl* out)
      : html_(html),
        page_(page),
        texts_(page.aside),
        limits_(limits),
        out_(*out) {}

  // False where the tree is too deep or too large for the flat form.
  bool Run(const GumboNode* document) {
    Open(document, kNoNode);
    while (!open_.empty()) {
      Level& level = open_.back();
      if (level.next == level.children->length) {
        Close();
        continue;
      }
      const auto* const child =
          static_cast<const GumboNode*>(level.children->data[level.next++]);
      if (!Add(child)) return false;
    }
    return out_.pool.size() < UINT32_MAX && out_.nodes.size() < kNoNode;
  }

 private:
  struct Level {
    NodeId node;
    const GumboVector* children;
    unsigned int next;
    NodeId last_child;
  };

  bool Add(const GumboNode* child) {
    switch (child->type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_CDATA:
      case GUMBO_NODE_WHITESPACE:
        AddText(child->v.text.text);
        return true;
      case GUMBO_NODE_ELEMENT:
      case GUMBO_NODE_TEMPLATE:
        Open(child, open_.back().node);
        return static_cast<int>(open_.size()) <= limits_.max_depth + 1;
      case GUMBO_NODE_COMMENT:
      case GUMBO_NODE_DOCUMENT:
        break;
    }
    return true;
  }

  NodeId Append(Kind kind) {
    const auto id = static_cast<NodeId>(out_.nodes.size());
    Impl::Node& node = out_.nodes.emplace_back();
    node.kind = kind;
    node.subtree_end = id + 1;
    if (open_.empty()) return id;
    Level& level = open_.back();
    node.parent = level.node;
    node.previous_sibling = level.last_child;
    if (level.last_child == kNoNode) {
      out_.nodes[level.node].first_child = id;
    } else {
      out_.nodes[level.last_child].next_sibling = id;
    }
    level.last_child = id;
    return id;
  }

  void AddText(std::string_view text) {
    const NodeId id = Append(Kind::kText);
    const size_t begin = out_.pool.size();
    texts_.Append(text, &out_.pool);
    out_.nodes[id].text = {static_cast<uint32_t>(begin),
                           static_cast<uint32_t>(out_.pool.size() - begin)};
  }

  void Open(const GumboNode* node, NodeId parent) {
    if (parent == kNoNode) {
      open_.push_back(
          {Append(Kind::kDocument), &node->v.document.children, 0, kNoNode});
      return;
    }
    const NodeId id = Append(Kind::kElement);
    const GumboElement& element = node->v.element;
    out_.nodes[id].text = PutTag(element);
    out_.nodes[id].tag = KnownTag(element.tag);
    out_.nodes[id].first_attribute =
        static_cast<uint32_t>(out_.attributes.size());
    AddAttributes(element);
    out_.nodes[id].attribute_count = static_cast<uint32_t>(
        out_.attributes.size() - out_.nodes[id].first_attribute);
    open_.push_back({id, &element.children, 0, kNoNode});
    if (element.tag == GUMBO_TAG_SCRIPT) AddScript(element);
  }

  // Where the start tag stands in the markup; npos of an element that has none.
  size_t PlaceOf(const GumboElement& element) const {
    return element.original_tag.data == nullptr
               ? std::string_view::npos
               : static_cast<size_t>(element.original_tag.data - html_.data());
  }

  // The text of a script that was kept aside.
  void AddScript(const GumboElement& element) {
    const size_t at = PlaceOf(element);
    const auto found =
        std::lower_bound(page_.scripts.begin(), page_.scripts.end(), at,
                         [](const CutPage::Script& script, size_t offset) {
                           return script.at < offset;
                         });
    if (found == page_.scripts.end() || found->at != at) return;
    const NodeId id = Append(Kind::kText);
    out_.nodes[id].text = Put(found->source);
  }

  void Close() {
    out_.nodes[open_.back().node].subtree_end =
        static_cast<NodeId>(out_.nodes.size());
    open_.pop_back();
  }

  // Those that gumbo read and those that were set aside, in the tag's order.
  void AddAttributes(const GumboElement& element) {
    unsigned int next = 0;
    const auto add_next = [&] {
      if (next == element.attributes.length) return;
      AddAttribute(
          *static_cast<const GumboAttribute*>(element.attributes.data[next++]));
    };
    if (const Aside::Tag* const tag =
            page_.aside.Find(PlaceOf(element), &hint_)) {
      for (uint32_t i = 0; i < tag->count; ++i) {
        const Aside::Attribute& one = page_.aside.attributes[tag->first + i];
        if (one.in_markup) {
          add_next();
        } else {
          const Impl::Piece name = PutLower(one.name);
          out_.attributes.push_back({name, Put(one.value)});
        }
      }
    }
    while (next < element.attributes.length) add_next();
  }

  void AddAttribute(const GumboAttribute& attribute) {
    // gumbo takes the prefix off foreign attributes such as xlink:href.
    const bool foreign =
        attribute.attr_namespace != GUMBO_ATTR_NAMESPACE_NONE &&
        attribute.original_name.length > 0;
    const Impl::Piece name = foreign
                                 ? PutLower({attribute.original_name.data,
                                             attribute.original_name.length})
                                 : PutLower(attribute.name);
    out_.attributes.push_back({name, Put(attribute.value)});
  }

  Impl::Piece PutTag(const GumboElement& element) {
    if (element.tag != GUMBO_TAG_UNKNOWN) {
      return PutLower(gumbo_normalized_tagname(element.tag));
    }
    GumboStringPiece name = element.original_tag;
    if (name.data == nullptr || name.length == 0) return Put("unknown");
    gumbo_tag_from_original_text(&name);
    // gumbo 0.13 reads past a carriage return, which ends a name.
    const std::string_view text(name.data, name.length);
    return PutLower(text.substr(0, text.find('\r')));
  }

  Impl::Piece Put(std::string_view text) {
    const Impl::Piece piece = {static_cast<uint32_t>(out_.pool.size()),
                               static_cast<uint32_t>(text.size())};
    out_.pool += text;
    return piece;
  }

  Impl::Piece PutLower(std::string_view text) {
    const Impl::Piece piece = Put(text);
    for (size_t i = piece.offset; i < out_.pool.size(); ++i) {
      out_.pool[i] = AsciiLower(out_.pool[i]);
    }
    return piece;
  }

  const std::string_view html_;
  const CutPage& page_;
  TextsBack texts_;
  size_t hint_ = 0;
  const ParseLimits& limits_;
  Impl& out_;
  std::vector<Level> open_;
};

// gumbo 0.10 computes some numeric character references beyond Unicode into
// stray bytes; what leaves a Document is valid UTF-8.
void RepairPool(Impl* out) {
  if (IsValidUtf8(out->pool)) return;
  std::string repaired;
  const auto repair = [&](Impl::Piece* piece) {
    const std::string text = RepairUtf8(out->View(*piece));
    *piece = {static_cast<uint32_t>(repaired.size()),
              static_cast<uint32_t>(text.size())};
    repaired += text;
  };
  for (Impl::Node& node : out->nodes) repair(&node.text);
  for (Impl::Attribute& attribute : out->attributes) {
    repair(&attribute.name);
    repair(&attribute.value);
  }
  out->pool = std::move(repaired);
}

}  // namespace

Result<void> BuildTree(std::string_view utf8, const CutPage* page,
                       const ParseLimits& limits, Impl* out) {
  const int enough = limits.max_depth * kScanSlack;
  if (ScanDepth(utf8, enough) > enough) return DepthError(limits);

  GuardedArena arena(limits.max_tree_bytes, limits.deadline);
  const GumboOptions options = Options(&arena);
  const GumboOutput* const tree =
      RunGumbo(&options, &arena, utf8.empty() ? "" : utf8.data(), utf8.size());
  if (tree == nullptr || tree->document == nullptr) {
    return StopError(arena, limits);
  }
  static const CutPage kNothingCut;
  const CutPage& cut = page == nullptr ? kNothingCut : *page;
  out->pool.reserve(utf8.size() + cut.aside.bytes);
  if (!Flattener(utf8, cut, limits, out).Run(tree->document)) {
    return DepthError(limits);
  }
  RepairPool(out);
  return {};
}

}  // namespace newsmill
