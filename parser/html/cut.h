#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "parser/html/aside.h"

namespace newsmill {

// How much of a page is cut out before its tree is built.
enum class Cut {
  // What is never shown, or is no text: the contents of script, style,
  // template, noscript and iframe, svg drawings, comments.
  kPlain,
  // Also what the generic extraction never reads: attributes it does not know,
  // very long values, class names that only style, links to other resources,
  // all but one of several spaces.
  kLean,
};

// A page without what was cut out.
struct CutPage {
  std::string html;

  // A script that holds data (JSON-LD, __NEXT_DATA__, `window.DATA = {…}`). It
  // stands empty in `html`.
  struct Script {
    size_t at = 0;            // of its '<' in `html`
    std::string_view source;  // in the page
  };
  std::vector<Script> scripts;  // in the order of `at`

  Aside aside;
};

// What stands beside the markup of a cut page: scripts alone, or all that a
// parser would only copy.
enum class SetAside { kScripts, kAll };

// One linear scan that reads markup as the standard's tokenizer does. The tree
// of what is left is the tree of the page without the elements cut out, but for
// empty elements that these had made. Where the scan cannot know how a parser
// would read on (an svg that does not end, a frameset …), nothing more is cut.
// Of noscript, which the standard's parser would read as markup, its images
// stay.
//
// `page` outlives the result.
CutPage CutHtml(std::string_view page, Cut cut,
                SetAside set_aside = SetAside::kScripts);

}  // namespace newsmill
