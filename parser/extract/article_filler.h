#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/url.h"
#include "newsmill/v1/article.pb.h"
#include "parser/extract/metadata.h"
#include "parser/html/document.h"

namespace newsmill {

// Puts candidates into an article: normalises each, fills only what is unset,
// and notes where it came from. A candidate that says nothing is no candidate.
class ArticleFiller {
 public:
  // All three outlive the filler.
  ArticleFiller(const Document& document, const PageContext& context,
                v1::Article* article);

  // Where the next candidates come from.
  void From(v1::Provenance::Source source) { source_ = source; }

  void Headline(std::string_view text, std::string_view detail);
  void Description(std::string_view text, std::string_view detail);
  // Addresses, e-mail addresses, numbers, sentences and the publisher's own
  // name are no authors; so the publisher comes first.
  void Authors(const std::vector<v1::Person>& people, std::string_view detail);
  // What was decided for authors: names as they are.
  void DecidedAuthors(const std::vector<v1::Person>& people,
                      std::string_view detail);
  void Editors(const std::vector<v1::Person>& people, std::string_view detail);
  void Publisher(v1::Organization organization, std::string_view detail);
  void DatePublished(std::string_view text, std::string_view detail);
  void DateModified(std::string_view text, std::string_view detail);
  // What was decided for the dates.
  void DecidedPublished(const v1::PageDate& date, std::string_view detail);
  void DecidedModified(const v1::PageDate& date, std::string_view detail);
  // BCP 47, also with an underscore: "zh_CN".
  void Language(std::string_view tag, std::string_view detail);
  void Section(std::string_view name, std::string_view detail);
  void Keywords(const std::vector<std::string>& words, std::string_view detail);
  // The first is the lead image.
  void Images(const std::vector<v1::Image>& images, std::string_view detail);
  void Videos(const std::vector<v1::Video>& videos, std::string_view detail);
  void Breadcrumbs(const std::vector<v1::Link>& links, std::string_view detail);
  // What the page opts out of; the provenance is in each signal.
  void Usage(const std::vector<v1::UsageSignal>& signals);
  void NextPage(std::string_view reference, std::string_view detail);
  void AmpUrl(std::string_view reference, std::string_view detail);
  void CanonicalUrl(std::string_view reference, std::string_view detail);
  void AccessibleForFree(bool free, std::string_view detail);
  void CopyrightNotice(std::string_view text, std::string_view detail);
  void Dateline(std::string_view text, std::string_view detail);
  void CommentCount(int64_t count, std::string_view detail);
  void LikeCount(int64_t count, std::string_view detail);
  void ShareCount(int64_t count, std::string_view detail);
  void PageType(v1::Article::PageType type, std::string_view detail);
  // Blocks of kind PARAGRAPH and the text of them all.
  void Body(const std::vector<std::string>& paragraphs,
            std::string_view detail);

  bool HasBody() const;
  const v1::Article& article() const { return article_; }
  const Url& base() const { return base_; }

 private:
  void Note(const char* field, std::string_view detail);
  bool Date(std::string_view text, v1::PageDate* date) const;
  std::vector<v1::Person> Names(const std::vector<v1::Person>& people) const;

  const PageContext& context_;
  const Url base_;
  v1::Article& article_;
  v1::Provenance::Source source_ = v1::Provenance::SOURCE_UNSPECIFIED;
};

// One line of text as a reader sees it: blanks collapsed; where it holds
// character references or tags, which some pages put into JSON and attributes,
// these are resolved.
std::string PlainText(std::string_view text);

// The pieces of a list in one string, at commas and semicolons of any script;
// the first hundred.
std::vector<std::string> SplitList(std::string_view text);

// The people of a byline that is a plain string: a list is taken apart, a
// leading "By" goes away.
std::vector<v1::Person> PeopleOf(std::string_view text);

// `title` without the site's name at either end, where a separator sets it
// apart; as it is where `site_name` is empty or all of it.
std::string WithoutSiteName(std::string_view title, std::string_view site_name);

}  // namespace newsmill
