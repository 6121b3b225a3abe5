#pragma once

#include <string_view>

namespace newsmill {

// About how deep the elements of a page nest, by one linear look at its tags,
// without building a tree; stops counting above `enough`. It may err to either
// side on broken markup, so callers compare it with a multiple of their limit.
int ScanDepth(std::string_view html, int enough);

}  // namespace newsmill
