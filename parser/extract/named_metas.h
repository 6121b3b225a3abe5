#pragma once

#include "parser/extract/article_filler.h"
#include "parser/extract/open_graph.h"
#include "parser/html/document.h"

namespace newsmill {

// What only one kind of place says: description, keywords, rights and publisher
// from common <meta> names, in order of trust, and rel=canonical.
void FillFromNamedMetas(const Document& document, const MetaTable& metas,
                        ArticleFiller* fill);

}  // namespace newsmill
