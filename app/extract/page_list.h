#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace newsmill {

// A saved page of a list, and what the list says of it.
struct ListedPage {
  std::string id;
  std::string set;      // empty: the list names none
  std::string path;     // of the page's bytes, plain or gzip
  std::string url;      // empty: unknown
  std::string charset;  // as a server's header would name it, empty: unknown
};

// Reads a list of pages: one JSON object a line, {"id", "file", "set", "url",
// "charset"}, the first two required; files count from the list's own folder.
// kInvalidArgument names file and line.
Result<std::vector<ListedPage>> ReadPageList(const std::string& path);

}  // namespace newsmill
