#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "fetcher/seeds/seed_document.h"

namespace newsmill::testing {

// As found at https://www.gazette.example/feeds/all.xml.
inline SeedDocument ReadDocument(std::string_view bytes,
                                 std::string_view charset = "") {
  return ReadSeedDocument(
      bytes, *Url::Parse("https://www.gazette.example/feeds/all.xml"), charset);
}

inline std::vector<std::string> UrlsOf(const SeedDocument& document) {
  std::vector<std::string> urls;
  for (const SeedEntry& entry : document.entries) {
    urls.push_back(entry.url.text());
  }
  return urls;
}

// Of the entry; "" where it has none.
inline std::string DateOf(const SeedDocument& document, size_t entry) {
  const auto& changed_at = document.entries.at(entry).changed_at;
  return changed_at ? FormatRfc3339(*changed_at) : "";
}

}  // namespace newsmill::testing
