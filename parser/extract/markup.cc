#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "parser/extract/article_filler.h"
#include "parser/extract/metadata.h"
#include "parser/extract/open_graph.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

constexpr size_t kLongestTitle = 4096;
constexpr int kMaxHeadings = 20;

// In order of trust.
constexpr std::array kTitleNames = {"dc.title", "dcterms.title",
                                    "citation_title", "title"};
constexpr std::array kDescriptionNames = {"description", "dc.description",
                                          "dcterms.description", "abstract"};
constexpr std::array kAuthorNames = {
    "author", "dc.creator",     "dcterms.creator", "citation_author",
    "byl",    "parsely-author", "sailthru.author", "article.author"};
constexpr std::array kPublishedNames = {"datepublished",
                                        "publishdate",
                                        "publish-date",
                                        "publish_date",
                                        "publish_time",
                                        "publishtime",
                                        "pubdate",
                                        "published_time",
                                        "dc.date.issued",
                                        "dcterms.issued",
                                        "dc.date",
                                        "dcterms.date",
                                        "dcterms.created",
                                        "dc.date.created",
                                        "parsely-pub-date",
                                        "sailthru.date",
                                        "weibo: article:create_at",
                                        "citation_publication_date",
                                        "datecreated",
                                        "date"};
constexpr std::array kModifiedNames = {
    "datemodified",  "dc.date.modified", "dcterms.modified",
    "last-modified", "lastmod",          "weibo: article:update_at",
    "revised"};
constexpr std::array kSectionNames = {"articlesection", "parsely-section",
                                      "section", "dc.subject"};
constexpr std::array kKeywordNames = {"news_keywords", "keywords",
                                      "parsely-tags", "sailthru.tags"};

NodeId FindTag(const Document& document, std::string_view tag) {
  for (NodeId node = 0; node < document.size(); ++node) {
    if (document.tag(node) == tag) return node;
  }
  return kNoNode;
}

bool HasWord(std::string_view list, std::string_view word) {
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find(' ', at), list.size());
    if (list.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

void FillNamedMetas(const MetaTable& metas, ArticleFiller* fill) {
  fill->From(v1::Provenance::META);
  for (const char* name : kDescriptionNames) {
    fill->Description(metas.First(name), name);
  }
  for (const char* name : kAuthorNames) {
    std::vector<v1::Person> people;
    for (const std::string_view content : metas.All(name)) {
      for (v1::Person& person : PeopleOf(content)) people.push_back(person);
    }
    fill->Authors(people, name);
  }
  for (const char* name : kPublishedNames) {
    fill->DatePublished(metas.First(name), name);
  }
  for (const char* name : kModifiedNames) {
    fill->DateModified(metas.First(name), name);
  }
  for (const char* name : kSectionNames) {
    fill->Section(metas.First(name), name);
  }
  for (const char* name : kKeywordNames) {
    fill->Keywords(SplitList(metas.First(name)), name);
  }
  for (const char* name : {"copyright", "dc.rights", "dcterms.rights"}) {
    fill->CopyrightNotice(metas.First(name), name);
  }
  v1::Organization publisher;
  publisher.set_name(std::string(metas.First("dc.publisher")));
  fill->Publisher(std::move(publisher), "dc.publisher");
}

// The h1 where the title speaks of it too, since that leaves the site's name
// off; else the title, else the h1.
void FillHeadline(const Document& document, const MetaTable& metas,
                  ArticleFiller* fill) {
  std::string title;
  if (const NodeId node = FindTag(document, "title"); node != kNoNode) {
    title = PlainText(InlineText(document, node));
  }
  std::string first_h1;
  int headings = 0;
  for (NodeId node = 0; node < document.size(); ++node) {
    if (document.tag(node) != "h1" || ++headings > kMaxHeadings) continue;
    const std::string h1 = InlineText(document, node);
    if (h1.empty()) continue;
    if (first_h1.empty()) first_h1 = h1;
    // A site's name is in the title as well; the headline is most of it.
    if (title.size() < kLongestTitle && h1.size() * 2 >= title.size() &&
        title.find(h1) != std::string::npos) {
      fill->From(v1::Provenance::HTML);
      fill->Headline(h1, "h1");
    }
  }
  const std::string_view site = metas.First("og:site_name");
  fill->From(v1::Provenance::META);
  for (const char* name : kTitleNames) {
    fill->Headline(WithoutSiteName(metas.First(name), site), name);
  }
  fill->From(v1::Provenance::HTML);
  fill->Headline(WithoutSiteName(title, site), "title");
  fill->Headline(first_h1, "h1");
}

bool IsBeside(std::string_view tag) {
  return tag == "nav" || tag == "aside" || tag == "footer";
}

// <time> elements say what they mean by itemprop or pubdate; else the first one
// that does not stand beside the article.
void FillTimes(const Document& document, ArticleFiller* fill) {
  std::string_view plain;
  for (NodeId node = 0; node < document.size();) {
    if (IsBeside(document.tag(node))) {
      node = document.subtree_end(node);
      continue;
    }
    const auto datetime = document.attribute(node, "datetime");
    if (document.tag(node) == "time" && datetime) {
      const std::string_view itemprop =
          document.attribute(node, "itemprop").value_or("");
      if (HasWord(itemprop, "dateModified")) {
        fill->DateModified(*datetime, "time[itemprop=dateModified]");
      } else if (HasWord(itemprop, "datePublished") ||
                 document.attribute(node, "pubdate")) {
        fill->DatePublished(*datetime, "time[itemprop=datePublished]");
      } else if (plain.empty()) {
        plain = *datetime;
      }
    }
    ++node;
  }
  fill->DatePublished(plain, "time[datetime]");
}

void FillLinks(const Document& document, ArticleFiller* fill) {
  for (NodeId node = 0; node < document.size(); ++node) {
    if (document.tag(node) != "link" ||
        !HasWord(document.attribute(node, "rel").value_or(""), "canonical")) {
      continue;
    }
    fill->CanonicalUrl(document.attribute(node, "href").value_or(""),
                       "link[rel=canonical]");
  }
}

void FillLanguage(const Document& document, const MetaTable& metas,
                  ArticleFiller* fill) {
  const NodeId html = FindTag(document, "html");
  fill->From(v1::Provenance::HTML);
  for (const char* name : {"lang", "xml:lang"}) {
    if (html == kNoNode) break;
    fill->Language(document.attribute(html, name).value_or(""), "html[lang]");
  }
  fill->From(v1::Provenance::META);
  for (const char* name : {"dc.language", "language"}) {
    fill->Language(metas.First(name), name);
  }
}

}  // namespace

void FillFromMarkup(const Document& document, const PageContext& context,
                    v1::Article* article) {
  ArticleFiller fill(document, context, article);
  const MetaTable metas(document);
  FillHeadline(document, metas, &fill);
  FillNamedMetas(metas, &fill);
  fill.From(v1::Provenance::HTML);
  FillLinks(document, &fill);
  FillTimes(document, &fill);
  FillLanguage(document, metas, &fill);
}

}  // namespace newsmill
