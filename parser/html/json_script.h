#pragma once

#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "parser/html/document.h"
#include "parser/html/json_value.h"
#include "parser/html/selector.h"

namespace newsmill {

// The JSON in the first script that `selector` matches. kNotFound when there is
// none; otherwise the errors of ParseScriptJson.
Result<JsonValue> FindScriptJson(const Document& document,
                                 const Selector& selector);

// Parses what a script element holds: JSON, possibly inside CDATA or comment
// marks, behind an assignment (`window.DATA = {…};`), or with raw line feeds in
// its strings, which are read as spaces. kInvalidArgument for anything else.
Result<JsonValue> ParseScriptJson(std::string_view source);

// Every <script type="application/ld+json"> that can be read, in document
// order.
std::vector<JsonValue> FindJsonLd(const Document& document);

}  // namespace newsmill
