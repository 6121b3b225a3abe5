#include "parser/extract/shown_image.h"

#include <re2/re2.h>

#include <charconv>
#include <string>

#include "parser/html/text.h"

namespace newsmill {
namespace {

int32_t Pixels(const Document& document, NodeId node, const char* name) {
  const std::string_view text = document.attribute(node, name).value_or("");
  int32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::optional<v1::Image> ShownImage(const Document& document, NodeId node) {
  constexpr int32_t kPixel = 2;
  for (const char* from : {"data-src", "data-original", "data-lazy-src", "src",
                           "srcset", "data-srcset"}) {
    const auto value = document.attribute(node, from);
    if (!value) continue;
    std::string_view url = TrimBlanks(*value);
    url = url.substr(0, url.find(' '));
    if (url.empty() || url.starts_with("data:")) continue;
    v1::Image image;
    image.set_url(std::string(url));
    const int32_t width = Pixels(document, node, "width");
    const int32_t height = Pixels(document, node, "height");
    if ((width > 0 && width <= kPixel) || (height > 0 && height <= kPixel)) {
      return std::nullopt;
    }
    if (width > 0) image.set_width(width);
    if (height > 0) image.set_height(height);
    const std::string_view alt = document.attribute(node, "alt").value_or("");
    if (!IsBlank(alt)) image.set_alternate_text(CollapseBlanks(alt));
    return image;
  }
  return std::nullopt;
}

void SetCaption(std::string_view text, v1::Image* image) {
  static const RE2 credited(
      R"((?is)^(.*?)[\s(\[|/,–-]*(?:(?:photo(?:graph)?s?|fotos?|bild(?:er)?|image|picture|foto(?:grafía|grafie)?|crédit(?: photo)?|credit|zdjęcie|фото)(?:\s*(?:by|credit|von|de|di))?\s*[:：]|©|\(c\)|photo(?:graph)? by)\s*(.{2,80}?)[)\]\s]*$)");
  static const RE2 chinese(
      R"(^(.*?)[\s　(（]*((?:[\p{Han}]{0,8}(?:记者|通讯员))[\s　]*[\p{Han}]{2,4}[\s　]*摄(?:影)?|[\p{Han}]{2,4}[\s　/]*摄(?:影)?|(?:图片?(?:来源)?|供图)[:：/／][\s　]*[^。]{2,30})[)）\s　]*$)");
  std::string caption(TrimBlanks(text));
  const std::string whole = caption;
  std::string rest;
  std::string credit;
  if (RE2::FullMatch(whole, credited, &rest, &credit) ||
      RE2::FullMatch(whole, chinese, &rest, &credit)) {
    caption = TrimBlanks(rest);
    if (!image->has_credit_text()) {
      image->set_credit_text(std::string(TrimBlanks(credit)));
    }
  }
  if (!caption.empty() && !image->has_caption()) image->set_caption(caption);
}

}  // namespace newsmill
