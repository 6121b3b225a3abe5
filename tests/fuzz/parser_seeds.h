#pragma once

#include <string_view>

#include "tests/fuzz/mutation.h"

namespace newsmill::fuzz {

// Empty for an unknown target.
Seeds ParserSeeds(std::string_view target);

}  // namespace newsmill::fuzz
