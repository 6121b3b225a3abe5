#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "newsmill/v1/article.pb.h"
#include "parser/html/document.h"

namespace newsmill {

// One value that a page offers for a field, and where it stands.
struct Candidate {
  std::string text;  // one line, character references resolved
  v1::Provenance::Source source = v1::Provenance::SOURCE_UNSPECIFIED;
  std::string detail;  // property, selector or attribute
  // How much its place is worth before agreement is counted, 0 to 100.
  int trust = 0;
  // Of what stands in the page's text.
  NodeId node = kNoNode;
  // In a part of the page that speaks of other things: navigation, related
  // articles, comments. Known after Candidates::MarkBeside.
  bool beside = false;
};

// Names, as many as one place gives; `list` tells places apart, so that the
// authors of one article stay together.
struct PersonCandidate : Candidate {
  std::string url;
  bool organization = false;  // said to be one
  int list = 0;
};

struct ImageCandidate : Candidate {
  v1::Image image;
};

// All that a page says of itself, gathered in one pass and not yet judged. At
// most kMaxCandidates of a kind, the first ones.
struct Candidates {
  static constexpr size_t kMaxCandidates = 100;

  std::vector<Candidate> titles;
  std::vector<Candidate> site_names;
  std::vector<Candidate> sections;
  std::vector<Candidate> published;
  std::vector<Candidate> modified;
  std::vector<Candidate> languages;
  std::vector<PersonCandidate> authors;
  std::vector<v1::Person> editors;  // that the page names in its text
  std::vector<ImageCandidate> images;

  // What the page shows, for where it names no image of its own.
  std::vector<ImageCandidate> shown_images;

  // Elements whose text may be a date or a byline, by their tag or class. They
  // are read only when it is known where the article is.
  std::vector<NodeId> date_places;

  // Some of the page's running text, for its language.
  std::string text_sample;

  int lists = 0;  // of authors, so far

  struct Range {
    NodeId begin = 0;
    NodeId end = 0;
  };
  // The parts of the page that look like navigation, related articles and
  // comments, in document order; an inner one inside an outer one is left out.
  std::vector<Range> beside;

  // Whether `node` is in such a part; one that holds `heading` as well is the
  // article after all.
  bool IsBeside(NodeId node, NodeId heading) const;
  // Sets `beside` of every candidate.
  void MarkBeside(NodeId heading);

  template <typename T>
  static void Add(T candidate, std::vector<T>* to) {
    if (to->size() < kMaxCandidates) to->push_back(std::move(candidate));
  }
};

}  // namespace newsmill
