#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/url.h"
#include "fetcher/seeds/seed_document.h"

namespace newsmill {

// An element as the reader meets it.
struct SeedElement {
  std::string_view name;            // without prefix
  std::string_view name_space;      // its URI; empty: none
  std::optional<std::string> href;  // attributes that matter here
  std::optional<std::string> rel;
  std::optional<std::string> about;  // rdf:about
  std::optional<std::string> perma;  // isPermaLink
  std::optional<std::string> base;   // xml:base
};

// Follows a document element by element and collects the entries. It is told of
// every element's beginning and end and of the text in between.
class SeedEntryReader {
 public:
  SeedEntryReader(const Url& base, SeedDocument* document)
      : document_(document), base_(base) {}

  // False: the document is not read on (`problem` is set).
  bool Begin(const SeedElement& element);
  void End();
  void Text(std::string_view text);
  // The text that is being read has a hole: it cannot be what it seems.
  void Spoil() { spoiled_ = true; }

 private:
  // Which of an entry's fields an element holds.
  enum class Field {
    kNone,
    kLink,       // an RSS link, a loc
    kOrigin,     // feedburner:origLink: the link behind a counter
    kGuid,       // an RSS guid that may be a link
    kChanged,    // lastmod, updated
    kPublished,  // pubDate, dc:date, published, news:publication_date
  };

  struct Level {
    std::optional<Url> base;  // where xml:base stands
    bool is_entry = false;
    Field field = Field::kNone;
  };

  // What an entry said so far.
  struct Draft {
    std::string link, origin, guid, about;
    // The last of these that stood under an xml:base of its own.
    std::optional<Url> base;
    std::optional<Timestamp> changed, published;
  };

  bool BeginRoot(const SeedElement& element);
  bool IsEntry(const SeedElement& element) const;
  bool BeginEntry(const SeedElement& element);
  Field FieldOf(const SeedElement& element) const;
  void AtomLink(const SeedElement& element);
  void EndField(Field field);
  void EndEntry();
  const Url& base() const;

  SeedDocument* const document_;
  const Url base_;
  std::vector<Level> levels_;
  std::optional<Draft> draft_;  // inside an entry
  size_t entry_level_ = 0;      // of its own element
  Field field_ = Field::kNone;  // that is being read
  std::string text_;
  bool spoiled_ = false;
};

}  // namespace newsmill
