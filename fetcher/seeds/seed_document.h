#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/base/url.h"

namespace newsmill {

// What a feed or a sitemap names: an article, or in an index a further sitemap.
struct SeedEntry {
  Url url;
  // When it last changed, else when it was published, as the document says.
  std::optional<Timestamp> changed_at;
};

// The limits of the sitemap protocol (sitemaps.org), which feeds are held to as
// well.
inline constexpr size_t kMostSeedBytes = 50 * 1024 * 1024;  // not compressed
inline constexpr size_t kMostSeedEntries = 50'000;

struct SeedDocument {
  enum class Kind {
    kUnknown,  // no feed and no sitemap
    kFeed,
    kSitemap,
    kSitemapIndex,
  };
  Kind kind = Kind::kUnknown;
  std::string format;              // "RSS 2.0", "Atom", "sitemap index" …
  std::vector<SeedEntry> entries;  // in the document's order
  // Entries that name nothing which can be asked: no link, or one that is no
  // http(s) URL.
  size_t unreadable = 0;
  // Why it was not read to its end, with the line; empty: it was. What stands
  // before that place is in `entries`.
  std::string problem;
};

// Reads RSS 0.9x, 1.0 and 2.0, Atom, sitemaps with or without news, sitemap
// indexes, and the protocol's lists of URLs as plain text; told by what the
// document is, not by its name. `bytes`: at most kMostSeedBytes, not
// compressed. `base`: where it was found; relative links count from there, or
// from xml:base. `charset`: of the Content-Type, believed only where the
// document itself names none.
//
// No entity that a document declares is expanded in a text, none is loaded, and
// nothing outside of `bytes` is read. A pure function; thread-safe.
SeedDocument ReadSeedDocument(std::string_view bytes, const Url& base,
                              std::string_view charset = "");

}  // namespace newsmill
