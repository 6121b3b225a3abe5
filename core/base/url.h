#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace newsmill {

// An absolute http or https URL, normalised once and for all: scheme and host
// in lower case, the host without percent-escapes, in its ASCII form (IDNA
// 2008, UTS 46) and without a trailing dot, no default port, no fragment, dot
// segments removed, bytes outside ASCII percent-escaped, a path that is never
// empty. Two spellings of one host give one host key, so nobody can be asked
// twice as often under another spelling.
//
// Built on libcurl's URL parser and ICU's IDNA. Immutable; thread-safe.
class Url {
 public:
  // kInvalidArgument for what is not an absolute http(s) URL, has credentials
  // in it, or holds control characters.
  static Result<Url> Parse(std::string_view text);

  // Makes `reference` (a Location header, an href) absolute against this URL.
  Result<Url> Resolve(std::string_view reference) const;

  const std::string& text() const { return text_; }
  const std::string& scheme() const { return scheme_; }
  // Without port; IPv6 in brackets.
  const std::string& host() const { return host_; }
  int port() const { return port_; }
  const std::string& path() const { return path_; }
  // Without '?'; empty both for "no query" and "empty query".
  const std::string& query() const { return query_; }

  // What the fleet is polite to and what `tasks` is keyed by: the host, with
  // its port where that is not the scheme's own.
  std::string HostKey() const;

  friend bool operator==(const Url& a, const Url& b) {
    return a.text_ == b.text_;
  }

 private:
  Url() = default;
  // `may_respell`: the host may be in another spelling than its normal form.
  static Result<Url> Read(std::string_view text, bool may_respell);

  std::string text_, scheme_, host_, path_, query_;
  int port_ = 0;
};

}  // namespace newsmill
