// newsmill-cut-check FILE...: which saved pages (plain or gzip) have another
// tree after the cut. Exit code 1 if one has.

#include <cstdio>

#include "core/base/file.h"
#include "core/base/inflate.h"
#include "parser/html/decode.h"
#include "parser/html/tag_scan.h"
#include "tests/support/cut/cut_difference.h"

namespace newsmill {
namespace {

// What %s shows whole.
std::string Shown(const std::string& text) {
  std::string out;
  for (const char c : text) c == '\0' ? out += "\\0" : out += c;
  return out;
}

// Browsers with scripts take a noscript for text; as markup it may end a head.
std::string WithoutNoscript(std::string_view html) {
  std::string out;
  for (size_t at = 0; at < html.size();) {
    const size_t begin = std::min(html.find("<noscript", at), html.size());
    out += html.substr(at, begin - at);
    const size_t end = FindRawTextEnd(html, begin, "noscript");
    if (end == std::string_view::npos) break;
    at = end + std::string_view("</noscript>").size();
  }
  return out;
}

}  // namespace
}  // namespace newsmill

int main(int argc, char** argv) {
  using namespace newsmill;
  constexpr size_t kMaxBytes = 64 << 20;
  int differing = 0;
  for (int i = 1; i < argc; ++i) {
    Result<std::string> bytes = ReadFile(argv[i]);
    if (bytes && bytes->starts_with("\x1F\x8B")) {
      bytes = InflateBody(*bytes, "gzip", kMaxBytes);
    }
    if (!bytes) {
      std::fprintf(stderr, "%s: %s\n", argv[i], bytes.error().message.c_str());
      return 64;
    }
    const DecodedText text = DecodeText(*bytes, "text/html");
    for (const Cut cut : {Cut::kPlain, Cut::kLean}) {
      const char* const name = cut == Cut::kPlain ? "plain" : "lean";
      const std::string moved = cut::AsideDifference(text.utf8, cut);
      if (!moved.empty()) {
        ++differing;
        std::printf("%s (%s) what was set aside is not back:\n  %s\n", argv[i],
                    name, Shown(moved).c_str());
      }
      const std::string difference = cut::Difference(text.utf8, cut);
      const std::string lost = cut::LostText(text.utf8, cut);
      if (difference.empty() && lost.empty()) continue;
      const std::string shown = WithoutNoscript(text.utf8);
      if (cut::Difference(shown, cut).empty() &&
          cut::LostText(shown, cut).empty()) {
        std::printf("%s (%s): a noscript moves what follows\n", argv[i], name);
        continue;
      }
      ++differing;
      std::printf("%s (%s)%s%s\n  %s\n", argv[i], name,
                  lost.empty() ? "" : " LOST ", Shown(lost).c_str(),
                  Shown(difference).c_str());
    }
  }
  std::printf("%d of %d trees differ\n", differing, 2 * (argc - 1));
  return differing == 0 ? 0 : 1;
}
