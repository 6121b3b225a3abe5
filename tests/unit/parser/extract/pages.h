#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "parser/extract/metadata.h"
#include "parser/html/document.h"

namespace newsmill {

inline Document ParsePage(std::string_view html) {
  Result<Document> document = Document::Parse(html, ParseLimits{});
  EXPECT_TRUE(document) << document.error().message;
  return std::move(document).value();
}

// https://news.example/a/1.html, fetched on a Sunday in May 2024.
inline PageContext ExampleContext() {
  return {*Url::Parse("https://news.example/a/1.html"),
          *ParseRfc3339("2024-05-12T06:30:45Z"),
          480,
          {},
          nullptr};
}

using Fill = void (*)(const Document&, const PageContext&, v1::Article*);

inline v1::Article FillPage(Fill fill, std::string_view html) {
  v1::Article article;
  fill(ParsePage(html), ExampleContext(), &article);
  return article;
}

// "JSON_LD headline"; "none" where the field has no entry.
inline std::string SourceOf(const v1::Article& article,
                            std::string_view field) {
  for (const v1::Provenance& entry : article.provenance()) {
    if (entry.field() == field) {
      return v1::Provenance::Source_Name(entry.source()) + " " + entry.detail();
    }
  }
  return "none";
}

inline std::string JsonLdPage(std::string_view json) {
  return "<script type='application/ld+json'>" + std::string(json) +
         "</script>";
}

inline std::string TimeOf(const v1::PageDate& date) {
  return FormatRfc3339(FromProto(date.time()));
}

}  // namespace newsmill
