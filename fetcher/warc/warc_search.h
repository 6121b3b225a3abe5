#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace newsmill {

// The WARC files of a folder that hold a record of one of these addresses, by
// name; compressed or not, finished or being written. kNotFound where there is
// no such folder. A line of a body that reads like a record's own counts, too:
// rather one file too many.
Result<std::vector<std::string>> WarcFilesWith(
    const std::string& directory, const std::set<std::string>& urls);

}  // namespace newsmill
