#include "parser/extract/metadata.h"

#include <algorithm>
#include <string>

#include "parser/extract/article_filler.h"
#include "parser/extract/body/body.h"
#include "parser/extract/decide_authors.h"
#include "parser/extract/decide_dates.h"
#include "parser/extract/decide_image.h"
#include "parser/extract/decide_language.h"
#include "parser/extract/decide_title.h"
#include "parser/extract/gather_markup.h"
#include "parser/extract/gather_metas.h"
#include "parser/extract/generic.h"
#include "parser/extract/json_ld.h"
#include "parser/extract/named_metas.h"
#include "parser/extract/next_page.h"
#include "parser/extract/open_graph.h"
#include "parser/extract/visible_bylines.h"

namespace newsmill {

namespace {

std::string Place(const Candidate& candidate) { return candidate.detail; }

bool MoreTrusted(const Candidate& a, const Candidate& b) {
  return a.trust > b.trust;
}

// Agreement decides what several places of a page may claim.
void Decide(const Document& document, const PageContext& context,
            Candidates* found, ArticleFiller* fill) {
  const Decision title = DecideTitle(*found, context.final_url.host());
  if (title.decided()) {
    const Candidate& winner = found->titles[title.winner];
    fill->From(winner.source);
    fill->Headline(title.value, Place(winner));
  }
  Explain("headline", found->titles, title, context.explanation);
  const NodeId heading = FindHeading(*found, title);
  found->MarkBeside(heading);
  const SiteNames sites = NamesOfSite(*found, context.final_url.host());
  AddVisibleBylines(document, heading, found);
  const AuthorsDecision authors = DecideAuthors(*found, sites, heading);
  if (authors.decided()) {
    const Candidate& winner = found->authors[authors.winner];
    fill->From(winner.source);
    fill->DecidedAuthors(authors.people, Place(winner));
  }
  Explain("authors", found->authors, authors, context.explanation);
  fill->From(v1::Provenance::HTML);
  fill->Editors(found->editors, "byline");
  const Dates dates = DecideDates(document, context, heading, found);
  if (dates.published.decided()) {
    const Candidate& winner = found->published[dates.published.winner];
    fill->From(winner.source);
    fill->DecidedPublished(dates.published.date, Place(winner));
  }
  if (dates.modified.decided()) {
    const Candidate& winner = found->modified[dates.modified.winner];
    fill->From(winner.source);
    fill->DecidedModified(dates.modified.date, Place(winner));
  }
  Explain("date_published", found->published, dates.published,
          context.explanation);
  Explain("date_modified", found->modified, dates.modified,
          context.explanation);
  const ImageDecision images = DecideImages(*found, heading);
  if (images.decided()) {
    const size_t named = found->images.size();
    const ImageCandidate& winner =
        images.winner < named ? found->images[images.winner]
                              : found->shown_images[images.winner - named];
    fill->From(winner.source);
    fill->Images(images.images, Place(winner));
  }
  Explain("lead_image", found->images, images, context.explanation);
  const Decision language = DecideLanguage(*found);
  if (language.decided()) {
    const bool declared = language.winner < found->languages.size();
    fill->From(declared ? found->languages[language.winner].source
                        : v1::Provenance::DERIVED);
    fill->Language(
        language.value,
        declared ? Place(found->languages[language.winner]) : "text");
  }
  Explain("in_language", found->languages, language, context.explanation);
  std::stable_sort(found->sections.begin(), found->sections.end(), MoreTrusted);
  for (const Candidate& section : found->sections) {
    fill->From(section.source);
    fill->Section(section.text, Place(section));
  }
}

}  // namespace

void FillFromMetadata(const Document& document, const PageContext& context,
                      v1::Article* article) {
  Candidates found;
  ArticleFiller fill(document, context, article);
  GatherFromJsonLd(document, context, &found, &fill);
  const MetaTable metas(document);
  GatherFromMetas(metas, &found);
  GatherOpenGraphImages(metas, &found);
  GatherFromMarkup(document, &found);
  FillFromOpenGraph(metas, &fill);
  FillFromNamedMetas(document, metas, &fill);
  fill.Usage(ReadUsage(context.usage, metas));
  if (!article->publisher().name().empty()) {
    Candidate site;
    site.text = article->publisher().name();
    site.detail = "publisher";
    found.site_names.push_back(std::move(site));
  }
  fill.From(v1::Provenance::HTML);
  if (const auto next = FindNextPage(document, context.final_url)) {
    fill.NextPage(next->reference, next->detail);
  }
  Decide(document, context, &found, &fill);
}

body::PageKind ExtractGeneric(const Document& document,
                              const PageContext& context,
                              v1::Article* article) {
  FillFromMetadata(document, context, article);
  return FillFromBody(document, context, article);
}

}  // namespace newsmill
