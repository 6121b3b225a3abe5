#include "tests/support/pages/layouts.h"

// The pages before 2022, desktop and mobile.

namespace newsmill::pages {
namespace {

std::string Title(const MadeSite& site, const v1::Article& article) {
  return Escape(article.headline()) + "_" +
         Escape(article.article_section().name()) + "_" + site.title + "-" +
         site.title_latin;
}

std::string Keywords(const v1::Article& article, Dice& dice) {
  const char* separator = dice.Chance(0.5) ? " " : ",";
  std::string text;
  for (const std::string& keyword : article.keywords()) {
    text += (text.empty() ? "" : separator) + keyword;
  }
  return Escape(text);
}

// An organisation's byline is often all there is; its source is then left out.
std::string SourceSpan(const v1::Article& article, Dice& dice) {
  if (article.authors_size() == 0 && dice.Chance(0.5)) return "<span> </span>";
  return "<span>\n 来源：" + Escape(article.source_organization().name()) +
         "</span>";
}

std::string DesktopAbout(const v1::Article& article, Dice& dice) {
  return "<div class=\"news_about\">\n<p>" + Escape(article.byline()) +
         "</p>\n<p>\n\t\t\t" + PrintMinute(article.date_published()) +
         SourceSpan(article, dice) +
         "\n</p><div class=\"font_size\"><span>字号</span><ul><li>超大</li>"
         "<li>大</li><li class=\"on\">标准</li></ul></div></div>";
}

std::string DesktopTail(const MadeSite& site, const v1::Article& article,
                        Dice& dice) {
  const std::string brackets[2][2] = {{"（", "）"}, {"(", ")"}};
  const auto& bracket = brackets[dice.Below(2)];
  return "<div class=\"news_editor\">责任编辑：" +
         Escape(article.editors(0).name()) + "<span>" + site.title +
         "报料：000-000\u00a0\u00a0" + site.title +
         "，未经授权不得转载</span></div><div class=\"news_keyword\">关键词 "
         "&gt;&gt; " +
         Keywords(article, dice) +
         "</div><div class=\"news_love\"><input id=\"hidden_contid\" "
         "type=\"hidden\" value=\"" +
         article.article_id() + "\"><a class=\"zan\" contid=\"" +
         article.article_id() + "\" praisetimes=\"" +
         std::to_string(article.like_count() + 1) + "\">\n" +
         std::to_string(article.like_count()) +
         "</a><a class=\"genzong\" id=\"genzong\">跟踪: " +
         Escape(article.tracking_keyword()) +
         "</a></div><div class=\"news_tit3\"><h2 id=\"comm_span\">评论<span>" +
         bracket[0] + std::to_string(article.comment_count()) + bracket[1] +
         "</span></h2></div>";
}

}  // namespace

std::string RenderLegacyDesktop(const MadeSite& site, v1::Article& article,
                                Dice& dice, const Filler& filler) {
  const std::string hidden = dice.Chance(0.3)
                                 ? "<div class=\"hide_word\">(本文来自" +
                                       site.title + "，更多原创资讯请下载“" +
                                       site.title + "”APP)</div>"
                                 : "";
  std::string page =
      "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" "
      "\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\"><html>"
      "<head><meta http-equiv=\"Content-Type\" content=\"text/html; "
      "charset=utf-8\"/><title>" +
      Title(site, article) + "</title><meta name=\"Description\" content=\"" +
      Escape(article.description()) + "\"/>" + filler.head +
      "</head><body><div class=\"newscontent\"><div class=\"news_path\">"
      "<a href=\"/\">首页</a> &gt; <a href=\"list_" +
      article.article_section().section_id() + "\">" +
      Escape(article.article_section().name()) +
      "</a></div><h1 class=\"news_title\">" + Escape(article.headline()) +
      "</h1>" + DesktopAbout(article, dice) +
      "<div class=\"news_txt\" data-size=\"standard\">" +
      BodyInBreaks(article, dice) + hidden +
      "</div><div class=\"go_to_topic\"></div><script>var size = \"标准\";"
      "</script>" +
      DesktopTail(site, article, dice) + "</div>" + filler.tail +
      "</body></html>";
  return page;
}

std::string RenderLegacyMobile(const MadeSite& site, v1::Article& article,
                               Dice& dice, const Filler& filler) {
  const std::string likes = std::to_string(article.like_count());
  std::string page =
      "<!DOCTYPE html><html><head><meta charset=\"utf-8\"/><title>" +
      Title(site, article) + "</title>" + filler.head +
      "</head><body><div id=\"v3cont_id\"><p class=\"detail-gm\">"
      "<span class=\"gg-gmcont\"><a href=\"list_" +
      article.article_section().section_id() + "\">" +
      Escape(article.article_section().name()) +
      "</a></span></p><div class=\"news_content\"><h1 class=\"t_newsinfo\">" +
      Escape(article.headline()) + "</h1><p class=\"about_news\">" +
      Escape(article.byline()) + "</p><p class=\"about_news\">" +
      PrintMinute(article.date_published()) + "\u00a0\n来源：" +
      Escape(article.source_organization().name()) +
      "</p><div class=\"news_part_father\"><div class=\"news_part "
      "news_part_limit\"><div>" +
      BodyInBreaks(article, dice) +
      "</div></div><div class=\"news_part_all\">点击查看全文</div></div>"
      "<div class=\"news_bl\"><span>责任编辑：" +
      Escape(article.editors(0).name()) + "</span> " + site.title +
      "，未经授权不得转载。</div><div class=\"fxOrdz\"><a class=\"dz\" "
      "id=\"news_praise\" href=\"javascript:voteContxq('" +
      article.article_id() + "','" + std::to_string(article.like_count() + 1) +
      "');\"><em></em>" + likes +
      "</a></div><div class=\"news_open_app\"><a> 打开" + site.title +
      "APP，发表评论 </a></div></div></div>" + filler.tail + "</body></html>";
  article.clear_keywords();
  article.clear_tracking_keyword();
  article.clear_comment_count();
  article.clear_description();
  return page;
}

std::string RenderRemoved(const MadeSite& site) {
  return "<html><head><meta charset=\"utf-8\"/><title>" + site.title +
         "</title></head><body><div class=\"newscontent\">"
         "<p class=\"news_txt\" style=\"padding:140px 0;text-align:center\">"
         "此文章已下线</p></div></body></html>";
}

}  // namespace newsmill::pages
