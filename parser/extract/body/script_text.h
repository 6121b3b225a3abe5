#pragma once

#include <string>

#include "parser/html/document.h"

namespace newsmill::body {

// The largest piece of HTML with paragraphs that the page's data scripts hold:
// a string of their JSON, or a text that Next.js streams. For pages that show
// nothing without scripts; empty where there is none.
std::string HtmlInScripts(const Document& document);

}  // namespace newsmill::body
