#pragma once

#include "newsmill/v1/article.pb.h"
#include "parser/extract/candidates.h"
#include "parser/extract/dates.h"
#include "parser/extract/decision.h"
#include "parser/extract/metadata.h"
#include "parser/html/document.h"

namespace newsmill {

struct DateDecision : Decision {
  v1::PageDate date;
};

// What the places of a page say of when it appeared and when it was changed.
// Days are what they agree on: the day that most speaks for wins, and on it the
// value that says most (a time, a zone). Dates in the future and before the
// web are left out. Reads the places where a date may stand near `heading`, and
// adds what it finds there to the candidates; the URL is the last of them.
struct Dates {
  DateDecision published;
  DateDecision modified;
};
Dates DecideDates(const Document& document, const PageContext& context,
                  NodeId heading, Candidates* found);

// Whether the page's language and host write the month first: "5/6/2024".
bool WritesMonthFirst(const Candidates& found, const Url& url);

}  // namespace newsmill
