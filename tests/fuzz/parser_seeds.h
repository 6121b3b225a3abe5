#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace newsmill::fuzz {

// What the mutations of a parser's target start from, and the pieces that they
// put in. Empty for an unknown target.
struct Seeds {
  std::vector<std::string> inputs;
  std::vector<std::string> pieces;
};
Seeds ParserSeeds(std::string_view target);

}  // namespace newsmill::fuzz
