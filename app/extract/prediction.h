#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "app/extract/page_list.h"
#include "app/extract/runner.h"
#include "newsmill/v1/article.pb.h"
#include "parser/page_parser.h"

namespace newsmill {

// A date as the page wrote it: with the day alone where it has no time, and
// with its offset where it names one ("2024-05-06T07:08:09+08:00"). Empty
// without a date.
std::string IsoDate(const v1::PageDate& date);

// One line of `extract --pages`: id, set, title, authors, published, text,
// lang, image; then cpu_ms, remark if there is one, and verdict where the page
// is no article.
nlohmann::ordered_json PredictionJson(const ListedPage& page,
                                      const ExtractedPage& result);

}  // namespace newsmill
