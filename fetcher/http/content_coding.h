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

}  // namespace newsmill
