#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/extract/candidates.h"
#include "parser/extract/decision.h"

namespace newsmill {

// The headline that the places of a page agree on, without the site's name. A
// place's vote counts for every form of its text that another place gives: a
// <title> of "Headline - Section - Site" speaks for the h1 "Headline".
// `host` is the page's; its name is one of the site's.
Decision DecideTitle(const Candidates& found, std::string_view host);

// Where the title stands in the page, going by what was decided: the best
// heading with its text; kNoNode where it stands nowhere.
NodeId FindHeading(const Candidates& found, const Decision& title);

// The names that a title may end with besides the headline.
struct SiteNames {
  std::vector<std::string> keys;      // TextKey
  std::vector<std::string> sections;  // also TextKey; never at the front
};

// `title` without the pieces at either end that name the site. A Chinese or
// Japanese title whose first piece is most of it is that piece: what follows
// "_" or "-" there is section and site.
std::string WithoutSites(std::string_view title, const SiteNames& names);

// What the site goes by: what it calls itself, and its host.
SiteNames NamesOfSite(const Candidates& found, std::string_view host);

}  // namespace newsmill
