#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/url.h"
#include "parser/html/document.h"

namespace newsmill {

// Text as rules and extractors share it. All text is valid UTF-8.
//
// A blank is U+0020, U+0009, U+000A, U+000C, U+000D, U+00A0, U+3000 (the indent
// of Chinese paragraphs), U+200B or U+FEFF; the last two have no width.

// Without the blanks at both ends. A view into `text`.
std::string_view TrimBlanks(std::string_view text);
bool IsBlank(std::string_view text);

// Trimmed, and each run of blanks inside is one space; a run of zero-width
// blanks alone is nothing. As in CSS Text Level 3, section 4.1.3, a run that
// holds a line feed and no other than U+0020, U+0009, U+000C and U+000D
// disappears between two characters of Chinese or Japanese text: a line of
// source ends there, not a word. Other spaces between such characters stand:
// "甲 乙" are two names.
std::string CollapseBlanks(std::string_view text);

// Full-width ASCII forms (U+FF01 to U+FF5E) as ASCII and U+3000 as a space:
// "２０２４－０５" is "2024-05".
std::string FoldWidth(std::string_view text);

size_t CountCodePoints(std::string_view text);

// The text a reader sees below `node`: collapsed lines, one per line feed, none
// empty. <br> and the edges of block elements end a line; script, style,
// template, noscript, head and the like are left out (unless `node` is one of
// them).
std::string VisibleText(const Document& document, NodeId node);
// The same on one line: each line's end is a space.
std::string InlineText(const Document& document, NodeId node);
// The text nodes directly below `node`, collapsed.
std::string OwnText(const Document& document, NodeId node);

// Whether a browser breaks the line before and after an element of this name.
bool IsBlockTag(std::string_view tag);
// Whether the text below an element of this name is never shown.
bool IsHiddenTag(std::string_view tag);

// What relative references of the page count from: its first <base href>, else
// the page's own URL.
Url BaseUrl(const Document& document, const Url& page);
// A reference from an attribute, trimmed and made absolute. Empty for an empty
// one and for anything but http and https (data:, javascript:).
std::optional<std::string> AbsoluteUrl(const Url& base,
                                       std::string_view reference);

}  // namespace newsmill
