#pragma once

#include <string_view>

#include "parser/html/tag_scan.h"

namespace newsmill {

struct ScriptTag {
  std::string_view type;
  bool has_id = false;
};

// Reads the tag to its end.
ScriptTag ReadScriptTag(TagScan* tag);

// Whether a script is data that somebody may want to read, by its type or by
// how it begins: JSON, JSON behind an assignment, or a piece of the page that
// Next.js streams (`self.__next_f.push(…)`).
bool HoldsData(const ScriptTag& tag, std::string_view source);

}  // namespace newsmill
