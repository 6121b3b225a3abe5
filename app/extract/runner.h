#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/extract/page_list.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/sites/site_catalogue.h"
#include "parser/page_parser.h"

namespace newsmill {

// What every page of a run is parsed with. All outlive the run.
struct ExtractJob {
  const PageParser& parser;
  const SiteCatalogue& sites;
  Timestamp fetched_at;
  int64_t max_bytes;  // of one inflated page
};

struct ExtractedPage {
  Extraction extraction;
  // CPU time of the thread, from the page's bytes to its article; reading and
  // gunzipping the file does not count.
  std::chrono::nanoseconds cpu{};
  std::string remark;  // what was wrong with the list's entry, if anything
};

// One page from its file; a URL that is none is left out and remarked on.
// kInvalidArgument where the file cannot be read.
Result<ExtractedPage> ExtractFile(const ExtractJob& job,
                                  const ListedPage& page);

// How the fields of the page in the file are decided.
Result<Explanation> ExplainFile(const ExtractJob& job, const ListedPage& page);

// The bytes of a file, "-" being standard input; gunzipped where they are
// gzip.
Result<std::string> ReadPage(const std::string& path, int64_t max_bytes);

// Works the pages off on `threads` threads and hands each result over in the
// list's order, on the caller's thread; stops at the first error.
Result<void> ExtractAll(
    const ExtractJob& job, const std::vector<ListedPage>& pages,
    int64_t threads,
    const std::function<void(size_t index, const ExtractedPage&)>& take);

}  // namespace newsmill
