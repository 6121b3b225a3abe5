#pragma once

#include <cstdint>

namespace newsmill::bench {

// CPU time of one pick (Pop, Finish and the host's next turn), in nanoseconds,
// with so many hosts that all have something to ask.
double NanosecondsPerPick(int64_t hosts);

}  // namespace newsmill::bench
