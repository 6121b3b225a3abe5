#pragma once

#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "parser/html/document.h"

namespace newsmill {

// Runs gumbo behind its guards and copies its tree into `out`, which is empty.
// Scripts that were kept aside get their text back. The one place that knows
// gumbo.
Result<void> BuildTree(std::string_view utf8,
                       const std::vector<CutPage::Script>& scripts,
                       const ParseLimits& limits, Document::Impl* out);

}  // namespace newsmill
