// libFuzzer's entry; NEWSMILL_FUZZ_TARGET is a function of parser_targets.h.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/parser_targets.h"

#ifndef NEWSMILL_FUZZ_TARGET
#define NEWSMILL_FUZZ_TARGET Html
#endif

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  newsmill::fuzz::NEWSMILL_FUZZ_TARGET(
      std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
