#pragma once

#include <cstdint>
#include <string_view>

namespace newsmill::body {

// What the names that a page gives to an element say of it. Bits.
enum Word : uint32_t {
  kBody = 1 << 0,     // names the body itself: "article-body", "entry-content"
  kGood = 1 << 1,     // "article", "story", "post", "content", "text"
  kComment = 1 << 2,  // readers' comments
  kRelated = 1 << 3,  // other articles: "related", "recommended", "read-more"
  kSocial = 1 << 4,   // sharing, following
  kPromo = 1 << 5,    // advertisements, newsletters, subscriptions
  kChrome = 1 << 6,   // the site's frame: navigation, sidebar, footer, menus
  kOverlay = 1 << 7,  // cookies, consent, pop-ups, sign-in
  kAuthorBox = 1 << 8,  // who wrote it, dates: not the text
  kCaption = 1 << 9,
  kHidden = 1 << 10,
  kTags = 1 << 11,   // keywords, categories
  kLead = 1 << 12,   // standfirst, summary
  kMedia = 1 << 13,  // galleries, players
  kPaywall = 1 << 14,
};

// The bits of all words that stand in `name`, a class attribute or an id, by
// one pass of one automaton: in any case, words being apart at anything but
// letters and digits and where "camelCase" changes.
uint32_t WordsIn(std::string_view name);

}  // namespace newsmill::body
