#pragma once

#include "core/base/result.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "parser/config.h"
#include "parser/html/document.h"

namespace newsmill {

// The tree of a page as rules see it: inflated, decoded and cut of what is
// never shown. The errors are those of each step.
Result<Document> OpenPage(const ParserConfig& config,
                          const v1::FetchedPage& page);

}  // namespace newsmill
