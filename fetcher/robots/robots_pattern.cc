#include "fetcher/robots/robots_pattern.h"

#include <vector>

namespace newsmill {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";
// Up to here the library's search is quick enough at its worst.
constexpr size_t kShortPiece = 16;

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

bool IsReserved(char c) {
  return c != '\0' && std::string_view(":/?#[]@!$&'()*+,;=").find(c) !=
                          std::string_view::npos;
}

// What a query may hold escaped or not (RFC 3986, section 3.4).
bool IsFreeInQuery(char c) {
  return c == ':' || c == '/' || c == '?' || c == '@';
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Whether an escape stands at `at`; `octet` is what it means.
bool IsEscape(std::string_view text, size_t at, char& octet) {
  if (text[at] != '%' || at + 2 >= text.size()) return false;
  const int high = HexValue(text[at + 1]);
  const int low = HexValue(text[at + 2]);
  if (high < 0 || low < 0) return false;
  octet = static_cast<char>(high * 16 + low);
  return true;
}

void Escape(char c, std::string& text) {
  const auto octet = static_cast<unsigned char>(c);
  text.push_back('%');
  text.push_back(kHexDigits[octet >> 4]);
  text.push_back(kHexDigits[octet & 0x0F]);
}

// `special`: `*` and a final `$` keep their meaning.
std::string Normalised(std::string_view text, bool special) {
  std::string normal;
  normal.reserve(text.size() + 8);
  bool in_query = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    char octet = 0;
    if (IsEscape(text, i, octet)) {
      i += 2;
      if (IsUnreserved(octet) || (in_query && IsFreeInQuery(octet))) {
        normal.push_back(octet);
      } else {
        Escape(octet, normal);
      }
      continue;
    }
    const bool means_more =
        special && (c == '*' || (c == '$' && i + 1 == text.size()));
    if (means_more) {
      normal.push_back(c);
    } else if (c == '*' || c == '$') {
      Escape(c, normal);
    } else if (IsUnreserved(c) || IsReserved(c)) {
      normal.push_back(c);
    } else {
      Escape(c, normal);
    }
    in_query = in_query || c == '?';
  }
  return normal;
}

// Knuth, Morris and Pratt: no octet of `text` is looked at twice.
size_t FindLong(std::string_view text, std::string_view piece, size_t from) {
  std::vector<size_t> border(piece.size(), 0);
  for (size_t i = 1, k = 0; i < piece.size(); ++i) {
    while (k > 0 && piece[i] != piece[k]) k = border[k - 1];
    if (piece[i] == piece[k]) ++k;
    border[i] = k;
  }
  for (size_t i = from, k = 0; i < text.size(); ++i) {
    while (k > 0 && text[i] != piece[k]) k = border[k - 1];
    if (text[i] == piece[k]) ++k;
    if (k == piece.size()) return i + 1 - k;
  }
  return std::string_view::npos;
}

size_t Find(std::string_view text, std::string_view piece, size_t from) {
  if (piece.size() <= kShortPiece) return text.find(piece, from);
  return FindLong(text, piece, from);
}

std::string WithSlash(std::string_view value) {
  const bool rooted = value.starts_with('/') || value.starts_with('*');
  return rooted ? std::string(value) : "/" + std::string(value);
}

}  // namespace

std::string RobotsTarget(std::string_view target) {
  return Normalised(target, false);
}

RobotsPattern::RobotsPattern(std::string_view value)
    : text_(Normalised(WithSlash(value), true)) {}

bool RobotsPattern::Matches(std::string_view target) const {
  std::string_view rest = text_;
  const bool to_the_end = rest.ends_with('$');
  if (to_the_end) rest.remove_suffix(1);

  size_t star = rest.find('*');
  if (!target.starts_with(rest.substr(0, star))) return false;
  if (star == std::string_view::npos) {
    return !to_the_end || target.size() == rest.size();
  }
  // Each piece where it first fits: later ones then have the most room left.
  size_t at = star;
  while (true) {
    rest.remove_prefix(star + 1);
    star = rest.find('*');
    const std::string_view piece = rest.substr(0, star);
    if (star == std::string_view::npos && to_the_end) {
      return target.size() - at >= piece.size() && target.ends_with(piece);
    }
    at = Find(target, piece, at);
    if (at == std::string_view::npos) return false;
    if (star == std::string_view::npos) return true;
    at += piece.size();
  }
}

}  // namespace newsmill
