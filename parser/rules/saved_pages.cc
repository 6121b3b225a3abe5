#include "parser/rules/saved_pages.h"

#include <algorithm>

#include "core/base/file.h"
#include "core/base/time.h"

namespace newsmill::rules {

namespace fs = std::filesystem;

namespace {

Result<std::string> RequiredText(const JsonValue& json, const char* key) {
  const auto value = json.member(key);
  const auto text = value ? value->string() : std::nullopt;
  if (text) return std::string(*text);
  return Error{Code::kInvalidArgument,
               "\"" + std::string(key) + "\" must be a string"};
}

Result<void> ReadFetchedAt(const JsonValue& json, v1::FetchedPage* page) {
  const auto value = json.member("fetched_at");
  if (!value) return {};
  const auto time = ParseRfc3339(value->string().value_or(""));
  if (!time) {
    return Error{Code::kInvalidArgument,
                 "\"fetched_at\": " + time.error().message};
  }
  *page->mutable_fetched_at() = ToProto(*time);
  return {};
}

}  // namespace

Result<v1::FetchedPage> ReadSavedPage(const JsonValue& json,
                                      const fs::path& folder) {
  const Result<std::string> name = RequiredText(json, "page");
  const Result<std::string> url = RequiredText(json, "page_url");
  if (!name) return name.error();
  if (!url) return url.error();
  Result<std::string> body = ReadFile((folder / *name).string());
  if (!body) return body.error();
  v1::FetchedPage page;
  page.mutable_task()->set_requested_url(*url);
  page.set_final_url(*url);
  page.set_status(200);
  page.set_body(*std::move(body));
  if (const auto type = json.member("content_type")) {
    v1::HttpHeader* header = page.add_headers();
    header->set_name("Content-Type");
    header->set_value(std::string(type->string().value_or("")));
  }
  if (auto read = ReadFetchedAt(json, &page); !read) return read.error();
  return page;
}

Result<std::vector<fs::path>> Expectations(const fs::path& directory) {
  constexpr std::string_view kEnding = ".expect.json";
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().filename().string().ends_with(kEnding)) {
      files.push_back(it->path());
    }
  }
  if (error) {
    return Error{Code::kNotFound, directory.string() + ": " + error.message()};
  }
  if (files.empty()) {
    return Error{Code::kNotFound,
                 directory.string() + ": no *.expect.json in it"};
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace newsmill::rules
