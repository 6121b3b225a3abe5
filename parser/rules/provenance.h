#pragma once

#include <string>
#include <string_view>

#include "newsmill/v1/article.pb.h"

namespace newsmill::rules {

// Adds where a field's value came from; a later note replaces an earlier one of
// the same field.
void Note(std::string_view field, v1::Provenance::Source source,
          std::string detail, v1::Article* article);

inline void NoteDerived(std::string_view field, std::string detail,
                        v1::Article* article) {
  Note(field, v1::Provenance::DERIVED, std::move(detail), article);
}

}  // namespace newsmill::rules
