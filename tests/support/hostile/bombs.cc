#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>

#include "tests/support/hostile/behaviours.h"

namespace newsmill::testing {
namespace {

constexpr size_t kBlock = 1 << 16;

// window_bits as in zlib: 31 gzip, 15 zlib.
std::string Zlib(size_t bytes, int window_bits) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY);
  std::array<Bytef, kBlock> zeros{};
  std::array<Bytef, kBlock> out{};
  std::string packed;
  size_t left = bytes;
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    if (stream.avail_in == 0) {
      stream.next_in = zeros.data();
      stream.avail_in = static_cast<uInt>(std::min(left, kBlock));
      left -= stream.avail_in;
    }
    stream.next_out = out.data();
    stream.avail_out = kBlock;
    status = deflate(&stream, left == 0 ? Z_FINISH : Z_NO_FLUSH);
    packed.append(reinterpret_cast<const char*>(out.data()),
                  kBlock - stream.avail_out);
  }
  deflateEnd(&stream);
  return packed;
}

}  // namespace

std::string GzipBomb(size_t bytes) { return Zlib(bytes, 31); }
std::string DeflateBomb(size_t bytes) { return Zlib(bytes, 15); }

std::string BrotliBomb(size_t bytes) {
  const std::string zeros(bytes, '\0');
  std::string packed(BrotliEncoderMaxCompressedSize(bytes), '\0');
  size_t size = packed.size();
  BrotliEncoderCompress(4, 22, BROTLI_MODE_GENERIC, bytes,
                        reinterpret_cast<const uint8_t*>(zeros.data()), &size,
                        reinterpret_cast<uint8_t*>(packed.data()));
  packed.resize(size);
  return packed;
}

std::string ZstdBomb(size_t bytes) {
  const std::string zeros(bytes, '\0');
  std::string packed(ZSTD_compressBound(bytes), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), zeros.data(),
                              zeros.size(), 3));
  return packed;
}

}  // namespace newsmill::testing
