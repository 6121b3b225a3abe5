#include "parser/rules/proposal_selector.h"

#include <algorithm>
#include <cctype>

#include "parser/html/selector.h"

namespace newsmill::rules {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

// May stand in a selector as it is, and begins as a name does.
bool IsPlainName(std::string_view name) {
  if (name.size() < 2 || name.size() > 40) return false;
  if (IsDigit(name[0]) || name[0] == '-') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return IsDigit(c) || IsUpper(c) || IsLower(c) || c == '-' || c == '_';
  });
}

// Something a build made: "B8mhI", "1x2y3z".
bool LooksLikeHash(std::string_view word) {
  if (word.size() < 4 || word.size() > 12) return false;
  const auto digits = std::count_if(word.begin(), word.end(), IsDigit);
  const auto upper = std::count_if(word.begin(), word.end(), IsUpper);
  const auto lower = std::count_if(word.begin(), word.end(), IsLower);
  if (digits > 0 && upper + lower > 0) return true;
  return upper >= 2 && lower >= 1 && word.size() <= 6;
}

// A number of the article, of a day, of a user.
bool HasLongNumber(std::string_view name) {
  size_t run = 0;
  for (const char c : name) {
    run = IsDigit(c) ? run + 1 : 0;
    if (run >= 3) return true;
  }
  return false;
}

// "index_title__" of "index_title__B8mhI"; empty where nothing is hashed.
std::string_view SteadyPart(std::string_view name) {
  const size_t at = name.find_last_of("_-");
  if (at == std::string_view::npos || at < 4) return {};
  return LooksLikeHash(name.substr(at + 1)) ? name.substr(0, at + 1)
                                            : std::string_view();
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  constexpr std::string_view kBlanks = " \t\n\r\f";
  for (size_t at = text.find_first_not_of(kBlanks); at != text.npos;
       at = text.find_first_not_of(kBlanks, at)) {
    const size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

void AddAttribute(const Document& document, NodeId node, const char* name,
                  std::vector<std::string>* selectors) {
  const auto value = document.attribute(node, name);
  if (!value || !IsPlainName(*value) || HasLongNumber(*value)) return;
  selectors->push_back("[" + std::string(name) + "=\"" + std::string(*value) +
                       "\"]");
}

std::vector<NodeId> Found(const Document& document, const std::string& css) {
  const Result<Selector> selector = Selector::Compile(css);
  if (!selector) return {};
  return selector->All(document, document.root());
}

bool IsUnique(const Document& document, const std::string& css, NodeId node) {
  const std::vector<NodeId> found = Found(document, css);
  return found.size() == 1 && found[0] == node;
}

std::optional<std::string> UniqueOf(const Document& document, NodeId node) {
  for (std::string& selector : SimpleSelectors(document, node)) {
    if (IsUnique(document, selector, node)) return std::move(selector);
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> SimpleSelectors(const Document& document,
                                         NodeId node) {
  std::vector<std::string> selectors;
  const std::string tag(document.tag(node));
  AddAttribute(document, node, "itemprop", &selectors);
  if (const auto id = document.attribute(node, "id")) {
    if (IsPlainName(*id) && !HasLongNumber(*id) && !LooksLikeHash(*id)) {
      selectors.push_back("#" + std::string(*id));
    }
  }
  if (const auto classes = document.attribute(node, "class")) {
    for (const std::string_view name : Words(*classes)) {
      if (!IsPlainName(name)) continue;
      const std::string_view steady = SteadyPart(name);
      if (!steady.empty()) {
        selectors.push_back(tag + "[class*=\"" + std::string(steady) + "\"]");
      } else if (!HasLongNumber(name) && !LooksLikeHash(name)) {
        selectors.push_back(tag + "." + std::string(name));
      }
    }
  }
  AddAttribute(document, node, "data-testid", &selectors);
  AddAttribute(document, node, "property", &selectors);
  AddAttribute(document, node, "rel", &selectors);
  selectors.push_back(tag);
  return selectors;
}

std::optional<std::string> SelectorFor(const Document& document, NodeId node) {
  if (auto alone = UniqueOf(document, node)) return alone;
  const std::vector<std::string> own = SimpleSelectors(document, node);
  for (NodeId above = document.parent(node);
       above != kNoNode && above != document.root();
       above = document.parent(above)) {
    const auto outer = UniqueOf(document, above);
    if (!outer || *outer == "html" || *outer == "body") continue;
    for (const std::string& inner : own) {
      std::string both = *outer + " " + inner;
      if (IsUnique(document, both, node)) return both;
    }
  }
  // The first of its kind is found first; more of them stand below.
  for (const std::string& selector : own) {
    const std::vector<NodeId> found = Found(document, selector);
    if (!found.empty() && found[0] == node) return selector;
  }
  return std::nullopt;
}

}  // namespace newsmill::rules
