#include "core/base/inflate.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/text.h"

namespace newsmill {
namespace {

constexpr size_t kChunk = 64 << 10;
constexpr size_t kMaxCodings = 4;
// RFC 9659: what a sender of the content coding may ask of a receiver.
constexpr int kZstdWindowLog = 23;

struct Bounds {
  size_t max_bytes = 0;
  bool truncated = false;  // an early end is no fault
  bool start = false;      // what is beyond max_bytes is left off
};

// Collects output up to a limit.
class Sink {
 public:
  explicit Sink(const Bounds& bounds) : bounds_(bounds) {}

  // False once the limit is passed: IsFull is then the answer.
  bool Add(const uint8_t* data, size_t size) {
    const size_t room = bounds_.max_bytes - out_.bytes.size();
    out_.cut = size > room;
    if (out_.cut && !bounds_.start) return false;
    out_.bytes.append(reinterpret_cast<const char*>(data),
                      std::min(size, room));
    return !out_.cut;
  }

  InflatedStart Take() { return std::move(out_); }

  Result<InflatedStart> IsFull() {
    if (bounds_.start) return Take();
    return Error{Code::kTooLarge, "the body inflates to more than " +
                                      std::to_string(bounds_.max_bytes) +
                                      " bytes"};
  }
  Result<InflatedStart> EndsEarly(const char* coding) {
    if (!bounds_.truncated) return Corrupt(coding, "it ends early");
    out_.cut = true;
    return Take();
  }
  Error Corrupt(const char* coding, const std::string& what) const {
    return {Code::kCorrupt, std::string("the body is not good ") + coding +
                                ": " + what + " after " +
                                std::to_string(out_.bytes.size()) +
                                " inflated bytes"};
  }

 private:
  const Bounds bounds_;
  InflatedStart out_;
};

struct InflateEnd {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

bool HasMore(const z_stream& stream, int window_bits) {
  // A gzip body may have several members; what follows the last one and is no
  // member is ignored, as browsers do.
  return window_bits > MAX_WBITS && stream.avail_in >= 2 &&
         stream.next_in[0] == 0x1F && stream.next_in[1] == 0x8B;
}

// window_bits as in zlib: 31 gzip, 15 zlib, -15 raw.
Result<InflatedStart> InflateZlib(std::string_view body, int window_bits,
                                  const char* coding, const Bounds& bounds) {
  z_stream stream = {};
  if (inflateInit2(&stream, window_bits) != Z_OK) {
    return Error{Code::kNoSpace, "no memory to inflate the body"};
  }
  const std::unique_ptr<z_stream, InflateEnd> end(&stream);
  // zlib's own interface is not const-correct.
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(body.size());
  Sink sink(bounds);
  std::vector<uint8_t> chunk(kChunk);
  while (true) {
    stream.next_out = chunk.data();
    stream.avail_out = kChunk;
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (!sink.Add(chunk.data(), kChunk - stream.avail_out)) {
      return sink.IsFull();
    }
    if (status == Z_STREAM_END) {
      if (!HasMore(stream, window_bits)) return sink.Take();
      inflateReset(&stream);
    } else if (status == Z_BUF_ERROR ||
               (status == Z_OK && stream.avail_in == 0 &&
                stream.avail_out > 0)) {
      return sink.EndsEarly(coding);
    } else if (status != Z_OK) {
      return sink.Corrupt(coding,
                          stream.msg != nullptr ? stream.msg : "a data error");
    }
  }
}

// RFC 9110, section 8.4.1.2 means the zlib format; some servers send it raw.
Result<InflatedStart> InflateDeflate(std::string_view body,
                                     const Bounds& bounds) {
  Result<InflatedStart> wrapped =
      InflateZlib(body, MAX_WBITS, "deflate", bounds);
  if (wrapped || wrapped.error().code != Code::kCorrupt) return wrapped;
  Result<InflatedStart> raw = InflateZlib(body, -MAX_WBITS, "deflate", bounds);
  return raw || raw.error().code == Code::kTooLarge ? raw : wrapped;
}

struct BrotliEnd {
  void operator()(BrotliDecoderState* state) const {
    BrotliDecoderDestroyInstance(state);
  }
};

Result<InflatedStart> InflateBrotli(std::string_view body,
                                    const Bounds& bounds) {
  const std::unique_ptr<BrotliDecoderState, BrotliEnd> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
  if (!state) return Error{Code::kNoSpace, "no memory to inflate the body"};
  const auto* next_in = reinterpret_cast<const uint8_t*>(body.data());
  size_t left_in = body.size();
  Sink sink(bounds);
  std::vector<uint8_t> chunk(kChunk);
  while (true) {
    uint8_t* next_out = chunk.data();
    size_t left_out = kChunk;
    const BrotliDecoderResult result = BrotliDecoderDecompressStream(
        state.get(), &left_in, &next_in, &left_out, &next_out, nullptr);
    if (!sink.Add(chunk.data(), kChunk - left_out)) return sink.IsFull();
    switch (result) {
      case BROTLI_DECODER_RESULT_SUCCESS:
        return sink.Take();
      case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
        break;
      case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
        return sink.EndsEarly("br");
      case BROTLI_DECODER_RESULT_ERROR:
        return sink.Corrupt("br", BrotliDecoderErrorString(
                                      BrotliDecoderGetErrorCode(state.get())));
    }
  }
}

struct ZstdEnd {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

Result<InflatedStart> InflateZstd(std::string_view body, const Bounds& bounds) {
  const std::unique_ptr<ZSTD_DStream, ZstdEnd> stream(ZSTD_createDStream());
  if (!stream) return Error{Code::kNoSpace, "no memory to inflate the body"};
  ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, kZstdWindowLog);
  ZSTD_inBuffer in = {body.data(), body.size(), 0};
  Sink sink(bounds);
  std::vector<uint8_t> chunk(kChunk);
  while (true) {
    ZSTD_outBuffer out = {chunk.data(), kChunk, 0};
    const size_t hint = ZSTD_decompressStream(stream.get(), &out, &in);
    if (!sink.Add(chunk.data(), out.pos)) return sink.IsFull();
    if (ZSTD_isError(hint) != 0) {
      return sink.Corrupt("zstd", ZSTD_getErrorName(hint));
    }
    if (in.pos < in.size || out.pos == out.size) continue;
    if (hint == 0) return sink.Take();
    return sink.EndsEarly("zstd");
  }
}

// In the order of their application; without identity.
std::vector<std::string> Codings(std::string_view header) {
  std::vector<std::string> codings;
  for (size_t at = 0; at <= header.size();) {
    const size_t end = std::min(header.find(',', at), header.size());
    std::string coding = AsciiLowered(Trimmed(header.substr(at, end - at)));
    if (!coding.empty() && coding != "identity") {
      codings.push_back(std::move(coding));
    }
    at = end + 1;
  }
  return codings;
}

Result<InflatedStart> InflateOne(std::string_view body,
                                 const std::string& coding,
                                 const Bounds& bounds) {
  if (coding == "gzip" || coding == "x-gzip") {
    return InflateZlib(body, MAX_WBITS + 16, "gzip", bounds);
  }
  if (coding == "deflate") return InflateDeflate(body, bounds);
  if (coding == "br") return InflateBrotli(body, bounds);
  if (coding == "zstd") return InflateZstd(body, bounds);
  return Error{Code::kUnsupported, "the content encoding '" + coding +
                                       "' is none of gzip, deflate, br, zstd"};
}

// `bounds.start` is the last step's alone to answer: what an inner step leaves
// off is an early end for the next.
Result<InflatedStart> Undo(std::string_view body,
                           std::string_view content_encoding, Bounds bounds) {
  const std::vector<std::string> codings = Codings(content_encoding);
  if (codings.size() > kMaxCodings) {
    return Error{Code::kUnsupported,
                 std::to_string(codings.size()) +
                     " content encodings in a row; at most " +
                     std::to_string(kMaxCodings) + " are undone"};
  }
  // Nothing at all is no coding's fault: an empty answer stays one.
  if (codings.empty() || body.empty()) {
    const bool cut = body.size() > bounds.max_bytes;
    return InflatedStart{std::string(body.substr(0, bounds.max_bytes)),
                         cut || bounds.truncated};
  }
  InflatedStart out;
  for (auto coding = codings.rbegin(); coding != codings.rend(); ++coding) {
    const bool first = coding == codings.rbegin();
    Result<InflatedStart> inflated =
        InflateOne(first ? body : out.bytes, *coding, bounds);
    if (!inflated) return inflated;
    out = std::move(inflated).value();
    bounds.truncated = bounds.truncated || out.cut;
  }
  return out;
}

}  // namespace

Result<std::string> InflateBody(std::string_view body,
                                std::string_view content_encoding,
                                size_t max_bytes, bool truncated) {
  if (body.size() > max_bytes || body.size() > UINT32_MAX) {
    return Error{Code::kTooLarge, "the body of " + std::to_string(body.size()) +
                                      " bytes is larger than " +
                                      std::to_string(max_bytes)};
  }
  Result<InflatedStart> inflated =
      Undo(body, content_encoding,
           {.max_bytes = max_bytes, .truncated = truncated, .start = false});
  if (!inflated) return inflated.error();
  return std::move(inflated->bytes);
}

Result<InflatedStart> InflateStart(std::string_view body,
                                   std::string_view content_encoding,
                                   size_t most, bool truncated) {
  if (body.size() > UINT32_MAX) {
    body = body.substr(0, UINT32_MAX);
    truncated = true;
  }
  return Undo(body, content_encoding,
              {.max_bytes = most, .truncated = truncated, .start = true});
}

}  // namespace newsmill
