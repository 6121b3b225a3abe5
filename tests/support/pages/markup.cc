#include "tests/support/pages/markup.h"

#include <ctime>

#include "tests/support/pages/prose.h"

namespace newsmill::pages {
namespace {

constexpr char kBreak[] = "<br/><div class=\"contheight\"></div>";
constexpr char kNoBreakSpace[] = "\u00a0";
constexpr char kIdeographicSpace[] = "\u3000";

std::string Print(const v1::PageDate& date, const char* format) {
  const time_t local = static_cast<time_t>(date.time().seconds()) +
                       date.utc_offset_minutes() * 60;
  tm parts{};
  gmtime_r(&local, &parts);
  char text[40];
  return {text, strftime(text, sizeof text, format, &parts)};
}

// A lead word in bold makes no subheading of its paragraph.
std::string ParagraphText(const v1::Block& block, Dice& dice) {
  const std::string& text = block.text();
  const size_t comma = text.find("，");
  if (comma == std::string::npos || !dice.Chance(0.08)) return Escape(text);
  return "<strong>" + Escape(text.substr(0, comma)) + "</strong>" +
         Escape(text.substr(comma));
}

const v1::Image& ImageOf(const v1::Article& article, const v1::Block& block) {
  return article.images(block.image());
}

std::string Sizes(const v1::Image& image) {
  return " width=\"" + std::to_string(image.width()) + "\" height=\"" +
         std::to_string(image.height()) + "\"";
}

}  // namespace

std::string Escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string PrintMinute(const v1::PageDate& date) {
  return Print(date, "%Y-%m-%d %H:%M");
}

std::string PrintIso(const v1::PageDate& date) {
  return Print(date, "%Y-%m-%dT%H:%M:%S+08:00");
}

std::string BodyInParagraphs(const v1::Article& article, Dice& dice) {
  std::string html;
  for (const v1::Block& block : article.blocks()) {
    switch (block.kind()) {
      case v1::Block::IMAGE:
        html += "<img src=\"" + Escape(ImageOf(article, block).url()) + "\"" +
                Sizes(ImageOf(article, block)) + " alt=\"\"/>";
        break;
      case v1::Block::CAPTION:
        html += "<p class=\"image_desc\">" + Escape(block.text()) + "</p>";
        break;
      case v1::Block::SUBHEADING:
        html += "<p><strong>" + Escape(block.text()) + "</strong></p>";
        break;
      default:
        html += "<p>";
        if (dice.Chance(0.3)) {
          html += std::string(kIdeographicSpace) + kIdeographicSpace;
        }
        html += ParagraphText(block, dice) + "</p>\n";
    }
  }
  return html;
}

std::string BodyInBreaks(const v1::Article& article, Dice& dice) {
  std::string html;
  for (int i = 0; i < article.blocks_size(); ++i) {
    const v1::Block& block = article.blocks(i);
    switch (block.kind()) {
      case v1::Block::IMAGE:
        html += "<div style=\"text-align:center;\"><img alt=\"\" src=\"" +
                Escape(ImageOf(article, block).url()) + "\"" +
                Sizes(ImageOf(article, block)) + "/></div>";
        break;
      case v1::Block::CAPTION:
        html += "<span style=\"color: rgb(128, 128, 128);\">" +
                Escape(block.text()) + kBreak + "</span>";
        break;
      case v1::Block::SUBHEADING:
        html += "<strong>" + Escape(block.text()) + "</strong>" + kBreak;
        break;
      default:
        html += ParagraphText(block, dice);
        if (dice.Chance(0.1)) html += kNoBreakSpace;
        if (i + 1 < article.blocks_size()) html += kBreak;
    }
  }
  return html;
}

Filler MakeFiller(Dice& dice, size_t bytes) {
  Filler filler;
  if (bytes == 0) return filler;
  const Prose prose(Language::kChinese);
  filler.head = "<style>";
  while (filler.head.size() < bytes / 4) {
    filler.head += ".c" + std::to_string(dice.Below(100000)) +
                   "{margin:" + std::to_string(dice.Below(40)) + "px;color:#" +
                   std::to_string(dice.Between(100000, 999999)) + "}\n";
  }
  filler.head += "</style><script>var filler=[";
  while (filler.head.size() < bytes / 2) {
    filler.head += std::to_string(dice.Below(1000000)) + ",";
  }
  filler.head += "0];</script>";
  filler.tail = "<div class=\"side_teasers\"><ul>";
  while (filler.tail.size() < bytes / 2) {
    filler.tail += "<li class=\"teaser\"><a href=\"/list_" +
                   std::to_string(dice.Below(99999)) + "\"><span>" +
                   Escape(prose.Headline(dice)) + "</span></a></li>\n";
  }
  filler.tail += "</ul></div>";
  return filler;
}

}  // namespace newsmill::pages
