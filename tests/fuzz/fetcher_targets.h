#pragma once

#include <span>
#include <string_view>

#include "tests/fuzz/mutation.h"

namespace newsmill::fuzz {

// Each takes any bytes and ends the process where a promise of the fetcher does
// not hold for them.
void Robots(std::string_view bytes);
// The URL normaliser: a first line, and a second one resolved against it.
void Address(std::string_view bytes);
// Status line and header fields of an answer.
void Head(std::string_view bytes);
// What an answer's content coding hides.
void Content(std::string_view bytes);
// Feeds and sitemaps; the first line is the charset of the Content-Type.
void Feed(std::string_view bytes);

std::span<const Target> FetcherTargets();

}  // namespace newsmill::fuzz
