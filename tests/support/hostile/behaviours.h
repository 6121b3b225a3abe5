#pragma once

#include <string>
#include <vector>

#include "tests/support/scripted_server.h"

namespace newsmill::testing {

// What a hostile server does for "/<name>", and for /robots.txt where the host
// is robots-<what>.example: 10mb, loop, ping and pong (to each other), 500, 503,
// 429, bom, html, drip, never, cut. The names:
//
//   drip, never, close-before, close-in-headers, close-in-body,
//   length-too-long, length-too-short, length-nonsense, length-twice,
//   endless, endless-headers, bomb-gzip, bomb-deflate, bomb-br, bomb-zstd,
//   redirect-circle, redirect-endless, redirect-private, redirect-metadata,
//   redirect-file, redirect-gopher, redirect-nowhere, headers-50000,
//   header-1mb, nul-header, nul-body, chunk-size-wrong, chunk-size-huge,
//   chunk-short, continue, continue-endless, switching, http09, garbage,
//   no-status, film, 429-seconds, 429-date, 429-nonsense, 503-seconds,
//   503-date, 503-nonsense, calendar
//
// Others answer 404.
Script HostileAnswer(const ScriptedServer::Request& request);

// The names above.
const std::vector<std::string>& HostileNames();

// Bodies that inflate to `bytes` zeros.
std::string GzipBomb(size_t bytes);
std::string DeflateBomb(size_t bytes);
std::string BrotliBomb(size_t bytes);
std::string ZstdBomb(size_t bytes);

}  // namespace newsmill::testing
