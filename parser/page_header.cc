#include "parser/page_header.h"

#include <strings.h>

namespace newsmill {

std::string HeaderOf(const v1::FetchedPage& page, const char* name) {
  std::string joined;
  for (const v1::HttpHeader& header : page.headers()) {
    if (strcasecmp(header.name().c_str(), name) != 0) continue;
    if (!joined.empty()) joined += ", ";
    joined += header.value();
  }
  return joined;
}

}  // namespace newsmill
