#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace newsmill {

// One directive of an X-Robots-Tag field.
struct RobotsDirective {
  // Whom it addresses, in lower case; empty: everybody.
  std::string agent;
  // In lower case: "noindex"; of one with a value its name alone.
  std::string name;
};

// The directives of one field ("noindex, noarchive" or "somebot: noindex,
// nofollow"). An agent counts for what follows it in this field; each field of
// a response is read by itself. Nothing is refused: unknown words are
// directives, too.
std::vector<RobotsDirective> ParseRobotsTag(std::string_view field);

}  // namespace newsmill
