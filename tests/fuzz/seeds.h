#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace newsmill::fuzz {

// What mutations start from, and the pieces that they put in.
struct Seeds {
  std::vector<std::string> inputs;
  std::vector<std::string> pieces;
};

// The kept corpus of a target, corpus/<target>/*, and the words of
// dictionaries/<target>.dict, both as libFuzzer reads them. Ends the process
// where a line of the dictionary cannot be read.
Seeds LoadSeeds(std::string_view target);

}  // namespace newsmill::fuzz
