#pragma once

#include <string_view>

#include "core/base/result.h"
#include "parser/html/cut.h"
#include "parser/html/document.h"

namespace newsmill {

// Runs gumbo behind its guards and copies its tree into `out`, which is empty.
// `page`, unless null, is the cut page whose markup `utf8` is: what it set
// aside is put back. The one place that knows gumbo.
Result<void> BuildTree(std::string_view utf8, const CutPage* page,
                       const ParseLimits& limits, Document::Impl* out);

}  // namespace newsmill
