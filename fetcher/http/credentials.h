#pragma once

#include <map>
#include <string>

#include "core/base/result.h"
#include "core/base/url.h"

namespace newsmill {

// The Authorization fields that hosts are asked with, read from files. Each is
// for one origin and goes to no other: redirects are followed by a request of
// its own. Immutable; never logged.
class Credentials {
 public:
  // A host ("news.example": over https alone) or an origin
  // ("http://news.example:8080") -> a file with `user:password`, or with a
  // token. kBadConfiguration for a file that cannot be read or holds nothing
  // of the kind; the message never holds what it does.
  static Result<Credentials> Read(
      const std::map<std::string, std::string>& basic_files,
      const std::map<std::string, std::string>& bearer_files);

  // The field's value for this URL; nullptr: none.
  const std::string* For(const Url& url) const;

 private:
  std::map<std::string, std::string> by_origin_;
};

// One line of text; kBadConfiguration names `key` where the file has none.
Result<std::string> ReadSecretFile(const std::string& path,
                                   const std::string& key);

// A request's head with the values of Authorization, Proxy-Authorization and
// Cookie taken out, for keeping.
std::string WithoutSecrets(const std::string& head);

}  // namespace newsmill
