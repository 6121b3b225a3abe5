#include <nlohmann/json.hpp>

#include "tests/support/pages/layouts.h"

// Pages of sites without a layout in their rule: what their metadata and their
// paragraphs give.

namespace newsmill::pages {
namespace {

using Json = nlohmann::ordered_json;

// Everything below the text is left out: a reader without a rule cannot tell a
// subheading or a caption from a paragraph.
void KeepParagraphs(v1::Article& article) {
  google::protobuf::RepeatedPtrField<v1::Block> kept;
  for (const v1::Block& block : article.blocks()) {
    if (block.kind() == v1::Block::PARAGRAPH) *kept.Add() = block;
  }
  article.mutable_blocks()->Swap(&kept);
  std::string body;
  for (const v1::Block& block : article.blocks()) {
    body += (body.empty() ? "" : "\n") + block.text();
  }
  article.set_article_body(body);
  article.clear_images();
  article.clear_alternative_headline();
}

void ClearWhatNeedsARule(v1::Article& article) {
  article.clear_editors();
  article.clear_source_organization();
  article.clear_tracking_keyword();
  article.clear_like_count();
  article.clear_comment_count();
  article.clear_byline();
}

std::string Paragraphs(const v1::Article& article) {
  std::string html;
  for (const v1::Block& block : article.blocks()) {
    html += "<p>" + Escape(block.text()) + "</p>\n";
  }
  return html;
}

std::string LinkedData(const MadeSite& site, const v1::Article& article) {
  Json authors = Json::array();
  for (const v1::Person& person : article.authors()) {
    authors.push_back({{"@type", "Person"}, {"name", person.name()}});
  }
  Json keywords = Json::array();
  for (const std::string& keyword : article.keywords()) {
    keywords.push_back(keyword);
  }
  const Json data = {
      {"@context", "https://schema.org"},
      {"@type", "NewsArticle"},
      {"headline", article.headline()},
      {"description", article.description()},
      {"datePublished", PrintIso(article.date_published())},
      {"author", authors},
      {"publisher", {{"@type", "Organization"}, {"name", site.title}}},
      {"articleSection", article.article_section().name()},
      {"keywords", keywords},
      {"mainEntityOfPage", article.url()},
  };
  // "</" must not end the script; JSON may escape the slash.
  std::string text;
  for (const char c : data.dump()) text += c == '/' ? "\\/" : std::string(1, c);
  return "<script type=\"application/ld+json\">" + text + "</script>";
}

std::string Meta(const char* property, const std::string& content) {
  return "<meta property=\"" + std::string(property) + "\" content=\"" +
         Escape(content) + "\"/>";
}

}  // namespace

std::string RenderStructured(const MadeSite& site, v1::Article& article,
                             Dice& /*dice*/, const Filler& filler) {
  KeepParagraphs(article);
  const std::string language =
      site.language == Language::kChinese ? "zh-CN" : "en";
  std::string page =
      "<!DOCTYPE html><html lang=\"" + language +
      "\"><head><meta charset=\"utf-8\"/><title>" +
      Escape(article.headline() + " | " + site.title) +
      "</title><link rel=\"canonical\" href=\"" + article.url() + "\"/>" +
      Meta("og:type", "article") + Meta("og:title", article.headline()) +
      Meta("og:description", article.description()) +
      Meta("og:site_name", site.title) +
      Meta("article:published_time", PrintIso(article.date_published())) +
      LinkedData(site, article) + filler.head +
      "</head><body><nav><ul><li><a href=\"/\">Home</a></li></ul></nav>"
      "<main><article><h1>" +
      Escape(article.headline()) + "</h1><div class=\"text\">" +
      Paragraphs(article) + "</div></article></main>" + filler.tail +
      "<footer><div>" + Escape(site.title) + "</div></footer></body></html>";
  ClearWhatNeedsARule(article);
  article.mutable_article_section()->clear_section_id();
  return page;
}

std::string RenderPlain(const MadeSite& site, v1::Article& article,
                        Dice& /*dice*/, const Filler& filler) {
  KeepParagraphs(article);
  std::string page =
      "<!DOCTYPE html><html><head><meta charset=\"utf-8\"/><title>" +
      Escape(article.headline()) +
      "</title><meta name=\"description\" content=\"" +
      Escape(article.description()) + "\"/>" + filler.head +
      "</head><body><div><a href=\"/\">" + Escape(site.title) +
      "</a></div><h1>" + Escape(article.headline()) + "</h1><div>" +
      Paragraphs(article) + "</div>" + filler.tail + "</body></html>";
  ClearWhatNeedsARule(article);
  article.clear_authors();
  article.clear_keywords();
  article.clear_article_section();
  article.clear_date_published();
  return page;
}

}  // namespace newsmill::pages
