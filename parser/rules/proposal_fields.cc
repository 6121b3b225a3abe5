#include "parser/rules/proposal_fields.h"

#include <algorithm>

#include <re2/re2.h>

#include "parser/html/selector.h"
#include "parser/html/text.h"
#include "parser/rules/proposal_selector.h"

namespace newsmill::rules {
namespace {

constexpr size_t kMostNodesOfALine = 40;

// Elements of the visible page whose text passes; inner ones behind those that
// hold them.
template <typename Test>
std::vector<NodeId> ElementsWhoseText(const Document& document,
                                      const Test& test) {
  std::vector<NodeId> found;
  for (NodeId node = 1; node < document.size();) {
    if (document.kind(node) != Document::Kind::kElement) {
      ++node;
      continue;
    }
    const NodeId end = document.subtree_end(node);
    if (IsHiddenTag(document.tag(node))) {
      node = end;
      continue;
    }
    if (end - node <= kMostNodesOfALine && test(InlineText(document, node))) {
      found.push_back(node);
    }
    ++node;
  }
  return found;
}

std::string CssSource(const std::string& selector, const std::string& rest) {
  return "{ css = " + TomlString(selector) + rest + " }";
}

// Every <meta> that has a name, as a source, where its content passes.
template <typename Test>
void AddMetas(const Document& document, const Test& test,
              const std::string& rest, std::vector<std::string>* sources) {
  static const Selector metas = *Selector::Compile("meta[content]");
  for (const NodeId node : metas.All(document, document.root())) {
    for (const char* key : {"property", "name"}) {
      const auto name = document.attribute(node, key);
      if (!name || IsBlank(*name)) continue;
      if (!test(CollapseBlanks(*document.attribute(node, "content")))) continue;
      sources->push_back("{ meta = " + TomlString(TrimBlanks(*name)) + rest +
                         " }");
    }
  }
}

// "2024-05-06 07:08" as \d{4}-\d{2}-\d{2} \d{2}:\d{2}.
std::string ShapeOf(const std::string& raw) {
  std::string shape;
  for (size_t at = 0; at < raw.size();) {
    size_t end = at;
    while (end < raw.size() && raw[end] >= '0' && raw[end] <= '9') ++end;
    if (end == at) {
      while (end < raw.size() && (raw[end] < '0' || raw[end] > '9')) ++end;
      std::string piece = raw.substr(at, end - at);
      // Names of months and days change from page to page.
      static const RE2 letters(R"(\p{L}{3,})");
      std::string quoted = RE2::QuoteMeta(piece);
      if (RE2::PartialMatch(piece, letters)) quoted = R"([^\d]+)";
      shape += quoted;
    } else {
      shape += end - at <= 2 ? R"(\d{1,2})"
                             : "\\d{" + std::to_string(end - at) + "}";
    }
    at = end;
  }
  return shape;
}

std::string NamesOf(const v1::Article& article) {
  std::string names;
  for (const v1::Person& person : article.authors()) {
    names += (names.empty() ? "" : ", ") + person.name();
  }
  return names;
}

bool HoldsAllNames(const v1::Article& article, const std::string& text) {
  return std::all_of(article.authors().begin(), article.authors().end(),
                     [&](const v1::Person& one) {
                       return text.find(one.name()) != std::string::npos;
                     });
}

}  // namespace

std::string TomlString(std::string_view text) {
  const bool literal = text.find('\'') == text.npos &&
                       std::none_of(text.begin(), text.end(), [](char c) {
                         return static_cast<unsigned char>(c) < 0x20;
                       });
  const bool needs =
      text.find('\\') != text.npos || text.find('"') != text.npos;
  if (literal && needs) return "'" + std::string(text) + "'";
  std::string quoted = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      quoted += ' ';
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::vector<std::string> HeadlineSources(const Document& document,
                                         const v1::Article& decided) {
  const std::string& headline = decided.headline();
  std::vector<NodeId> nodes = ElementsWhoseText(
      document, [&](const std::string& text) { return text == headline; });
  const auto rank = [&](NodeId node) {
    const std::string_view tag = document.tag(node);
    if (tag == "h1") return 0;
    return tag.size() == 2 && tag[0] == 'h' ? 1 : 2;
  };
  std::stable_sort(nodes.begin(), nodes.end(),
                   [&](NodeId a, NodeId b) { return rank(a) < rank(b); });
  std::vector<std::string> sources;
  for (const NodeId node : nodes) {
    if (rank(node) == 2) continue;  // links and crumbs repeat a title
    if (const auto css = SelectorFor(document, node)) {
      sources.push_back(CssSource(*css, ""));
    }
  }
  AddMetas(
      document, [&](const std::string& text) { return text == headline; }, "",
      &sources);
  for (const NodeId node : nodes) {
    if (rank(node) != 2) continue;
    if (const auto css = SelectorFor(document, node)) {
      sources.push_back(CssSource(*css, ""));
    }
  }
  return sources;
}

std::vector<std::string> DateSources(const Document& document,
                                     const v1::Article& decided) {
  std::vector<std::string> sources;
  if (!decided.has_date_published()) return sources;
  const std::string raw = CollapseBlanks(decided.date_published().raw());
  if (raw.empty()) return sources;
  for (const auto& [css, attribute] :
       {std::pair("time[datetime]", "datetime"),
        std::pair("[itemprop=\"datePublished\"][content]", "content"),
        std::pair("[itemprop=\"datePublished\"][datetime]", "datetime")}) {
    for (const NodeId node :
         Selector::Compile(css)->All(document, document.root())) {
      if (const auto selector = SelectorFor(document, node)) {
        sources.push_back(CssSource(
            *selector,
            ", attr = \"" + std::string(attribute) + "\", do = [\"date\"]"));
      }
    }
  }
  std::vector<NodeId> nodes =
      ElementsWhoseText(document, [&](const std::string& text) {
        return text.size() < raw.size() + 120 &&
               text.find(raw) != std::string::npos;
      });
  std::reverse(nodes.begin(), nodes.end());  // the innermost first
  for (const NodeId node : nodes) {
    const auto selector = SelectorFor(document, node);
    if (!selector) continue;
    const bool alone = InlineText(document, node) == raw;
    sources.push_back(CssSource(
        *selector, alone ? ", do = [\"date\"]"
                         : ", do = [" + TomlString("match:" + ShapeOf(raw)) +
                               ", \"date\"]"));
  }
  AddMetas(
      document,
      [&](const std::string& text) {
        return text.size() >= 8 && text.size() < 60 &&
               std::count_if(text.begin(), text.end(),
                             [](char c) { return c >= '0' && c <= '9'; }) >= 6;
      },
      ", do = [\"date\"]", &sources);
  return sources;
}

std::vector<std::string> AuthorSources(const Document& document,
                                       const v1::Article& decided) {
  std::vector<std::string> sources;
  if (decided.authors().empty()) return sources;
  const std::string names = NamesOf(decided);
  std::vector<NodeId> nodes =
      ElementsWhoseText(document, [&](const std::string& text) {
        return text.size() < names.size() + 80 && HoldsAllNames(decided, text);
      });
  std::reverse(nodes.begin(), nodes.end());
  const std::string& first = decided.authors(0).name();
  for (const NodeId node : nodes) {
    const auto selector = SelectorFor(document, node);
    if (!selector) continue;
    sources.push_back(CssSource(*selector, ""));
    const std::string text = InlineText(document, node);
    const size_t at = text.find(first);
    if (at == 0 || at == std::string::npos) continue;
    sources.push_back(
        CssSource(*selector,
                  ", do = [" +
                      TomlString("match:^" +
                                 RE2::QuoteMeta(text.substr(0, at)) + "(.+)$") +
                      "]"));
  }
  // Each name in an element of its own.
  for (const NodeId node : ElementsWhoseText(
           document, [&](const std::string& text) { return text == first; })) {
    for (const std::string& css : SimpleSelectors(document, node)) {
      sources.push_back(CssSource(css, ", each = \"text\""));
    }
  }
  AddMetas(
      document,
      [&](const std::string& text) { return HoldsAllNames(decided, text); }, "",
      &sources);
  return sources;
}

}  // namespace newsmill::rules
