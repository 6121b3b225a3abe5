#pragma once

#include <string>
#include <string_view>

namespace newsmill {

// A path in the one spelling in which robots.txt compares it (RFC 9309, section
// 2.2.2): escapes of unreserved characters resolved, hexadecimal digits in
// upper case, everything outside ASCII and outside RFC 3986 escaped. `*` and
// `$` of a URL are escaped, because a rule that means them literally escapes
// them; after the first '?' the escapes of ':', '/', '?' and '@' are resolved:
// a query may hold them either way. `target`: path and query of a URL.
std::string RobotsTarget(std::string_view target);

// The path of one Allow or Disallow line: `*` stands for any octets, a final
// `$` for the end of the URL (RFC 9309, section 2.2.3). Immutable.
class RobotsPattern {
 public:
  // `value`: as the line has it. A value without a leading slash (or `*`) is
  // read as if it had one, since no path begins otherwise.
  explicit RobotsPattern(std::string_view value);

  // `target`: made by RobotsTarget. Linear in both lengths.
  bool Matches(std::string_view target) const;

  // The most specific rule is the one with the most octets.
  size_t octets() const { return text_.size(); }
  // In the spelling that is compared; ASCII.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace newsmill
