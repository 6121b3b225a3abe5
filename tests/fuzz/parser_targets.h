#pragma once

#include <span>
#include <string_view>

#include "tests/fuzz/mutation.h"

namespace newsmill::fuzz {

// Each takes any bytes and ends the process where a promise of the parser does
// not hold for them.
void Charset(std::string_view bytes);
void Inflate(std::string_view bytes);
void Cut(std::string_view bytes);
void Html(std::string_view bytes);
void Page(std::string_view bytes);
void Selector(std::string_view bytes);
void Rule(std::string_view bytes);
void Dates(std::string_view bytes);
void Json(std::string_view bytes);
void JsonLd(std::string_view bytes);
void Bylines(std::string_view bytes);

std::span<const Target> ParserTargets();

}  // namespace newsmill::fuzz
