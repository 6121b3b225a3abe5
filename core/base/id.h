#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/time.h"

namespace newsmill {

// RFC 9562 UUID version 7: time-ordered, 36 characters. Thread-safe.
std::string NewUuidV7(Timestamp now);

// SHA-256, 32 raw bytes. For what must be the same everywhere and for ever.
std::string Sha256(std::string_view bytes);

// XXH3-128, 32 hexadecimal digits. For comparing content; not against malice.
std::string Xxh128Hex(std::string_view bytes);

std::string HexEncode(std::string_view bytes);

// W3C Trace Context, version 00: a new trace, and a new span in a known trace
// (a malformed parent gives a new trace).
std::string NewTraceparent();
std::string ChildTraceparent(std::string_view parent);

}  // namespace newsmill
