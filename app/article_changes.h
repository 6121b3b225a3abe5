#pragma once

#include <string>
#include <vector>

#include "newsmill/v1/article.pb.h"

namespace newsmill {

// One field of the content that differs between two articles; empty where
// one of them has none.
struct FieldChange {
  std::string field;
  std::string before, after;  // as text; JSON for what is none
};

// Of the fields that a page's author wrote, in the proto file's order: not of
// the fetch, nor where a field was found.
std::vector<FieldChange> ContentChanges(const v1::Article& before,
                                        const v1::Article& after);

}  // namespace newsmill
