#pragma once

#include <filesystem>
#include <vector>

#include "core/base/result.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "parser/html/json_value.h"

namespace newsmill::rules {

// The page that an expectation speaks of (test_runner.h), as if its URL had
// answered with it. `folder`: where the page lies.
Result<v1::FetchedPage> ReadSavedPage(const JsonValue& json,
                                      const std::filesystem::path& folder);

// The *.expect.json of a folder, by name; kNotFound: no such folder, or none in
// it.
Result<std::vector<std::filesystem::path>> Expectations(
    const std::filesystem::path& directory);

}  // namespace newsmill::rules
