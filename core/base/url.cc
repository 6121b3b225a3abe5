#include "core/base/url.h"

#include <curl/curl.h>
#include <unicode/uidna.h>

#include <array>
#include <memory>
#include <optional>

#include "core/base/text.h"

namespace newsmill {
namespace {

struct CurlUrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using CurlUrl = std::unique_ptr<CURLU, CurlUrlDeleter>;

Error NotAUrl(std::string_view text, const std::string& why) {
  constexpr size_t kShown = 200;
  return {Code::kInvalidArgument, "'" + std::string(text.substr(0, kShown)) +
                                      "' is not an http or https URL: " + why};
}

// nullopt where the part is absent.
std::optional<std::string> Part(CURLU* url, CURLUPart part,
                                unsigned int flags = 0) {
  char* value = nullptr;
  if (curl_url_get(url, part, &value, flags) != CURLUE_OK) return std::nullopt;
  std::string text = value;
  curl_free(value);
  return text;
}

bool HasControlOrSpace(std::string_view text) {
  for (const unsigned char c : text) {
    if (c <= 0x20 || c == 0x7f) return true;
  }
  return false;
}

// UTS 46 non-transitional processing, as browsers do.
std::optional<std::string> ToAsciiHost(const std::string& host) {
  UErrorCode status = U_ZERO_ERROR;
  static const UIDNA* const idna = uidna_openUTS46(
      UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII,
      &status);
  if (idna == nullptr) return std::nullopt;
  std::array<char, 256> ascii{};
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  status = U_ZERO_ERROR;
  const int32_t length = uidna_nameToASCII_UTF8(
      idna, host.data(), static_cast<int32_t>(host.size()), ascii.data(),
      static_cast<int32_t>(ascii.size()), &info, &status);
  // Hyphens at odd places and underscores stand in real host names.
  constexpr uint32_t kTolerated = UIDNA_ERROR_LEADING_HYPHEN |
                                  UIDNA_ERROR_TRAILING_HYPHEN |
                                  UIDNA_ERROR_HYPHEN_3_4;
  if (U_FAILURE(status) || (info.errors & ~kTolerated) != 0) {
    return std::nullopt;
  }
  return std::string(ascii.data(), length);
}

bool IsAscii(std::string_view text) {
  for (const unsigned char c : text) {
    if (c >= 0x80) return false;
  }
  return true;
}

// Bytes outside ASCII as percent-escapes, so that a URL is always ASCII.
std::string EscapeNonAscii(const std::string& text) {
  if (IsAscii(text)) return text;
  constexpr char kHexDigits[] = "0123456789ABCDEF";
  std::string escaped;
  for (const unsigned char c : text) {
    if (c < 0x80) {
      escaped += static_cast<char>(c);
    } else {
      escaped += {'%', kHexDigits[c >> 4], kHexDigits[c & 15]};
    }
  }
  return escaped;
}

bool HasEmptyLabel(const std::string& host) {
  return host.starts_with(".") || host.ends_with(".") ||
         host.find("..") != std::string::npos;
}

// Whether the host could be read as an IPv4 address: its last label is a number
// (WHATWG URL, section 3.5), which no name's is.
bool MayBeAddress(std::string_view host) {
  const char first = host[host.rfind('.') + 1];
  return first >= '0' && first <= '9';
}

std::optional<std::string> NormaliseHost(std::string host) {
  host = AsciiLowered(host);
  if (host.starts_with("[")) return host;
  if (host.ends_with(".")) host.pop_back();
  if (host.empty() || HasControlOrSpace(host)) return std::nullopt;
  // What would change who is meant, were it to stand in a host.
  if (host.find_first_of("/?#@\\:%") != std::string::npos) return std::nullopt;
  if (HasEmptyLabel(host)) return std::nullopt;
  if (IsAscii(host) && host.find("xn--") == std::string::npos) return host;
  // A full stop may have come of another script's.
  std::optional<std::string> ascii = ToAsciiHost(host);
  if (ascii && ascii->ends_with(".")) ascii->pop_back();
  if (!ascii || ascii->empty() || HasEmptyLabel(*ascii)) return std::nullopt;
  return ascii;
}

// Where the parts of a URL stand that is written in the normal form already, as
// nearly all are, and in characters that no rule of normalising is about.
struct NormalParts {
  std::string_view scheme, host, path, query;
};

bool IsPlain(std::string_view text, std::string_view marks) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && marks.find(c) == marks.npos) return false;
  }
  return true;
}

bool IsNormalHost(std::string_view host) {
  constexpr size_t kMostBytes = 253;
  for (const char c : host) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                         c == '.' || c == '-';
    if (!allowed) return false;
  }
  return !host.empty() && host.size() <= kMostBytes && host.front() != '.' &&
         host.back() != '.' && host.find("..") == host.npos &&
         host.find("xn--") == host.npos && !MayBeAddress(host);
}

// nullopt: whoever knows all rules has to look.
std::optional<NormalParts> PartsOfNormal(std::string_view text) {
  constexpr size_t kMostBytes = 8192;
  constexpr std::string_view kPathMarks = "-_.~/!$&()*+,;=:@";
  NormalParts parts;
  parts.scheme = text.substr(0, text.find(':'));
  if (parts.scheme != "http" && parts.scheme != "https") return std::nullopt;
  std::string_view rest = text.substr(parts.scheme.size());
  if (!rest.starts_with("://") || text.size() > kMostBytes) return std::nullopt;
  rest.remove_prefix(3);
  const size_t slash = rest.find('/');
  if (slash == rest.npos) return std::nullopt;
  parts.host = rest.substr(0, slash);
  rest.remove_prefix(slash);
  const size_t mark = rest.find('?');
  parts.path = rest.substr(0, mark);
  if (mark != rest.npos) parts.query = rest.substr(mark + 1);
  const bool normal = IsNormalHost(parts.host) &&
                      IsPlain(parts.path, kPathMarks) &&
                      parts.path.find("/.") == parts.path.npos &&
                      IsPlain(parts.query, kPathMarks) &&
                      (mark == rest.npos || !parts.query.empty());
  if (!normal) return std::nullopt;
  return parts;
}

}  // namespace

Result<Url> Url::Parse(std::string_view text) {
  const std::optional<NormalParts> parts = PartsOfNormal(text);
  if (!parts) return Read(text, true);
  Url url;
  url.text_ = text;
  url.scheme_ = parts->scheme;
  url.host_ = parts->host;
  url.path_ = parts->path;
  url.query_ = parts->query;
  url.port_ = url.scheme_ == "https" ? 443 : 80;
  return url;
}

Result<Url> Url::Read(std::string_view text, bool may_respell) {
  constexpr size_t kMostBytes = 8192;
  if (text.size() > kMostBytes) return NotAUrl(text, "longer than 8 KiB");
  if (HasControlOrSpace(text)) {
    return NotAUrl(text, "it holds spaces or control characters");
  }
  const CurlUrl url(curl_url());
  const CURLUcode code =
      curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(),
                   CURLU_NON_SUPPORT_SCHEME);
  if (code != CURLUE_OK) return NotAUrl(text, curl_url_strerror(code));

  Url parsed;
  parsed.scheme_ = AsciiLowered(Part(url.get(), CURLUPART_SCHEME).value_or(""));
  if (parsed.scheme_ != "http" && parsed.scheme_ != "https") {
    return NotAUrl(text, "its scheme is '" + parsed.scheme_ + "'");
  }
  if (Part(url.get(), CURLUPART_USER) || Part(url.get(), CURLUPART_PASSWORD)) {
    return NotAUrl(text, "it holds credentials");
  }
  const std::string written = Part(url.get(), CURLUPART_HOST).value_or("");
  const std::string raw_host =
      Part(url.get(), CURLUPART_HOST, CURLU_URLDECODE).value_or("");
  const std::optional<std::string> host = NormaliseHost(raw_host);
  if (!host) return NotAUrl(text, "its host '" + raw_host + "' is no name");
  // What is left of another script's digits, of escapes or of a last dot may be
  // an address, which has a normal form of its own.
  const bool respelled = *host != AsciiLowered(written);
  if (may_respell && (respelled || MayBeAddress(*host))) {
    const CurlUrl again(curl_url_dup(url.get()));
    if (curl_url_set(again.get(), CURLUPART_HOST, host->c_str(), 0) !=
        CURLUE_OK) {
      return NotAUrl(text, "its host '" + raw_host + "' is no name");
    }
    return Read(Part(again.get(), CURLUPART_URL).value_or(""), false);
  }
  if (respelled) return NotAUrl(text, "its host '" + raw_host + "' is no name");
  parsed.host_ = *host;
  parsed.port_ = std::stoi(
      Part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("0"));
  if (parsed.port_ == 0) return NotAUrl(text, "its port is 0");
  parsed.path_ = EscapeNonAscii(Part(url.get(), CURLUPART_PATH).value_or("/"));
  parsed.query_ = EscapeNonAscii(Part(url.get(), CURLUPART_QUERY).value_or(""));
  parsed.text_ = parsed.scheme_ + "://" + parsed.HostKey() + parsed.path_;
  if (!parsed.query_.empty()) parsed.text_ += "?" + parsed.query_;
  if (parsed.text_.size() > kMostBytes) {
    return NotAUrl(text, "longer than 8 KiB in its normal form");
  }
  return parsed;
}

Result<Url> Url::Resolve(std::string_view reference) const {
  if (HasControlOrSpace(reference)) {
    return NotAUrl(reference, "it holds spaces or control characters");
  }
  const CurlUrl url(curl_url());
  CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, text_.c_str(), 0);
  if (code == CURLUE_OK) {
    code =
        curl_url_set(url.get(), CURLUPART_URL, std::string(reference).c_str(),
                     CURLU_NON_SUPPORT_SCHEME);
  }
  if (code != CURLUE_OK) return NotAUrl(reference, curl_url_strerror(code));
  const std::optional<std::string> absolute = Part(url.get(), CURLUPART_URL);
  if (!absolute) return NotAUrl(reference, "it cannot be made absolute");
  return Parse(*absolute);
}

std::string Url::HostKey() const {
  const bool is_default = port_ == (scheme_ == "https" ? 443 : 80);
  return is_default ? host_ : host_ + ":" + std::to_string(port_);
}

}  // namespace newsmill
