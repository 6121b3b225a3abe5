#pragma once

#include <vector>

#include "newsmill/v1/article.pb.h"
#include "parser/extract/candidates.h"
#include "parser/extract/decision.h"

namespace newsmill {

struct ImageDecision : Decision {
  // All images of the winning place, the lead image first. The value is its
  // address.
  std::vector<v1::Image> images;
};

// The lead image: what the page names for sharing, unless that is a cut of its
// own for social networks (a fixed format, a logo laid over it) and the article
// shows the same picture; where the page names none, the first picture of the
// article.
ImageDecision DecideImages(const Candidates& found, NodeId heading);

}  // namespace newsmill
