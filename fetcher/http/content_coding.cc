#include "fetcher/http/content_coding.h"

#include <algorithm>
#include <array>
#include <memory>

#include <zlib.h>

#include "core/base/text.h"
#include "fetcher/http/response_head.h"

namespace newsmill {
namespace {

// zlib's own window; 32 more: gzip or zlib, told by the first bytes.
constexpr int kEitherFormat = MAX_WBITS + 32;
constexpr int kBareDeflate = -MAX_WBITS;

struct InflateEnd {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

// `cut`: the input ends early, which is no fault of it.
Result<PlainBody> Inflate(std::string_view bytes, bool cut, size_t most,
                          int format) {
  z_stream stream{};
  if (inflateInit2(&stream, format) != Z_OK) {
    return Error{Code::kNoSpace, "no memory to inflate an answer"};
  }
  const std::unique_ptr<z_stream, InflateEnd> end(&stream);
  // zlib reads only; its interface is older than const.
  stream.next_in =
      const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());

  PlainBody plain;
  std::array<char, 16 * 1024> buffer{};
  bool whole = false;
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = buffer.size();
    state = inflate(&stream, Z_NO_FLUSH);
    const size_t made = buffer.size() - stream.avail_out;
    const size_t room = most - plain.bytes.size();
    plain.bytes.append(buffer.data(), std::min(made, room));
    plain.cut = made > room;
    if (plain.cut) return plain;
    if (state != Z_STREAM_END) continue;
    whole = true;
    if (stream.avail_in > 0 && format == kEitherFormat &&
        inflateReset(&stream) == Z_OK) {
      state = Z_OK;  // perhaps a further member (RFC 1952, section 2.2)
    }
  }
  if (whole) return plain;  // whatever stands behind it
  if (state == Z_BUF_ERROR && cut) {
    plain.cut = true;
    return plain;
  }
  return Error{Code::kCorrupt,
               std::string("the body cannot be inflated: ") +
                   (stream.msg != nullptr ? stream.msg : "it ends too early")};
}

std::string CodingOf(const HttpResponse& response) {
  const std::string* const field =
      FindHeader(response.headers, "content-encoding");
  if (field == nullptr) return "";
  return AsciiLowered(Trimmed(*field));
}

}  // namespace

Result<PlainBody> ReadBody(const HttpResponse& response, size_t most) {
  const std::string coding = CodingOf(response);
  const std::string& body = response.body;
  if (coding.empty() || coding == "identity" || body.empty()) {
    return PlainBody{body.substr(0, most), response.cut || body.size() > most};
  }
  if (coding == "gzip" || coding == "x-gzip") {
    return Inflate(body, response.cut, most, kEitherFormat);
  }
  if (coding == "deflate") {
    // RFC 9110, section 8.4.1.2: zlib's format; some send deflate alone.
    Result<PlainBody> plain = Inflate(body, response.cut, most, kEitherFormat);
    return plain ? plain : Inflate(body, response.cut, most, kBareDeflate);
  }
  return Error{Code::kUnsupported, "Content-Encoding is " + coding};
}

Result<PlainBody> ReadGzipFile(std::string_view bytes, bool cut, size_t most) {
  if (!bytes.starts_with("\x1f\x8b")) {
    return PlainBody{std::string(bytes.substr(0, most)),
                     cut || bytes.size() > most};
  }
  return Inflate(bytes, cut, most, kEitherFormat);
}

}  // namespace newsmill
