#pragma once

#include <string>
#include <vector>

#include "core/base/url.h"
#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/common.pb.h"
#include "parser/extract/body/body_blocks.h"
#include "parser/extract/body/page_facts.h"
#include "parser/html/document.h"

namespace newsmill::body {

// What a page is that nobody wrote a rule for.
struct PageKind {
  // Unspecified for an article; else why it is none: REASON_LIST,
  // REASON_CHALLENGE, REASON_CONSENT, REASON_LOGIN, REASON_SOFT_404,
  // REASON_EMPTY_SHELL.
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  std::string detail;  // what gave it away
  // Of an article: VIDEO or GALLERY where there is little text beside these.
  v1::Article::PageType type = v1::Article::ARTICLE;
};

// Judges by what was found: walls and error pages say what they are and have
// little text, lists have headings that are links and no text of their own. In
// doubt a page is an article.
PageKind JudgePage(const Document& document, const std::vector<Facts>& facts,
                   const std::vector<TextBlock>& blocks, const Url& url,
                   const v1::Article& article);

}  // namespace newsmill::body
