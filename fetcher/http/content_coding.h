#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "fetcher/http/http_client.h"

namespace newsmill {

struct PlainBody {
  std::string bytes;
  bool cut = false;  // there is more
};

// What the fetcher itself reads of an answer (robots.txt, tdmrep.json): the
// body without its content coding, at most `most` bytes of it. gzip and deflate
// are undone; kUnsupported for others, kCorrupt for what cannot be inflated.
Result<PlainBody> ReadBody(const HttpResponse& response, size_t most);

// What a gzip file holds, at most `most` bytes of it. `cut`: the file ends
// early, which is no fault of it. Bytes that are no gzip file are given back as
// they are, up to `most`. kCorrupt for what cannot be inflated.
Result<PlainBody> ReadGzipFile(std::string_view bytes, bool cut, size_t most);

}  // namespace newsmill
