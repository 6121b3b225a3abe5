#include "parser/open_page.h"

#include "core/base/inflate.h"
#include "parser/html/decode.h"
#include "parser/page_header.h"

namespace newsmill {

Result<Document> OpenPage(const ParserConfig& config,
                          const v1::FetchedPage& page) {
  const Result<std::string> body = InflateBody(
      page.body(), HeaderOf(page, "content-encoding"),
      static_cast<size_t>(config.max_inflated_bytes), page.truncated());
  if (!body) return body.error();
  const DecodedText text = DecodeText(*body, HeaderOf(page, "content-type"));
  return Document::ParsePage(
      text.utf8, Cut::kPlain,
      {static_cast<size_t>(config.max_tree_bytes),
       static_cast<int>(config.max_depth), config.deadline});
}

}  // namespace newsmill
