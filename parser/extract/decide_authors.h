#pragma once

#include <vector>

#include "newsmill/v1/article.pb.h"
#include "parser/extract/candidates.h"
#include "parser/extract/decide_title.h"
#include "parser/extract/decision.h"

namespace newsmill {

struct AuthorsDecision : Decision {
  std::vector<v1::Person> people;
};

// The list of names that most speaks for: persons before agencies, what the
// page says to machines before what stands in it, a byline near the title
// before one far from it, a list that another place confirms before one that
// stands alone. The site's own name is no author, unless the page says that it
// is one and names nobody else. Wrong authors are worse than none.
AuthorsDecision DecideAuthors(const Candidates& found, const SiteNames& sites,
                              NodeId heading);

}  // namespace newsmill
