#include "parser/extract/metadata.h"

#include "parser/extract/article_filler.h"
#include "parser/extract/generic.h"
#include "parser/extract/json_ld.h"
#include "parser/extract/open_graph.h"

namespace newsmill {

void FillFromMetadata(const Document& document, const PageContext& context,
                      v1::Article* article) {
  ArticleFiller fill(document, context, article);
  FillFromJsonLd(document, context, &fill);
  FillFromOpenGraph(MetaTable(document), &fill);
}

void ExtractGeneric(const Document& document, const PageContext& context,
                    v1::Article* article) {
  FillFromMetadata(document, context, article);
  FillFromMarkup(document, context, article);
  FillFromParagraphs(document, context, article);
}

}  // namespace newsmill
