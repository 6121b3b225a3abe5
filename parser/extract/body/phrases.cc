#include "parser/extract/body/phrases.h"

#include <re2/re2.h>

#include "parser/html/regex_text.h"

namespace newsmill::body {

bool HeadsOtherArticles(std::string_view line) {
  constexpr size_t kLongest = 90;
  static const RE2 pattern(
      "(?i)^\\W*(?:related(?: (?:articles?|stories|posts?|content|news|"
      "topics?|links?|coverage|reading|videos?))?|you (?:may|might) also "
      "(?:like|enjoy|be interested in)|recommended(?: (?:articles?|stories|for "
      "you|reading|posts))?|read (?:more|next|also)|also read|more (?:stories|"
      "from .{1,30}|on this (?:story|topic)|news|to read|like this|in .{1,24})|"
      "see also|further reading|most (?:read|popular|viewed)|trending(?: now)?|"
      "editor'?s'? picks?|don'?t miss|up next|what to read next|latest "
      "(?:news|stories)|top stories|popular (?:posts|articles)|keep reading|"
      "mehr zum thema|mehr dazu|lesen sie auch|auch interessant|das "
      "könnte "
      "(?:sie|dich) (?:auch )?interessieren|weitere (?:artikel|themen|beitr"
      "äge|nachrichten|informationen)|meistgelesen|verwandte artikel|"
      "ähnliche (?:artikel|beiträge)|passend(?:e artikel)? zum thema|"
      "lire aussi|à lire (?:aussi|également)|sur le même "
      "(?:sujet|thème)|articles? (?:liés?|similaires?|associ"
      "és?)|voir aussi|les plus lus|lee también|te puede "
      "interesar|noticias? relacionad[ao]s?|artículos? relacionados?|"
      "más (?:noticias|leídas|información)|ver también|"
      "temas relacionados|leia (?:também|mais)|veja também|"
      "notícias relacionadas|leggi anche|articoli correlati|potrebbe "
      "interessarti|lees ook|lees meer|gerelateerd(?:e artikelen)?|meer over "
      ".{1,24}|läs (?:också|mer)|les også|læs også|"
      "lue myös|czytaj (?:także|też|więcej)|zobacz "
      "(?:także|też|wideo)|przeczytaj (?:także|też)|"
      "čtěte také|olvasd el ezt is|citițește "
      "și|baca juga|читайте "
      "также|читай"
      "те також|по "
      "теме|смотри"
      "те также|ilgili haberler|"
      "相关(?:阅读|新闻|推荐|文"
      "章|链接|报道)|延伸(?:阅读|"
      "閱讀)|推荐阅读|热门(?:推"
      "荐|文章|评论)|猜你喜欢|"
      "更多(?:阅读|新闻|文章)|最"
      "新(?:文章|新闻|评论)|最热"
      "评论|相關(?:新聞|文章|報"
      "導)|関連(?:記事|ニュース|"
      "リンク)|あわせて読み"
      "たい|관련 ?(?:기사|뉴스)|"
      "اقرأ أيضا)\\W*$");
  return line.size() <= kLongest && RE2::PartialMatch(ForRegex(line), pattern);
}

bool RefersElsewhere(std::string_view line) {
  constexpr size_t kLongest = 260;
  static const RE2 pattern(
      "(?i)^\\W*(?:(?:read (?:more|also|next|the full|related)|also read|see "
      "also|more:|related(?: (?:article|story|coverage|stories))?|watch(?: "
      "(?:now|more|next|also))?|recommended|lesen sie (?:auch|hier|mehr)|mehr "
      "(?:zum thema|dazu)|siehe auch|lire aussi|à lire (?:aussi|"
      "également)|voir aussi|lee también|lea también|leer "
      "más|le[ae] (?:também|mais|también)|leia (?:também|"
      "mais)|veja também|leggi anche|lees ook|läs (?:också|"
      "mer)|les også|læs også|lue myös|czytaj "
      "(?:także|też|więcej)|zobacz (?:także|też|"
      "wideo)|przeczytaj (?:także|też)|čtěte také|"
      "baca juga|читайте (?:"
      "также|також)|"
      "相关(?:阅读|新闻)|延伸阅"
      "读|推荐阅读|関連記事)\\s*"
      "[:：|–—>»-])");
  return line.size() <= kLongest && RE2::PartialMatch(ForRegex(line), pattern);
}

bool IsHouseNotice(std::string_view line) {
  constexpr size_t kLongest = 320;
  static const RE2 pattern(
      "(?i)^\\W*(?:advertis(?:e?ment|ing)|anzeige|werbung|publicidad|"
      "publicité|pubblicità|reklama?|annonce|广告|"
      "広告|loading\\W*|(?:article|story) continues (?:below|after)"
      ".*|continue reading.{0,40}|skip (?:past|to|ad).*|sign up (?:to|for|here"
      "|now).*|subscribe (?:to|now|here|today).*|follow (?:us|.{2,30} on "
      "(?:twitter|facebook|instagram|x|google)).*|like this story\\?.*|share "
      "(?:this|on|via).{0,50}|click here (?:to|for).{0,80}|get (?:our|the "
      "latest|more).{0,60}(?:inbox|newsletter|delivered).*|join (?:our|the "
      "conversation|over).{0,80}|download (?:our|the) .{0,30}app.{0,60}|"
      "image \\d+ of \\d+|\\d+ of \\d+|comments? (?:are )?closed\\.?|"
      "leave a (?:comment|reply).{0,40}|copyright \\W.{0,160}|©.{0,160}|"
      "all rights reserved.{0,80}|view (?:comments|gallery|more)|hide caption|"
      "toggle caption|enlarge this image|report (?:an error|a typo).{0,60}|"
      "\\d{1,3} min(?:ute)?s?\\.? (?:read|lesezeit|de lecture|de "
      "lectura|leestijd)|"
      "(?:reading time|lesezeit|temps de lecture|tiempo de lectura|leestijd)\\W"
      ".{0,30}|credits?:|never miss .*|already a subscriber.*|if you.?re "
      "already "
      "a subscriber.*|to view the full story.*|this entry was posted "
      "(?:on|in|by)"
      " .*|(?:der|dieser) (?:beitrag|eintrag|artikel) wurde "
      "(?:am|unter|in|von) "
      ".*(?:veröffentlicht|abgelegt|verschlagwortet|geschrieben|gepostet).*|"
      "ce(?:tte entrée|t article) a été publiée? .*|esta entrada (?:fue "
      "publicada|se publicó) .*|(?:written )?permission must be obtained .*|"
      "this (?:article|material|content) (?:is (?:the )?copyrighted|may not be "
      "published) .*|.{0,60} (?:is|are) not responsible for the opinions .*|"
      "(?:(?:dieses|diesen|den|das) )?(?:skript|artikel|beitrag|text) (?:als "
      "pdf "
      "(?:herunterladen|speichern)|drucken|teilen|vorlesen)|(?:anzeige|werbung)"
      "[,:] .{0,60}|(?:enthält|dieser artikel enthält) "
      "(?:affiliate|werbe).{0,60}|"
      "quellen(?:angaben)? (?:aus|ein)blenden|"
      "empfohlener redaktioneller inhalt|mit dem laden des .{0,40}|link zum "
      "youtube-inhalt|kommentare? (?:geschlossen|lesen|schreiben)|zum "
      "newsletter.{0,60}|jetzt (?:abonnieren|anmelden).{0,80}|"
      "责任编辑[:：].{0,40}|[\\[(【（]?"
      "责任编辑[:： ].{0,30}|编辑[:：]."
      "{0,20}|来源[:：].{0,30}|版权声明"
      ".{0,160}|举报|分享到.{0,20}|扫码"
      ".{0,30})[\\s*|.:–—-]*$");
  return line.size() <= kLongest && RE2::PartialMatch(ForRegex(line), pattern);
}

}  // namespace newsmill::body
