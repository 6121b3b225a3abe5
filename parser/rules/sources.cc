#include "parser/rules/sources.h"

#include "core/base/text.h"
#include "parser/html/text.h"
#include "parser/rules/steps.h"

namespace newsmill::rules {
namespace {

std::vector<NodeId> PickElements(const Source& source, const Scope& scope) {
  const Document& document = scope.document;
  if (source.pick == Source::Pick::kFirst && source.text_matches == nullptr) {
    const NodeId node = source.selector->First(document, document.root());
    if (node == kNoNode) return {};
    return {node};
  }
  std::vector<NodeId> nodes = source.selector->All(document, document.root());
  if (source.text_matches != nullptr) {
    std::erase_if(nodes, [&](NodeId node) {
      return !RE2::PartialMatch(InlineText(document, node),
                                *source.text_matches);
    });
  }
  if (source.pick == Source::Pick::kAll || nodes.empty()) return nodes;
  if (source.pick == Source::Pick::kFirst) return {nodes.front()};
  if (source.pick == Source::Pick::kLast) return {nodes.back()};
  const size_t index = static_cast<size_t>(source.nth) - 1;
  if (index >= nodes.size()) return {};
  return {nodes[index]};
}

std::string Attribute(const Document& document, NodeId node,
                      std::string_view name) {
  const auto value = document.attribute(node, name);
  return value ? std::string(TrimBlanks(*value)) : std::string();
}

// `place`: "text" or "@attribute".
std::string ElementText(const Document& document, NodeId node,
                        const std::string& place) {
  return place[0] == '@' ? Attribute(document, node, place.substr(1))
                         : InlineText(document, node);
}

std::string JsonText(const JsonValue& value, const std::string& pointer) {
  const auto found = value.pointer(pointer);
  return found ? CollapseBlanks(found->to_text()) : std::string();
}

// Fills an item by `text_at(place)`; false where all of it is empty.
template <typename TextAt>
bool FillItem(const std::vector<Part>& parts, const TextAt& text_at,
              Item* item) {
  bool any = false;
  for (const Part& part : parts) {
    std::string text;
    for (const std::string& place : part.places) {
      text = text_at(place);
      if (!text.empty()) break;
    }
    if (text.empty()) continue;
    any = true;
    if (part.name.empty()) {
      item->text = std::move(text);
    } else {
      item->parts.emplace_back(part.name, std::move(text));
    }
  }
  return any;
}

std::vector<Item> FromElements(const Source& source, const Scope& scope) {
  const Document& document = scope.document;
  std::vector<Item> items;
  for (const NodeId node : PickElements(source, scope)) {
    Item item;
    if (!source.parts.empty()) {
      const auto text_at = [&](const std::string& place) {
        return ElementText(document, node, place);
      };
      if (!FillItem(source.parts, text_at, &item)) continue;
    } else if (!source.attribute.empty()) {
      item.text = Attribute(document, node, source.attribute);
    } else {
      item.text = source.own_text ? OwnText(document, node)
                                  : InlineText(document, node);
    }
    items.push_back(std::move(item));
  }
  return items;
}

std::vector<Item> FromJson(const Source& source, const Scope& scope) {
  if (!scope.data) return {};
  const auto found = scope.data->pointer(source.place);
  if (!found) return {};
  std::vector<JsonValue> values = {*found};
  // A list where one value is expected, and one value where a list is: both
  // have been seen for the same key.
  if (source.each && found->is_array()) values = found->items();
  std::vector<Item> items;
  for (const JsonValue& value : values) {
    Item item;
    if (source.parts.empty()) {
      item.text = CollapseBlanks(value.to_text());
    } else {
      const auto text_at = [&](const std::string& place) {
        return JsonText(value, place);
      };
      if (!FillItem(source.parts, text_at, &item)) continue;
    }
    items.push_back(std::move(item));
  }
  return items;
}

std::vector<Item> FromPlace(const Source& source, const Scope& scope) {
  switch (source.kind) {
    case Source::Kind::kCss:
      return FromElements(source, scope);
    case Source::Kind::kJson:
      return FromJson(source, scope);
    case Source::Kind::kMeta:
      return {Item{MetaContent(scope.document, source.place), {}}};
    case Source::Kind::kUrlId:
      return {Item{scope.article_id, {}}};
  }
  return {};
}

}  // namespace

std::string Item::Part(std::string_view name) const {
  for (const auto& [part, part_text] : parts) {
    if (part == name) return part_text;
  }
  return "";
}

std::string MetaContent(const Document& document, std::string_view name) {
  static const Selector metas = *Selector::Compile("meta[content]");
  for (const NodeId node : metas.All(document, document.root())) {
    for (const char* key : {"name", "property"}) {
      const auto value = document.attribute(node, key);
      if (!value || !EqualsIgnoringCase(TrimBlanks(*value), name)) continue;
      std::string content =
          CollapseBlanks(*document.attribute(node, "content"));
      if (!content.empty()) return content;
    }
  }
  return "";
}

std::vector<Item> Evaluate(const Source& source, const Scope& scope) {
  std::vector<Item> items;
  for (Item& item : FromPlace(source, scope)) {
    if (!item.parts.empty()) {
      items.push_back(std::move(item));
      continue;
    }
    for (std::string& text :
         ApplySteps(source.steps, scope.base, {std::move(item.text)})) {
      items.push_back(Item{std::move(text), {}});
    }
  }
  return items;
}

std::string Source::Describe() const {
  switch (kind) {
    case Kind::kCss:
      return "css " + place + (attribute.empty() ? "" : "@" + attribute);
    case Kind::kJson:
      return "json " + place;
    case Kind::kMeta:
      return "meta " + place;
    case Kind::kUrlId:
      return "url_id";
  }
  return "";
}

}  // namespace newsmill::rules
