#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "core/base/result.h"

namespace newsmill::origin {

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;

// A certificate authority made a moment ago, and a server's side that wears a
// leaf of it for all of `hosts`. The authority's certificate is written to
// `ca_file` (PEM); no key ever touches a disk. `expired`: the leaf's time ended
// yesterday.
Result<SslContext> MakeServerContext(const std::vector<std::string>& hosts,
                                     const std::string& ca_file,
                                     bool expired = false);

}  // namespace newsmill::origin
