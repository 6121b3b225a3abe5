#include "parser/media_type.h"

namespace newsmill {
namespace {

struct Magic {
  size_t at;
  std::string_view bytes;
  const char* name;
};

// WHATWG MIME Sniffing, section 6, and what is met besides.
constexpr Magic kMagic[] = {
    {0, "%PDF-", "PDF"},
    {0, "\x89PNG\r\n\x1a\n", "PNG image"},
    {0, "GIF87a", "GIF image"},
    {0, "GIF89a", "GIF image"},
    {0, "\xFF\xD8\xFF", "JPEG image"},
    {8, "WEBPVP", "WebP image"},
    {0, std::string_view("\0\0\1\0", 4), "icon"},
    {4, "ftyp", "MP4 video"},
    {0, "\x1A\x45\xDF\xA3", "WebM video"},
    {0, "OggS", "Ogg media"},
    {0, "ID3", "MP3 audio"},
    {0, "PK\x03\x04", "ZIP archive"},
    {0, "\x1f\x8b\x08", "gzip archive"},
    {0, "Rar!\x1a\x07", "RAR archive"},
    {0, "wOFF", "font"},
    {0, "wOF2", "font"},
};

bool IsFeed(std::string_view start) {
  if (start.substr(0, 5) != "<?xml") return false;
  for (const std::string_view root :
       {"<rss", "<feed", "<urlset", "<sitemapindex", "<rdf:RDF"}) {
    if (start.find(root) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> ForeignMediaType(std::string_view body,
                                            std::string_view content_type) {
  for (const Magic& magic : kMagic) {
    if (body.size() >= magic.at + magic.bytes.size() &&
        body.substr(magic.at, magic.bytes.size()) == magic.bytes) {
      return magic.name;
    }
  }
  std::string_view start = body.substr(0, 1024);
  if (start.substr(0, 3) == "\xEF\xBB\xBF") start.remove_prefix(3);
  const size_t first = start.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return std::nullopt;
  start.remove_prefix(first);
  const bool says_json = content_type.find("json") != std::string_view::npos;
  if (says_json && (start[0] == '{' || start[0] == '[')) return "JSON";
  if (IsFeed(start)) return "feed";
  return std::nullopt;
}

bool IsBinary(std::string_view body, std::string_view charset) {
  constexpr size_t kLooked = 1024;
  constexpr size_t kAllowed = 32;  // one of so many: a fault of the page
  if (charset.starts_with("UTF-16") || charset.starts_with("UTF-32")) {
    return false;  // every second byte is a control character
  }
  const std::string_view start = body.substr(0, kLooked);
  size_t binary = 0;
  for (const char c : start) {
    const auto byte = static_cast<unsigned char>(c);
    const bool written = byte == '\t' || byte == '\n' || byte == '\f' ||
                         byte == '\r' || byte == 0x1b;
    binary += byte < 0x20 && !written ? 1 : 0;
  }
  return binary * kAllowed > start.size();
}

}  // namespace newsmill
