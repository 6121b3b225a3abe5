#include "fetcher/http/credentials.h"

#include <openssl/evp.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

#include "core/base/text.h"
#include "fetcher/http/response_head.h"

namespace newsmill {
namespace {

std::string Base64(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

Error Bad(const std::string& key, const std::string& host,
          const std::string& problem) {
  return Error{Code::kBadConfiguration,
               "fetcher." + key + " of \"" + host + "\": " + problem};
}

// The origin in the form of Url: scheme://host[:port].
Result<std::string> OriginOf(const std::string& key, const std::string& host) {
  const bool whole = host.find("://") != std::string::npos;
  const Result<Url> url = Url::Parse(whole ? host : "https://" + host);
  if (!url || url->path() != "/" || !url->query().empty()) {
    return Bad(key, host,
               "a host, or an origin such as https://news.example, is "
               "expected");
  }
  return url->scheme() + "://" + url->HostKey();
}

}  // namespace

Result<std::string> ReadSecretFile(const std::string& path,
                                   const std::string& key) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  const auto bad = [&key](const std::string& problem) {
    return Error{Code::kBadConfiguration, key + ": " + problem};
  };
  if (!file) return bad("the file " + path + " cannot be read");
  std::string secret(Trimmed(text.str()));
  const bool printable = std::all_of(secret.begin(), secret.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
  });
  if (secret.empty() || !printable) {
    return bad("one line of text is expected in " + path);
  }
  return secret;
}

Result<Credentials> Credentials::Read(
    const std::map<std::string, std::string>& basic_files,
    const std::map<std::string, std::string>& bearer_files) {
  Credentials credentials;
  const auto add = [&](const std::string& key, const std::string& host,
                       const std::string& path) -> Result<void> {
    const Result<std::string> origin = OriginOf(key, host);
    if (!origin) return origin.error();
    const Result<std::string> secret =
        ReadSecretFile(path, "fetcher." + key + " of \"" + host + "\"");
    if (!secret) return secret.error();
    const bool basic = key == "basic_auth_file";
    if (basic && secret->find(':') == std::string::npos) {
      return Bad(key, host, "user:password is expected in " + path);
    }
    const std::string field =
        basic ? "Basic " + Base64(*secret) : "Bearer " + *secret;
    if (!credentials.by_origin_.emplace(*origin, field).second) {
      return Bad(key, host, "the origin has credentials already");
    }
    return {};
  };
  for (const auto& [host, path] : basic_files) {
    if (auto added = add("basic_auth_file", host, path); !added) {
      return added.error();
    }
  }
  for (const auto& [host, path] : bearer_files) {
    if (auto added = add("bearer_token_file", host, path); !added) {
      return added.error();
    }
  }
  return credentials;
}

const std::string* Credentials::For(const Url& url) const {
  if (by_origin_.empty()) return nullptr;
  if (by_origin_.empty()) return nullptr;
  const auto found = by_origin_.find(url.scheme() + "://" + url.HostKey());
  return found == by_origin_.end() ? nullptr : &found->second;
}

std::string WithoutSecrets(const std::string& head) {
  std::string kept;
  for (size_t at = 0; at < head.size();) {
    const size_t end = std::min(head.find('\n', at), head.size() - 1) + 1;
    const std::string line = head.substr(at, end - at);
    const std::string name = line.substr(0, line.find(':'));
    const bool secret = EqualsIgnoringCase(name, "authorization") ||
                        EqualsIgnoringCase(name, "proxy-authorization") ||
                        EqualsIgnoringCase(name, "cookie");
    kept += secret ? name + ": (not kept)\r\n" : line;
    at = end;
  }
  return kept;
}

}  // namespace newsmill
