#include "parser/extract/gather_metas.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "parser/extract/names.h"

namespace newsmill {
namespace {

enum class Field {
  kTitle,
  kSite,
  kAuthor,
  kPublished,
  kModified,
  kLanguage,
  kSection
};

struct MetaName {
  std::string_view name;
  Field field;
  int trust;
};

// Sorted by name.
constexpr std::array kNames = std::to_array<MetaName>({
    {"apple-mobile-web-app-title", Field::kSite, 30},
    {"application-name", Field::kSite, 40},
    {"article-author", Field::kAuthor, 45},
    {"article.author", Field::kAuthor, 45},
    {"article.created", Field::kPublished, 60},
    {"article.published", Field::kPublished, 75},
    {"article.updated", Field::kModified, 60},
    {"article:author", Field::kAuthor, 40},
    {"article:author_name", Field::kAuthor, 45},
    {"article:modified", Field::kModified, 70},
    {"article:modified_time", Field::kModified, 80},
    {"article:post_modified", Field::kModified, 70},
    {"article:publication_date", Field::kPublished, 75},
    {"article:published", Field::kPublished, 75},
    {"article:published_date", Field::kPublished, 75},
    {"article:published_time", Field::kPublished, 90},
    {"article:section", Field::kSection, 50},
    {"article_date_original", Field::kPublished, 75},
    {"article_date_updated", Field::kModified, 70},
    {"articleauthor", Field::kAuthor, 45},
    {"articledate", Field::kPublished, 60},
    {"articlesection", Field::kSection, 50},
    {"author", Field::kAuthor, 40},
    {"authors", Field::kAuthor, 40},
    {"bt:author", Field::kAuthor, 40},
    {"bt:moddate", Field::kModified, 50},
    {"bt:pubdate", Field::kPublished, 60},
    {"byl", Field::kAuthor, 45},
    {"byline", Field::kAuthor, 45},
    {"citation_author", Field::kAuthor, 45},
    {"citation_date", Field::kPublished, 60},
    {"citation_language", Field::kLanguage, 30},
    {"citation_online_date", Field::kPublished, 60},
    {"citation_publication_date", Field::kPublished, 60},
    {"citation_title", Field::kTitle, 30},
    {"content-language", Field::kLanguage, 30},
    {"cxenseparse:articlesection", Field::kSection, 30},
    {"cxenseparse:author", Field::kAuthor, 40},
    {"cxenseparse:recs:publishtime", Field::kPublished, 60},
    {"cxenseparse:title", Field::kTitle, 25},
    {"date", Field::kPublished, 45},
    {"date.created", Field::kPublished, 50},
    {"date.modified", Field::kModified, 50},
    {"date_published", Field::kPublished, 70},
    {"datecreated", Field::kPublished, 55},
    {"datemodified", Field::kModified, 70},
    {"datepublished", Field::kPublished, 75},
    {"dateupdated", Field::kModified, 60},
    {"dc.creator", Field::kAuthor, 40},
    {"dc.date", Field::kPublished, 50},
    {"dc.date.created", Field::kPublished, 55},
    {"dc.date.issued", Field::kPublished, 65},
    {"dc.date.modified", Field::kModified, 60},
    {"dc.language", Field::kLanguage, 35},
    {"dc.subject", Field::kSection, 20},
    {"dc.title", Field::kTitle, 25},
    {"dcterms.created", Field::kPublished, 55},
    {"dcterms.creator", Field::kAuthor, 40},
    {"dcterms.date", Field::kPublished, 50},
    {"dcterms.issued", Field::kPublished, 65},
    {"dcterms.modified", Field::kModified, 60},
    {"dcterms.title", Field::kTitle, 25},
    {"displaydate", Field::kPublished, 55},
    {"doc_date", Field::kPublished, 55},
    {"eomportal-lastupdate", Field::kModified, 50},
    {"firstcreate", Field::kPublished, 60},
    {"firstpublished", Field::kPublished, 70},
    {"iso-8601-publish-date", Field::kPublished, 70},
    {"issued", Field::kPublished, 55},
    {"language", Field::kLanguage, 30},
    {"last-modified", Field::kModified, 50},
    {"last-updated", Field::kModified, 50},
    {"lastmod", Field::kModified, 50},
    {"lastmodified", Field::kModified, 50},
    {"lastupdated", Field::kModified, 50},
    {"ma:article-author", Field::kAuthor, 40},
    {"moddate", Field::kModified, 50},
    {"modificationdate", Field::kModified, 50},
    {"og:author", Field::kAuthor, 40},
    {"og:locale", Field::kLanguage, 40},
    {"og:modified_time", Field::kModified, 60},
    {"og:pubdate", Field::kPublished, 60},
    {"og:published_time", Field::kPublished, 75},
    {"og:release_date", Field::kPublished, 60},
    {"og:site_name", Field::kSite, 60},
    {"og:title", Field::kTitle, 30},
    {"og:updated_time", Field::kModified, 60},
    {"originalpublicationdate", Field::kPublished, 75},
    {"parsely-author", Field::kAuthor, 45},
    {"parsely-pub-date", Field::kPublished, 75},
    {"parsely-section", Field::kSection, 40},
    {"parsely-title", Field::kTitle, 30},
    {"pdate", Field::kPublished, 60},
    {"ptime", Field::kPublished, 60},
    {"pubdate", Field::kPublished, 65},
    {"publicationdate", Field::kPublished, 65},
    {"publish-date", Field::kPublished, 65},
    {"publish_date", Field::kPublished, 65},
    {"publish_time", Field::kPublished, 65},
    {"publishdate", Field::kPublished, 65},
    {"published", Field::kPublished, 65},
    {"published-date", Field::kPublished, 65},
    {"published_at", Field::kPublished, 70},
    {"published_date", Field::kPublished, 65},
    {"published_time", Field::kPublished, 65},
    {"publisheddate", Field::kPublished, 65},
    {"publishtime", Field::kPublished, 65},
    {"release_date", Field::kPublished, 50},
    {"revised", Field::kModified, 40},
    {"rnews:datepublished", Field::kPublished, 60},
    {"sailthru.author", Field::kAuthor, 45},
    {"sailthru.date", Field::kPublished, 60},
    {"sailthru.title", Field::kTitle, 30},
    {"section", Field::kSection, 40},
    {"shareaholic:article_author_name", Field::kAuthor, 40},
    {"title", Field::kTitle, 20},
    {"twitter:title", Field::kTitle, 25},
    {"vr:published_time", Field::kPublished, 50},
    {"weibo: article:create_at", Field::kPublished, 65},
    {"weibo: article:update_at", Field::kModified, 50},
    {"weibo:article:create_at", Field::kPublished, 65},
});

bool IsOpenGraph(std::string_view name) {
  return name.starts_with("og:") || name.starts_with("article:") ||
         name.starts_with("twitter:");
}

Candidate Make(const MetaTable::Entry& entry, int trust) {
  return {std::string(entry.content),
          IsOpenGraph(entry.name) ? v1::Provenance::OPEN_GRAPH
                                  : v1::Provenance::META,
          entry.name, trust};
}

void AddAuthor(const MetaTable::Entry& entry, int trust, int list,
               Candidates* found) {
  PersonCandidate person;
  static_cast<Candidate&>(person) = Make(entry, trust);
  person.list = list;
  Candidates::Add(std::move(person), &found->authors);
}

// Cards have pairs of labels and values: "Written by", "Ada Byron".
void GatherFromCards(const MetaTable& metas, Candidates* found) {
  constexpr int kTrust = 45;
  for (const char digit : {'1', '2'}) {
    const std::string label = std::string("twitter:label") + digit;
    const std::string value = std::string("twitter:data") + digit;
    const std::string_view name = metas.First(value);
    if (name.empty() || !SaysBy(metas.First(label))) continue;
    AddAuthor({value, name}, kTrust, ++found->lists, found);
  }
}

}  // namespace

void GatherFromMetas(const MetaTable& metas, Candidates* found) {
  // Repeated elements of one name are one list.
  std::array<int, kNames.size()> lists = {};
  for (const MetaTable::Entry& entry : metas.entries()) {
    const auto known = std::lower_bound(
        kNames.begin(), kNames.end(), std::string_view(entry.name),
        [](const MetaName& a, std::string_view b) { return a.name < b; });
    if (known == kNames.end() || known->name != entry.name) continue;
    switch (known->field) {
      case Field::kTitle:
        Candidates::Add(Make(entry, known->trust), &found->titles);
        break;
      case Field::kSite:
        Candidates::Add(Make(entry, known->trust), &found->site_names);
        break;
      case Field::kAuthor: {
        int& list = lists[static_cast<size_t>(known - kNames.begin())];
        if (list == 0) list = ++found->lists;
        AddAuthor(entry, known->trust, list, found);
        break;
      }
      case Field::kPublished:
        Candidates::Add(Make(entry, known->trust), &found->published);
        break;
      case Field::kModified:
        Candidates::Add(Make(entry, known->trust), &found->modified);
        break;
      case Field::kSection:
        Candidates::Add(Make(entry, known->trust), &found->sections);
        break;
      case Field::kLanguage:
        Candidates::Add(Make(entry, known->trust), &found->languages);
        break;
    }
  }
  GatherFromCards(metas, found);
}

}  // namespace newsmill
