#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/url.h"
#include "parser/html/document.h"
#include "parser/html/json_value.h"
#include "parser/rules/rule.h"

namespace newsmill::rules {

// Where the sources of a layout look. Borrows all but the JSON.
struct Scope {
  const Document& document;
  const Url& base;  // relative references count from it
  const std::string& article_id;
  std::optional<JsonValue> data;  // at the layout's root
};

// A value that was found: a text, or the parts of a structured one.
struct Item {
  std::string text;
  std::vector<std::pair<std::string, std::string>> parts;

  // The text of that part, or empty.
  std::string Part(std::string_view name) const;
};

// All values of a source, in the order of the page, none empty.
std::vector<Item> Evaluate(const Source& source, const Scope& scope);

// The first content of <meta name|property=name> that is not blank, case
// ignored; empty without one.
std::string MetaContent(const Document& document, std::string_view name);

}  // namespace newsmill::rules
