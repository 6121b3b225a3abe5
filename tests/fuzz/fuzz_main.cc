// libFuzzer's entry; NEWSMILL_FUZZ_TARGET is a function of
// NEWSMILL_FUZZ_HEADER.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include NEWSMILL_FUZZ_HEADER

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  newsmill::fuzz::NEWSMILL_FUZZ_TARGET(
      std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
