#include "parser/html/document.h"

#include <utility>

#include "core/base/text.h"
#include "parser/html/document_impl.h"
#include "parser/html/tree_builder.h"

namespace newsmill {
namespace {

constexpr std::string_view kSpaces = " \t\n\f\r";

}  // namespace

Document::Document(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::Parse(std::string_view utf8,
                                 const ParseLimits& limits) {
  auto impl = std::make_unique<Impl>();
  if (Result<void> built = BuildTree(utf8, nullptr, limits, impl.get());
      !built) {
    return built.error();
  }
  return Document(std::move(impl));
}

Result<Document> Document::ParsePage(std::string_view utf8, Cut cut,
                                     const ParseLimits& limits) {
  const CutPage page = CutHtml(utf8, cut, SetAside::kAll);
  auto impl = std::make_unique<Impl>();
  if (Result<void> built = BuildTree(page.html, &page, limits, impl.get());
      !built) {
    return built.error();
  }
  return Document(std::move(impl));
}

size_t Document::size() const { return impl_->nodes.size(); }

Document::Kind Document::kind(NodeId node) const {
  return impl_->nodes[node].kind;
}
NodeId Document::parent(NodeId node) const { return impl_->nodes[node].parent; }
NodeId Document::first_child(NodeId node) const {
  return impl_->nodes[node].first_child;
}
NodeId Document::next_sibling(NodeId node) const {
  return impl_->nodes[node].next_sibling;
}
NodeId Document::previous_sibling(NodeId node) const {
  return impl_->nodes[node].previous_sibling;
}
NodeId Document::subtree_end(NodeId node) const {
  return impl_->nodes[node].subtree_end;
}

std::string_view Document::tag(NodeId node) const {
  const Impl::Node& it = impl_->nodes[node];
  return it.kind == Kind::kElement ? impl_->View(it.text) : std::string_view();
}

Tag Document::tag_id(NodeId node) const { return impl_->nodes[node].tag; }

size_t Document::attribute_count(NodeId node) const {
  return impl_->nodes[node].attribute_count;
}

std::pair<std::string_view, std::string_view> Document::attribute_at(
    NodeId node, size_t index) const {
  const Impl::Attribute& one =
      impl_->attributes[impl_->nodes[node].first_attribute + index];
  return {impl_->View(one.name), impl_->View(one.value)};
}

std::string_view Document::text(NodeId node) const {
  const Impl::Node& it = impl_->nodes[node];
  return it.kind == Kind::kText ? impl_->View(it.text) : std::string_view();
}

std::optional<std::string_view> Document::attribute(
    NodeId node, std::string_view name) const {
  const Impl::Node& it = impl_->nodes[node];
  for (uint32_t i = 0; i < it.attribute_count; ++i) {
    const Impl::Attribute& one = impl_->attributes[it.first_attribute + i];
    if (EqualsIgnoringCase(impl_->View(one.name), name))
      return impl_->View(one.value);
  }
  return std::nullopt;
}

bool Document::HasClass(NodeId node, std::string_view name) const {
  const std::string_view classes = attribute(node, "class").value_or("");
  for (size_t at = 0; at < classes.size();) {
    const size_t begin = classes.find_first_not_of(kSpaces, at);
    if (begin == std::string_view::npos) return false;
    at = std::min(classes.find_first_of(kSpaces, begin), classes.size());
    if (classes.substr(begin, at - begin) == name) return true;
  }
  return false;
}

std::string Document::TextContent(NodeId node) const {
  std::string out;
  for (NodeId at = node; at < subtree_end(node); ++at) out += text(at);
  return out;
}

}  // namespace newsmill
