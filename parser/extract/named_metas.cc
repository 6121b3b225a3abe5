#include "parser/extract/named_metas.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "parser/extract/article_filler.h"
#include "parser/extract/open_graph.h"
#include "parser/extract/word_list.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

// In order of trust.
constexpr std::array kDescriptionNames = {"description", "dc.description",
                                          "dcterms.description", "abstract"};
constexpr std::array kKeywordNames = {"news_keywords", "keywords",
                                      "parsely-tags", "sailthru.tags"};

void FillNamedMetas(const MetaTable& metas, ArticleFiller* fill) {
  fill->From(v1::Provenance::META);
  for (const char* name : kDescriptionNames) {
    fill->Description(metas.First(name), name);
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

void FillLinks(const Document& document, ArticleFiller* fill) {
  for (NodeId node = 0; node < document.size(); ++node) {
    if (document.tag(node) != "link") continue;
    const std::string_view rel = document.attribute(node, "rel").value_or("");
    const std::string_view href = document.attribute(node, "href").value_or("");
    if (HasWord(rel, "canonical")) {
      fill->CanonicalUrl(href, "link[rel=canonical]");
    } else if (HasWord(rel, "amphtml")) {
      fill->AmpUrl(href, "link[rel=amphtml]");
    }
  }
}

}  // namespace

void FillFromNamedMetas(const Document& document, const MetaTable& metas,
                        ArticleFiller* fill) {
  FillNamedMetas(metas, fill);
  fill->From(v1::Provenance::HTML);
  FillLinks(document, fill);
}

}  // namespace newsmill
