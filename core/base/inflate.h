#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace newsmill {

// Undoes the content codings of an HTTP body (RFC 9110, section 8.4): gzip,
// deflate, br, zstd, several in a row, under a limit of the inflated size. Both
// forms fail with kCorrupt for what is not good (with what could be read before
// the fault lost) and with kUnsupported for an unknown coding. An empty body is
// good under every coding.
//
// `truncated`: the body is known to have broken off, so that it ends early is
// no fault, and what can be read is the answer.

// The whole body; kTooLarge where it is longer than `max_bytes`.
Result<std::string> InflateBody(std::string_view body,
                                std::string_view content_encoding,
                                size_t max_bytes, bool truncated = false);

struct InflatedStart {
  std::string bytes;
  bool cut = false;  // there is more, or the body had broken off
};

// The first `most` bytes, for readers that are content with a beginning.
Result<InflatedStart> InflateStart(std::string_view body,
                                   std::string_view content_encoding,
                                   size_t most, bool truncated = false);

}  // namespace newsmill
