#pragma once

#include "parser/extract/candidates.h"
#include "parser/extract/open_graph.h"

namespace newsmill {

// What <meta> elements offer: OpenGraph, Twitter cards, Dublin Core, and the
// names that publishing systems use.
void GatherFromMetas(const MetaTable& metas, Candidates* found);

}  // namespace newsmill
