#pragma once

#include <re2/re2.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/extract/date_patterns.h"

namespace newsmill {

// Pieces of date expressions for RE2, whose \s and \d are ASCII: a time of
// day and a zone. Their groups carry the names that DatePattern reads.
extern const char* const kTimeRegex;
extern const char* const kZoneRegex;

// A pattern with named groups, which are the parts of a date. Immutable;
// thread-safe.
class DatePattern {
 public:
  explicit DatePattern(const std::string& regex);

  // The first match at or after `from` that does not cut a number in two.
  std::optional<DateParts> Find(std::string_view text, size_t from) const;
  // The match that begins at the beginning of `text`.
  std::optional<DateParts> Begin(std::string_view text) const;

 private:
  std::string_view Group(const std::vector<re2::StringPiece>& found,
                         const char* name) const;
  std::optional<int> Number(const std::vector<re2::StringPiece>& found,
                            std::initializer_list<const char*> names) const;
  DateParts Read(const std::vector<re2::StringPiece>& found, size_t begin,
                 size_t end) const;

  const RE2 regex_;
  const std::map<std::string, int> groups_;
};

}  // namespace newsmill
