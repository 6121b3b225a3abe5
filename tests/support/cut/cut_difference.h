#pragma once

#include <string>
#include <string_view>

#include "parser/html/cut.h"

namespace newsmill::cut {

// Holds the tree of the cut page against the tree of the whole page without
// what is cut: elements with their attributes (names only, of those that a lean
// cut keeps), text with its blanks collapsed, data scripts. Empty formatting
// elements do not count. Empty where they are the same, else the first lines
// that differ. A page beyond the guards is the same.
std::string Difference(std::string_view page, Cut cut);

// The text of the whole page outside of what is cut that is not in the cut
// page, character by character in any order, blanks apart; empty if all is
// there.
std::string LostText(std::string_view page, Cut cut);

// Where the tree of the cut page differs, in its elements, attributes or text,
// from the tree of the same page with nothing but scripts set aside; empty
// where nowhere.
std::string AsideDifference(std::string_view page, Cut cut);

}  // namespace newsmill::cut
