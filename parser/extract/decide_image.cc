#include "parser/extract/decide_image.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/base/text.h"
#include "parser/extract/article_filler.h"

namespace newsmill {
namespace {

bool IsWord(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }

// What cropping services and resizers add to an address.
bool IsRendition(std::string_view word) {
  constexpr std::array<std::string_view, 16> kWords = {
      "original",   "thumbnail",     "resizemode",  "quality",
      "1200x630",   "processed",     "uploads",     "pictures",
      "alternates", "dynamic",       "secondary",   "imgsize",
      "variantbig", "variantbig1xn", "placeholder", "photostory"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

// The words of an address that tell one picture from another: long ones with a
// digit in them.
std::vector<std::string> Marks(std::string_view url) {
  constexpr size_t kShortest = 7;
  std::vector<std::string> marks;
  const std::string lower = AsciiLowered(url);
  const size_t host = lower.find("//");
  const size_t from = host == lower.npos ? 0 : lower.find('/', host + 2);
  if (from == lower.npos) return marks;
  for (size_t at = from; at < lower.size();) {
    size_t end = at;
    bool digit = false;
    while (end < lower.size() && IsWord(lower[end])) {
      digit = digit || lower[end] <= '9';
      ++end;
    }
    const std::string word = lower.substr(at, end - at);
    // A percent-escape's two digits may lead: "%2f9c36b38b".
    if (digit && word.size() >= kShortest && !IsRendition(word)) {
      marks.push_back(word.starts_with("2f") ? word.substr(2) : word);
    }
    at = std::max(end, at + 1);
  }
  return marks;
}

bool SamePicture(const std::vector<std::string>& a, std::string_view url) {
  const std::vector<std::string> b = Marks(url);
  return std::any_of(a.begin(), a.end(), [&](const std::string& mark) {
    return std::find(b.begin(), b.end(), mark) != b.end();
  });
}

// Made for social networks rather than for the page.
bool IsMadeForSharing(std::string_view url) {
  constexpr std::array<std::string_view, 16> kSigns = {
      "1200x630", "1200x627",  "1200x628", "h=630",  "h%3d630", "h=627",
      "h:630",    "branded",   "overlay",  "social", "/ogp/",   "ogimage",
      "og-image", "opengraph", "/share/",  "crop=1"};
  const std::string lower = AsciiLowered(url);
  return std::any_of(kSigns.begin(), kSigns.end(), [&](std::string_view sign) {
    return lower.find(sign) != lower.npos;
  });
}

// The first picture of the article: from shortly before its heading on.
size_t FirstShown(const Candidates& found, NodeId heading) {
  constexpr NodeId kBefore = 80;
  for (size_t i = 0; i < found.shown_images.size(); ++i) {
    const ImageCandidate& image = found.shown_images[i];
    if (found.IsBeside(image.node, heading)) continue;
    if (heading != kNoNode && image.node + kBefore < heading) continue;
    const v1::Image& shown = image.image;
    const bool small = (shown.has_width() && shown.width() < 200) ||
                       (shown.has_height() && shown.height() < 120);
    if (!small) return i;
  }
  return Decision::kNone;
}

}  // namespace

ImageDecision DecideImages(const Candidates& found, NodeId heading) {
  ImageDecision decision;
  for (size_t i = 0; i < found.images.size(); ++i) {
    decision.scores.push_back(found.images[i].trust);
    if (!decision.decided() ||
        found.images[i].trust > found.images[decision.winner].trust) {
      decision.winner = i;
    }
  }
  if (decision.decided()) {
    const ImageCandidate& winner = found.images[decision.winner];
    for (const ImageCandidate& other : found.images) {
      if (other.detail == winner.detail && other.source == winner.source) {
        decision.images.push_back(other.image);
      }
    }
    if (IsMadeForSharing(winner.text)) {
      const std::vector<std::string> marks = Marks(winner.text);
      for (const ImageCandidate& shown : found.shown_images) {
        if (!SamePicture(marks, shown.text)) continue;
        if (found.IsBeside(shown.node, heading)) continue;
        decision.images[0].set_url(shown.text);
        decision.images[0].clear_width();
        decision.images[0].clear_height();
        decision.why = "as the article shows it, not as it is cut for sharing";
        break;
      }
    }
  } else if (const size_t first = FirstShown(found, heading);
             first != Decision::kNone) {
    decision.winner = found.images.size() + first;
    decision.images.push_back(found.shown_images[first].image);
    decision.why = "the first picture of the article";
  }
  if (decision.decided()) decision.value = decision.images[0].url();
  return decision;
}

}  // namespace newsmill
