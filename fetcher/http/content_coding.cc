#include "fetcher/http/content_coding.h"

#include "fetcher/http/response_head.h"

namespace newsmill {

Result<InflatedStart> ReadBody(const HttpResponse& response, size_t most) {
  const std::string* const coding =
      FindHeader(response.headers, "content-encoding");
  return InflateStart(response.body, coding == nullptr ? "" : *coding, most,
                      response.cut);
}

Result<InflatedStart> ReadGzipFile(std::string_view bytes, bool cut,
                                   size_t most) {
  const bool is_gzip = bytes.starts_with("\x1f\x8b");
  return InflateStart(bytes, is_gzip ? "gzip" : "", most, cut);
}

}  // namespace newsmill
