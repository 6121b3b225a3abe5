#include "parser/extract/body/page_kind.h"

#include <re2/re2.h>

#include <algorithm>

#include "parser/extract/body/node_words.h"
#include "parser/html/regex_text.h"
#include "parser/html/text.h"

namespace newsmill::body {
namespace {

// Lengths as in Facts.
constexpr int kWallText = 2500;        // more is no wall
constexpr int kConsentText = 9000;     // these are wordy
constexpr int kParagraph = 160;        // of an article's own text
constexpr size_t kShortestAppeal = 8;  // bytes
constexpr int kTeasers = 8;
constexpr int kHubTeasers = 12;
constexpr int kItems = 6;     // of a list, without links
constexpr int kPictures = 5;  // of a gallery

// Of the title, or of a heading.
bool NamesChallenge(std::string_view line) {
  static const RE2 pattern(
      "(?i)^just a moment|checking your browser|making sure you.?re not a bot|"
      "attention required|verify(?:ing)? (?:that )?you are (?:a )?human|are "
      "you "
      "a robot|ddos.guard|^security check|pardon our interruption|bot "
      "verification|human verification|please wait while we verify|^access "
      "(?:to this page has been )?denied|^robot or human|^one moment, please|"
      "enable (?:js|javascript) and (?:cookies to continue|disable any ad "
      "blocker)|人机验证|安全验证|访问验证|滑动验证|ロボットではない");
  return RE2::PartialMatch(ForRegex(line), pattern);
}

bool NamesConsent(std::string_view line) {
  static const RE2 pattern(
      "(?i)^before you continue|^we (?:value|care about|respect) your privacy|"
      "^your privacy (?:choices|matters|settings)|^privacy (?:center|gate|"
      "settings|manager)|^cookie (?:consent|settings|wall|preferences)|"
      "^cookies? (?:zustimmen|akzeptieren)|^datenschutz-?(?:einstellungen|"
      "einwilligung)|^zustimmung|mit werbung weiterlesen|^gdpr|^votre vie "
      "privée|^nous (?:respectons|utilisons) .{0,20}(?:vie privée|cookies)|"
      "^tu privacidad|^la tua privacy|^bevor sie (?:fortfahren|weiterlesen)|"
      "^consent(?: |$)|^privacyinstellingen|^dpg media privacy");
  return RE2::PartialMatch(ForRegex(line), pattern);
}

bool NamesLogin(std::string_view line) {
  static const RE2 pattern(
      "(?i)^(?:please )?(?:log|sign) ?in(?: |$|[|:-])|^login(?: |$|[|:-])|"
      "^anmelden|^einloggen|^se connecter|^connexion|^iniciar "
      "sesión|^accedi(?: "
      "|$)|^inloggen|^logga in|^log ind|^zaloguj|^вход(?: "
      "|$)|^войти|^登录|^登錄|"
      "^ログイン|^로그인|^subscribe to (?:continue|read|keep "
      "reading)|^register "
      "to (?:continue|read)|^to continue reading|^this "
      "(?:article|content|story) "
      "is (?:for|only for|reserved|exclusive)");
  return RE2::PartialMatch(ForRegex(line), pattern);
}

// Anywhere in a short text.
bool AsksToPay(std::string_view line) {
  static const RE2 pattern(
      "(?i)subscribe (?:now )?to (?:continue|read|keep)|to continue reading|"
      "already a (?:subscriber|member)\\?|(?:log|sign) ?in to "
      "(?:continue|read)|"
      "this (?:article|content|story) is (?:for|only for|reserved "
      "for|exclusive "
      "to) (?:our )?(?:subscribers|members)|jetzt (?:abonnieren und )?"
      "weiterlesen|weiterlesen mit|nur für abonnenten|réservé (?:aux|à nos) "
      "abonnés|il vous reste|contenido exclusivo para (?:suscriptores|socios)|"
      "suscríbete para (?:seguir|leer)|contenuto riservato|conteúdo exclusivo "
      "para assinantes|alleen voor "
      "abonnees|登录后(?:阅读|查看)|付费(?:阅读|内容)|"
      "この記事は会員限定|有料会員");
  return RE2::PartialMatch(ForRegex(line), pattern);
}

bool NamesError(std::string_view line) {
  static const RE2 pattern(
      "(?i)(?:^|\\W)404(?:\\W|$)|(?:page|article|story|content) (?:was |could "
      ")?"
      "(?:not (?:be )?found|no longer (?:exists?|available)|doesn.?t exist|has "
      "been (?:removed|deleted))|not found$|^oops|seite (?:wurde )?nicht "
      "gefunden|nicht gefunden$|existiert nicht|page (?:introuvable|non "
      "trouvée)|página no (?:encontrada|existe)|página não encontrada|pagina "
      "non trovata|pagina niet gevonden|sidan (?:kunde inte|hittades)|siden "
      "(?:ble ikke|blev ikke|finnes ikke)|nie znaleziono|страница не найдена|"
      "sayfa bulunamadı|页面不存在|页面(?:已|没有)?(?:找不到|丢失|删除)|"
      "内容(?:不存在|已删除)|文章(?:不存在|已删除|已被删除)|ページが(?:"
      "見つかり|存在し)|"
      "페이지를 찾을 수");
  return RE2::PartialMatch(ForRegex(line), pattern);
}

class Judge {
 public:
  Judge(const Document& document, const std::vector<Facts>& facts,
        const std::vector<TextBlock>& blocks, const Url& url,
        const v1::Article& article)
      : document_(document),
        facts_(facts),
        blocks_(blocks),
        url_(url),
        article_(article) {
    ReadPage();
    for (const TextBlock& block : blocks) {
      if (block.kind == v1::Block::IMAGE) ++shown_;
      if (block.kind == v1::Block::LIST_ITEM && block.linked == 0) ++items_;
      if (block.kind == v1::Block::CAPTION) continue;
      body_ += block.length;
      if (block.length >= kParagraph && block.linked * 2 < block.length) {
        ++paragraphs_;
      }
    }
  }

  PageKind Run() const {
    if (all_text_ < kWallText) {
      if (const auto said = Saying(NamesChallenge, true)) {
        return Is(v1::REASON_CHALLENGE, *said);
      }
    }
    if (all_text_ < kConsentText && body_ < kWallText && !HasDate()) {
      if (const auto said = Saying(NamesConsent, false)) {
        return Is(v1::REASON_CONSENT, *said);
      }
    }
    if (body_ < 600 && paragraphs_ < 3) {
      if (const auto said = Saying(NamesError, false)) {
        return Is(v1::REASON_SOFT_404, *said);
      }
    }
    if (const PageKind kind = JudgeLogin(); kind.reason != 0) return kind;
    if (const PageKind kind = JudgeList(); kind.reason != 0) return kind;
    if (IsShell()) return Is(v1::REASON_EMPTY_SHELL, "its frame is empty");
    PageKind kind;
    kind.type = TypeOf();
    return kind;
  }

 private:
  void ReadPage() {
    for (NodeId node = 0; node < facts_.size();) {
      const Facts& one = facts_[node];
      all_text_ += one.own_text;
      switch (document_.tag_id(node)) {  // facts leave out what is hidden
        case Tag::kTitle:
          if (title_.empty())
            title_ = CollapseBlanks(document_.TextContent(node));
          break;
        case Tag::kH1:
        case Tag::kH2:
        case Tag::kH3:
        case Tag::kH4:
          ReadHeading(node);
          break;
        case Tag::kImg:
          if (!one.dropped) ++images_;
          break;
        case Tag::kVideo:
          ++videos_;
          break;
        case Tag::kDiv:
          ReadFrame(node);
          break;
        default:
          break;
      }
      ++node;
    }
  }

  void ReadHeading(NodeId node) {
    const Facts& one = facts_[node];
    if (headings_.size() < 12) {
      headings_.push_back(InlineText(document_, node));
    }
    const bool inside_link =
        facts_[document_.parent(node)].tag == Tag::kA ||
        (document_.parent(document_.parent(node)) != kNoNode &&
         facts_[document_.parent(document_.parent(node))].tag == Tag::kA);
    const bool linked = inside_link || one.own_linked * 10 > one.own_text * 8;
    if (one.own_text >= 15 && linked && one.tag != Tag::kH1) ++teasers_;
  }

  // What scripts fill later.
  void ReadFrame(NodeId node) {
    const std::string_view id = document_.attribute(node, "id").value_or("");
    if (id != "root" && id != "app" && id != "__next" && id != "__nuxt" &&
        id != "main-app") {
      return;
    }
    frame_ = true;
  }

  bool HasDate() const { return article_.has_date_published(); }

  // The title or a heading that says so; with `texts`, also the text.
  template <typename Says>
  std::optional<std::string> Saying(Says says, bool texts) const {
    if (says(title_)) return title_;
    for (const std::string& heading : headings_) {
      if (says(heading)) return heading;
    }
    if (!texts) return std::nullopt;
    for (const TextBlock& block : blocks_) {
      if (says(block.text)) return block.text;
    }
    return std::nullopt;
  }

  static PageKind Is(v1::Reason reason, std::string_view detail) {
    constexpr size_t kLongestDetail = 120;
    PageKind kind;
    kind.reason = reason;
    kind.detail = std::string(detail.substr(0, kLongestDetail));
    return kind;
  }

  PageKind JudgeLogin() const {
    if (paragraphs_ > 1 || body_ > 900) return {};
    if (NamesLogin(title_) && all_text_ < kWallText) {
      return Is(v1::REASON_LOGIN, title_);
    }
    if (body_ > 500) return {};
    // The blocks are without what leads elsewhere.
    for (NodeId node = 0; node < facts_.size();) {
      if (facts_[node].dropped) {
        node = document_.subtree_end(node);
        continue;
      }
      const std::string_view text = TrimBlanks(document_.text(node));
      if (text.size() > kShortestAppeal && AsksToPay(text)) {
        return Is(v1::REASON_LOGIN, CollapseBlanks(text));
      }
      ++node;
    }
    return {};
  }

  // Headings that lead away, and no text of its own that is worth the name.
  PageKind JudgeList() const {
    if (teasers_ < kTeasers) return {};
    const bool front = url_.path().empty() || url_.path() == "/";
    const bool known = url_.host() != "unknown.invalid";
    const std::string detail = std::to_string(teasers_) + " linked headings";
    if (known && front && paragraphs_ < 6) return Is(v1::REASON_LIST, detail);
    // Ingredients and steps are text of their own, however short.
    const bool instructs = items_ >= kItems;
    const bool short_text = body_ < teasers_ * 60 && !HasDate() && !instructs;
    if (paragraphs_ == 0 && short_text) return Is(v1::REASON_LIST, detail);
    // A hub says in a paragraph what its stories are about.
    const bool says_article =
        article_.page_type() != v1::Article::PAGE_TYPE_UNSPECIFIED ||
        article_.authors_size() > 0;
    if (paragraphs_ == 1 && short_text && !says_article &&
        teasers_ >= kHubTeasers) {
      return Is(v1::REASON_LIST, detail);
    }
    return {};
  }

  bool IsShell() const {
    return frame_ && all_text_ < 60 && body_ == 0 &&
           article_.article_body().empty() && !HasDate();
  }

  v1::Article::PageType TypeOf() const {
    if (paragraphs_ >= 2 || body_ > 800) return v1::Article::ARTICLE;
    const std::string_view path = url_.path();
    const auto has = [&](std::string_view part) {
      return path.find(part) != std::string_view::npos;
    };
    if (videos_ > 0 || article_.videos_size() > 0 || has("/video")) {
      return v1::Article::VIDEO;
    }
    const bool named = has("/gallery") || has("/photos") || has("/galerie") ||
                       has("/fotostrecke") || has("/slideshow");
    if ((named && images_ >= 3) || shown_ >= kPictures) {
      return v1::Article::GALLERY;
    }
    return v1::Article::ARTICLE;
  }

  const Document& document_;
  const std::vector<Facts>& facts_;
  const std::vector<TextBlock>& blocks_;
  const Url& url_;
  const v1::Article& article_;

  std::string title_;
  std::vector<std::string> headings_;
  int all_text_ = 0;
  int body_ = 0;
  int paragraphs_ = 0;
  int teasers_ = 0;
  int images_ = 0;
  int shown_ = 0;  // of them in the body
  int items_ = 0;
  int videos_ = 0;
  bool frame_ = false;
};

}  // namespace

PageKind JudgePage(const Document& document, const std::vector<Facts>& facts,
                   const std::vector<TextBlock>& blocks, const Url& url,
                   const v1::Article& article) {
  return Judge(document, facts, blocks, url, article).Run();
}

}  // namespace newsmill::body
