#include <nlohmann/json.hpp>

#include "tests/support/pages/layouts.h"

// The modern pages: rendered by Next.js, with or without its data script.

namespace newsmill::pages {
namespace {

using Json = nlohmann::ordered_json;

// As Next.js writes JSON into a script: nothing in it can end the script.
std::string ScriptJson(const Json& json) {
  std::string text;
  for (const char c : json.dump()) {
    switch (c) {
      case '<':
        text += "\\u003c";
        break;
      case '>':
        text += "\\u003e";
        break;
      case '&':
        text += "\\u0026";
        break;
      default:
        text += c;
    }
  }
  return text;
}

std::string DataScript(const Json& data) {
  return "<script id=\"__NEXT_DATA__\" type=\"application/json\">" +
         ScriptJson(data) + "</script>";
}

// The suffix that a build gives to a CSS module's class.
std::string BuildHash(Dice& dice) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  std::string hash;
  for (int i = 0; i < 5; ++i) hash += kLetters[dice.Below(kLetters.size() - 1)];
  return hash;
}

struct Classes {
  explicit Classes(Dice& dice) : hash(BuildHash(dice)) {}
  std::string operator()(std::string_view name) const {
    return "class=\"index_" + std::string(name) + "__" + hash + "\"";
  }
  std::string hash;
};

Json ImageList(const v1::Article& article) {
  Json images = Json::array();
  for (const v1::Image& image : article.images()) {
    images.push_back({{"url", image.url()},
                      {"width", std::to_string(image.width())},
                      {"height", std::to_string(image.height())},
                      {"description", image.caption()}});
  }
  return images;
}

Json TagList(const v1::Article& article) {
  Json tags = Json::array();
  for (const std::string& keyword : article.keywords()) {
    tags.push_back({{"tagId", 700 + tags.size()}, {"tag", keyword}});
  }
  return tags;
}

Json ContentDetail(const v1::Article& article, Dice& dice,
                   const std::string& body) {
  const int64_t published = article.date_published().time().seconds() * 1000;
  const int node = std::stoi(article.article_section().section_id());
  const std::string prefix = dice.Chance(0.5) ? "责任编辑：" : "";
  Json detail = {
      {"contId", article.article_id()},
      {"name", article.headline()},
      {"shareName", article.headline()},
      {"summary", article.description()},
      {"author", article.byline()},
      {"source", article.source_organization().name()},
      {"pubTime", PrintMinute(article.date_published())},
      {"publishTime", published},
      {"pubTimeLong", published},
      {"content", body},
      {"responEditor", prefix + article.editors(0).name()},
      {"nodeInfo",
       {{"nodeId", node},
        {"name", article.article_section().name()},
        {"summarize", "A column, not the article."}}},
      {"tagList", TagList(article)},
      {"trackKeyword", article.tracking_keyword()},
      {"images", ImageList(article)},
      {"praiseTimes", std::to_string(article.like_count())},
      {"interactionNum", std::to_string(article.comment_count())},
      {"isOutForward", "0"},
      {"paywalled", false},
      {"link", ""},
  };
  if (article.images_size() > 0) detail["pic"] = article.images(0).url();
  return detail;
}

std::string Head(const MadeSite& site, const v1::Article& article,
                 const Filler& filler) {
  std::string keywords;
  for (const std::string& keyword : article.keywords()) {
    keywords += (keywords.empty() ? "" : ",") + keyword;
  }
  return "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"/>"
         "<title>" +
         Escape(article.headline()) + "_" +
         Escape(article.article_section().name()) + "_" + site.title + "-" +
         site.title_latin + "</title><meta name=\"description\" content=\"" +
         Escape(article.description()) +
         "\"/><meta property=\"keywords\" content=\"" + Escape(keywords) +
         "\"/><meta property=\"og:title\" content=\"" +
         Escape(article.headline()) + "\"/>" + filler.head + "</head>";
}

constexpr char kMenu[] =
    "<header><ul><li><a href=\"/\">首页</a></li>"
    "<li><a href=\"/channel_25950\">时事</a></li></ul></header>";

std::string Foot(const MadeSite& site) {
  return "<footer><div>" + site.title +
         "报料热线：000-000000</div><div>互联网新闻信息服务许可证：（测试）</"
         "div>"
         "</footer>";
}

std::string Tags(const v1::Article& article, const Classes& classes) {
  std::string html;
  for (const std::string& keyword : article.keywords()) {
    html += "<span " + classes("tag") + ">" + Escape(keyword) + "</span>";
  }
  return html;
}

std::string ArticleMarkup(const MadeSite& site, const v1::Article& article,
                          Dice& dice, const std::string& body) {
  const Classes c(dice);
  return "<div " + c("wrapbox") + "><div " + c("wrapper") + "><h1 " +
         c("title") + ">" + Escape(article.headline()) + "</h1><div " +
         c("headerContent") + "><div " + c("left") + "><div>" +
         Escape(article.byline()) +
         "</div><div class=\"ant-space ant-space-horizontal\">"
         "<div class=\"ant-space-item\"><span>" +
         PrintMinute(article.date_published()) +
         "</span></div><div class=\"ant-space-item\"><span>来源：<a " +
         c("inherit") + ">" + Escape(article.source_organization().name()) +
         "</a></span></div></div></div><div>字号</div></div><div " +
         c("cententWrapBox") + "><div " + c("cententWrap") + ">" + body +
         "</div></div><div " + c("copyrightBox") +
         "><div class=\"ant-space ant-space-horizontal\">"
         "<div class=\"ant-space-item\"><div>责任编辑：" +
         Escape(article.editors(0).name()) + "</div></div></div><div>" +
         site.title + "，未经授权不得转载</div></div><div>" + Tags(article, c) +
         "</div><div class=\"praiseNum index_num__" + c.hash + "\">" +
         std::to_string(article.like_count()) + "</div><h3>评论（<span " +
         c("number") + ">" + std::to_string(article.comment_count()) +
         "</span>）</h3></div></div>";
}

std::string Page(const MadeSite& site, const v1::Article& article,
                 const std::string& main, const Filler& filler,
                 const std::string& script) {
  return Head(site, article, filler) + "<body><div id=\"__next\"><div>" +
         kMenu + "<main>" + main + "</main>" + filler.tail + Foot(site) +
         "</div></div>" + script + "</body></html>";
}

Json Frame(const char* page, uint64_t id, Json page_props) {
  return {{"props", {{"pageProps", std::move(page_props)}, {"__N_SSP", true}}},
          {"page", page},
          {"query", {{"id", std::to_string(id)}}},
          {"buildId", "made-up-build"}};
}

}  // namespace

std::string RenderNext(const MadeSite& site, v1::Article& article, Dice& dice,
                       const Filler& filler) {
  const std::string body = dice.Chance(0.75) ? BodyInParagraphs(article, dice)
                                             : BodyInBreaks(article, dice);
  const Json data =
      Frame("/detail/[id]", std::stoull(article.article_id()),
            {{"detailData",
              {{"contType", 0},
               {"contentDetail", ContentDetail(article, dice, body)}}}});
  const std::string page =
      Page(site, article, ArticleMarkup(site, article, dice, body), filler,
           DataScript(data));
  article.clear_tracking_keyword();
  return page;
}

std::string RenderNextDom(const MadeSite& site, v1::Article& article,
                          Dice& dice, const Filler& filler) {
  const std::string body = BodyInParagraphs(article, dice);
  const std::string page =
      Page(site, article, ArticleMarkup(site, article, dice, body), filler, "");
  article.clear_tracking_keyword();
  article.mutable_article_section()->clear_section_id();
  return page;
}

std::string RenderNextVideoDom(const MadeSite& site, v1::Article& article,
                               Dice& dice, const Filler& filler) {
  const std::string hash = BuildHash(dice);
  const std::string text = Prose(site.language).Paragraph(dice);
  v1::Article shown;
  shown.set_site(article.site());
  shown.set_article_id(article.article_id());
  shown.set_article_key(article.article_key());
  shown.set_url(article.url());
  shown.set_headline(article.headline());
  *shown.mutable_date_published() = article.date_published();
  shown.set_like_count(article.like_count());
  shown.set_article_body(text);
  shown.add_videos()->set_url("https://video." + site.domain + "/" +
                              article.article_id() + ".mp4");
  const std::string main =
      "<div class=\"header_wrap__" + hash + "\"><video src=\"" +
      shown.videos(0).url() + "\"></video><h2 class=\"header_title__" + hash +
      "\">" + Escape(shown.headline()) +
      "</h2><div class=\"ant-space\"><div class=\"ant-space-item\">" +
      PrintMinute(shown.date_published()) +
      "</div></div><div class=\"praiseNum\">" +
      std::to_string(shown.like_count()) + "</div><p class=\"header_desc__" +
      hash + "\">" + Escape(text) + "</p></div>";
  const std::string page = Page(site, article, main, filler, "");
  article = shown;
  return page;
}

std::string RenderEmptyShell(const MadeSite& site, uint64_t id) {
  return "<!DOCTYPE html><html><head><meta charset=\"utf-8\"/><title>" +
         site.title +
         "</title></head><body><div id=\"__next\">"
         "<div class=\"ant-empty-description\">暂无数据</div></div>" +
         DataScript(
             Frame("/detail/[id]", id, {{"detailData", Json::object()}})) +
         "</body></html>";
}

std::string RenderList(const MadeSite& site, Dice& dice) {
  const Prose prose(site.language);
  Json list = Json::array();
  for (int i = 0; i < 20; ++i) {
    list.push_back({{"contId", std::to_string(dice.Between(100000, 999999))},
                    {"name", prose.Headline(dice)},
                    {"isOutForward", "0"}});
  }
  return "<!DOCTYPE html><html><head><meta charset=\"utf-8\"/><title>" +
         site.title + "</title></head><body><div id=\"__next\"></div>" +
         DataScript(Frame(
             "/list/[id]", 31001,
             {{"data", {{"list", std::move(list)}, {"hasNext", true}}}})) +
         "</body></html>";
}

}  // namespace newsmill::pages
