#pragma once

#include <string_view>

#include "core/base/inflate.h"
#include "core/base/result.h"
#include "fetcher/http/http_client.h"

namespace newsmill {

// What the fetcher itself reads of an answer (robots.txt, tdmrep.json, feeds):
// the body without its content coding, at most `most` bytes of it. Errors are
// InflateStart's.
Result<InflatedStart> ReadBody(const HttpResponse& response, size_t most);

// What a gzip file holds, at most `most` bytes of it. `cut`: the file ends
// early, which is no fault of it. Bytes that are no gzip file are given back as
// they are, up to `most`. kCorrupt for what cannot be inflated.
Result<InflatedStart> ReadGzipFile(std::string_view bytes, bool cut,
                                   size_t most);

}  // namespace newsmill
