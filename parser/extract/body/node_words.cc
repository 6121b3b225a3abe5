#include "parser/extract/body/node_words.h"

#include <array>
#include <cstddef>
#include <deque>
#include <vector>

namespace newsmill::body {
namespace {

struct Entry {
  // A blank stands for a border between words; without one at an end the text
  // may go on there.
  std::string_view text;
  uint32_t words;
};

constexpr Entry kEntries[] = {
    // The body itself.
    {" article body", kBody},
    {" articlebody", kBody},
    {" article content ", kBody},
    {" article text", kBody},
    {" articletext", kBody},
    {" articlecontent ", kBody},
    {" entry content", kBody},
    {" entrycontent", kBody},
    {" post content ", kBody},
    {" postcontent ", kBody},
    {" post body", kBody},
    {" postbody", kBody},
    {" story body", kBody},
    {" storybody", kBody},
    {" story content", kBody},
    {" storycontent", kBody},
    {" story text", kBody},
    {" storytext", kBody},
    {" body content ", kBody},
    {" content body ", kBody},
    {" body text ", kBody},
    {" bodytext ", kBody},
    {" article main ", kBody},
    {" news body", kBody},
    {" news content", kBody},
    {" newscontent", kBody},
    {" news text", kBody},
    {" newstext", kBody},
    {" article copy", kBody},
    {" body copy ", kBody},
    {" articulo cuerpo", kBody},
    {" cuerpo ", kBody},
    {" artikel text", kBody},
    {" artikeltext", kBody},
    {" article detail ", kBody},
    {" text content ", kGood},
    {" content text ", kBody},
    {" main content ", kGood},
    {" blog content", kBody},
    {" post entry", kBody},
    {" entry body", kBody},
    {" article page ", kGood},
    {" wysiwyg", kBody},
    {" rich text", kGood},
    {" richtext", kGood},
    {" td post content", kBody},
    {" single content", kBody},
    {" page content ", kGood},
    {" content article", kBody},
    {" contentarticle", kBody},
    {" art body", kBody},
    {" paragraph", kGood},
    {" artibody", kBody},
    {" texte ", kGood},
    {" detail content", kBody},
    {" art content", kBody},
    {" articlecontent", kBody},
    {" js content ", kBody},
    {" main text", kBody},
    {" maintext", kBody},
    {" post text", kBody},
    {" field name body", kBody},
    {" node content", kGood},
    {" content detail", kBody},
    {" contentdetail", kBody},
    {" text body", kBody},
    {" txt content", kBody},
    {" rm txt con", kBody},
    {" show text", kBody},
    // What such things are called.
    {" article ", kGood},
    {" articles ", 0},
    {" story ", kGood},
    {" post ", kGood},
    {" entry ", kGood},
    {" content", kGood},
    {" text ", kGood},
    {" body ", kGood},
    {" main ", kGood},
    {" hentry ", kGood},
    {" blog ", kGood},
    {" page ", kGood},
    {" artikel ", kGood},
    {" beitrag ", kGood},
    {" noticia ", kGood},
    // Readers.
    {" comment", kComment},
    {" disqus", kComment},
    {" kommentar", kComment},
    {" comentario", kComment},
    {" commentaire", kComment},
    {" discussion", kComment},
    {" respond ", kComment},
    {" replies ", kComment},
    {" livefyre", kComment},
    {" spot im", kComment},
    {" spotim", kComment},
    {" pinglun", kComment},
    {" trackback", kComment},
    {" pingback", kComment},
    {" leserbrief", kComment},
    {" coral ", kComment},
    {" viafoura", kComment},
    {" hyvor", kComment},
    // Other articles.
    {" related", kRelated},
    {" recommend", kRelated},
    {" recirc", kRelated},
    {" read more", kRelated},
    {" readmore", kRelated},
    {" read next", kRelated},
    {" readnext", kRelated},
    {" read also", kRelated},
    {" also read", kRelated},
    {" more from", kRelated},
    {" more stories", kRelated},
    {" more news", kRelated},
    {" more articles", kRelated},
    {" morearticles", kRelated},
    {" similar", kRelated},
    {" most read", kRelated},
    {" mostread", kRelated},
    {" most popular", kRelated},
    {" popular ", kRelated},
    {" trending", kRelated},
    {" outbrain", kRelated},
    {" taboola", kRelated},
    {" teaser", kRelated},
    {" see also", kRelated},
    {" seealso", kRelated},
    {" up next", kRelated},
    {" upnext", kRelated},
    {" next article", kRelated},
    {" next post", kRelated},
    {" nextpost", kRelated},
    {" prev post", kRelated},
    {" post navigation", kRelated},
    {" post nav", kRelated},
    {" nav links ", kRelated},
    {" latest", kRelated},
    {" verwandt", kRelated},
    {" relacionad", kRelated},
    {" relatedarticle", kRelated},
    {" linkbox", kRelated},
    {" link box", kRelated},
    {" keep reading", kRelated},
    {" further reading", kRelated},
    {" you may", kRelated},
    {" youmay", kRelated},
    {" dont miss", kRelated},
    {" suggest", kRelated},
    {" jp relatedposts", kRelated},
    {" yarpp", kRelated},
    {" crp related", kRelated},
    {" zergnet", kRelated},
    {" revcontent", kRelated},
    {" mgid", kRelated},
    {" plista", kRelated},
    {" linked article", kRelated},
    {" correlati", kRelated},
    {" lire aussi", kRelated},
    {" a lire", kRelated},
    {" aside link", kRelated},
    {" inline link", 0},
    {" liste articles", kRelated},
    {" mehr zum thema", kRelated},
    {" lees ook", kRelated},
    {" leesook", kRelated},
    {" top stories", kRelated},
    {" topstories", kRelated},
    {" headlines ", kRelated},
    {" article list", kRelated},
    {" news list", kRelated},
    {" newslist", kRelated},
    {" post list", kRelated},
    {" more on ", kRelated},
    {" explore more", kRelated},
    {" relacionados", kRelated},
    {" xgnews", kRelated},
    {" xiangguan", kRelated},
    {" tuijian", kRelated},
    {" hotnews", kRelated},
    {" hot news", kRelated},
    {" rank list", kRelated},
    {" ranking", kRelated},
    {" onward", kRelated},
    // Sharing.
    {" share ", kSocial},
    {" shares ", kSocial},
    {" sharing", kSocial},
    {" share bar", kSocial},
    {" sharebar", kSocial},
    {" sharetools", kSocial},
    {" sharebutton", kSocial},
    {" sharedaddy", kSocial},
    {" social", kSocial},
    {" addtoany", kSocial},
    {" addthis", kSocial},
    {" sociable", kSocial},
    {" follow us", kSocial},
    {" followus", kSocial},
    {" facebook", kSocial},
    {" twitter ", kSocial},
    {" whatsapp", kSocial},
    {" likebox", kSocial},
    {" bdshare", kSocial},
    {" reactions ", kSocial},
    {" rating", kSocial},
    {" like button", kSocial},
    {" teilen ", kSocial},
    {" fenxiang", kSocial},
    {" ssba", kSocial},
    {" shareaholic", kSocial},
    {" jetpack sharing", kSocial},
    {" post ratings", kSocial},
    {" kk star", kSocial},
    {" vote ", kSocial},
    // Money and mail.
    {" ad ", kPromo},
    {" ads ", kPromo},
    {" advert", kPromo},
    {" adsense", kPromo},
    {" adslot", kPromo},
    {" adunit", kPromo},
    {" ad unit", kPromo},
    {" adbox", kPromo},
    {" adcontainer", kPromo},
    {" sponsor", kPromo},
    {" promo ", kPromo},
    {" promos ", kPromo},
    {" promotion", kPromo},
    {" promoted", kPromo},
    {" newsletter", kPromo},
    {" subscribe", kPromo},
    {" subscription", kPromo},
    {" signup", kPromo},
    {" sign up", kPromo},
    {" donate", kPromo},
    {" donation", kPromo},
    {" mailchimp", kPromo},
    {" anzeige", kPromo},
    {" werbung", kPromo},
    {" publicidad", kPromo},
    {" publicite", kPromo},
    {" banner ", kPromo},
    {" shop ", kPromo},
    {" affiliate", kPromo},
    {" call to action", kPromo},
    {" cta ", kPromo},
    {" mc4wp", kPromo},
    {" mailing", kPromo},
    {" annonce", kPromo},
    {" contribut epic", kPromo},
    {" membership", kPromo},
    {" abo box", kPromo},
    {" guanggao", kPromo},
    {" support us", kPromo},
    {" coupon", kPromo},
    {" dfp ", kPromo},
    {" gpt ", kPromo},
    {" marketing", kPromo},
    {" optin", kPromo},
    // The frame.
    {" nav ", kChrome},
    {" navbar", kChrome},
    {" navigation", kChrome},
    {" menu", kChrome},
    {" breadcrumb", kChrome},
    {" sidebar", kChrome},
    {" side bar", kChrome},
    {" footer", kChrome},
    {" masthead", kChrome},
    {" toolbar", kChrome},
    {" tool bar", kChrome},
    {" pagination", kChrome},
    {" pager ", kChrome},
    {" paging", kChrome},
    {" skip link", kChrome},
    {" skiplink", kChrome},
    {" site header", kChrome},
    {" siteheader", kChrome},
    {" site footer", kChrome},
    {" widget", kChrome},
    {" topbar", kChrome},
    {" top bar", kChrome},
    {" jump", kChrome},
    {" search ", kChrome},
    {" search form", kChrome},
    {" copyright", kChrome},
    {" disclaimer", kChrome},
    {" print ", kChrome},
    {" tools ", kChrome},
    {" rail ", kChrome},
    {" right rail", kChrome},
    {" rechts ", kChrome},
    {" crumb", kChrome},
    {" mianbao", kChrome},
    {" edit section", kChrome},
    {" editsection", kChrome},
    {" table of contents", kChrome},
    {" tableofcontents", kChrome},
    {" toc ", kChrome},
    {" ez toc", kChrome},
    {" statement ", 0},
    {" error report", kChrome},
    {" feedback", kChrome},
    {" correction", kChrome},
    // What lies over the page.
    {" cookie", kOverlay},
    {" consent", kOverlay},
    {" gdpr", kOverlay},
    {" popup", kOverlay},
    {" pop up", kOverlay},
    {" modal", kOverlay},
    {" overlay", kOverlay},
    {" lightbox", kOverlay},
    {" onetrust", kOverlay},
    {" login", kOverlay},
    {" log in ", kOverlay},
    {" signin", kOverlay},
    {" sign in ", kOverlay},
    {" tooltip", kOverlay},
    {" dialog", kOverlay},
    {" datenschutz", kOverlay},
    {" didomi", kOverlay},
    {" cmp ", kOverlay},
    {" registration", kOverlay},
    {" toast ", kOverlay},
    {" dropdown", kOverlay},
    {" paywall", kPaywall},
    {" pay wall", kPaywall},
    {" regwall", kPaywall},
    {" piano ", kPaywall},
    {" premium wall", kPaywall},
    // Around the text.
    {" author", kAuthorBox},
    {" byline", kAuthorBox},
    {" autor ", kAuthorBox},
    {" auteur", kAuthorBox},
    {" autoren", kAuthorBox},
    {" biography", kAuthorBox},
    {" bio ", kAuthorBox},
    {" about the author", kAuthorBox},
    {" dateline ", 0},
    {" timestamp", kAuthorBox},
    {" post date", kAuthorBox},
    {" date ", kAuthorBox},
    {" post meta", kAuthorBox},
    {" postmeta", kAuthorBox},
    {" entry meta", kAuthorBox},
    {" article meta", kAuthorBox},
    {" meta info", kAuthorBox},
    {" metadata", kAuthorBox},
    {" meta ", kAuthorBox},
    {" published", kAuthorBox},
    {" pubdate", kAuthorBox},
    {" article info", kAuthorBox},
    {" reading time", kAuthorBox},
    {" read time", kAuthorBox},
    {" readtime", kAuthorBox},
    {" contributor", kAuthorBox},
    {" writer ", kAuthorBox},
    {" vcard", kAuthorBox},
    {" posted on", kAuthorBox},
    {" entry date", kAuthorBox},
    {" writtenby", kAuthorBox},
    {" credits ", kAuthorBox},
    {" caption", kCaption},
    {" image credit", kCaption},
    {" photo credit", kCaption},
    {" bildunterschrift", kCaption},
    {" imagecaption", kCaption},
    {" legend ", kCaption},
    {" legende", kCaption},
    {" pie de foto", kCaption},
    {" img desc", kCaption},
    {" copyright photo", kCaption},
    {" hidden ", kHidden},
    {" invisible ", kHidden},
    {" sr only", kHidden},
    {" screen reader", kHidden},
    {" visually hidden", kHidden},
    {" visuallyhidden", kHidden},
    {" noprint ", 0},
    {" print only", kHidden},
    {" printonly", kHidden},
    {" hide ", kHidden},
    {" is hidden ", kHidden},
    {" tags ", kTags},
    {" tag ", kTags},
    {" tag list", kTags},
    {" taglist", kTags},
    {" tagcloud", kTags},
    {" tag cloud", kTags},
    {" keywords ", kTags},
    {" topics ", kTags},
    {" article tags", kTags},
    {" post tags", kTags},
    {" categories ", kTags},
    {" entry categories", kTags},
    {" cat links", kTags},
    {" schlagwort", kTags},
    {" etiquetas", kTags},
    {" hashtag", kTags},
    {" kicker", kTags},
    {" post categories", kTags},
    {" post category", kTags},
    {" lead ", kLead},
    {" lede ", kLead},
    {" standfirst", kLead},
    {" intro ", kLead},
    {" summary ", kLead},
    {" excerpt ", kLead},
    {" subtitle", kLead},
    {" dek ", kLead},
    {" chapo", kLead},
    {" vorspann", kLead},
    {" subheadline", kLead},
    {" sub headline", kLead},
    {" teaser text", kLead},
    {" ingress", kLead},
    {" manchet", kLead},
    {" sommario", kLead},
    {" bajada", kLead},
    {" gallery", kMedia},
    {" slideshow", kMedia},
    {" carousel", kMedia},
    {" slider", kMedia},
    {" swiper", kMedia},
    {" video player", kMedia},
    {" player ", kMedia},
    {" fotostrecke", kMedia},
    {" galerie", kMedia},
};

constexpr int kSymbols = 38;  // border, a to z, 0 to 9, anything else

constexpr std::array<uint8_t, 256> MakeSymbols() {
  std::array<uint8_t, 256> symbols{};
  for (int c = 0; c < 256; ++c) {
    if (c >= 'a' && c <= 'z') {
      symbols[c] = static_cast<uint8_t>(1 + c - 'a');
    } else if (c >= 'A' && c <= 'Z') {
      symbols[c] = static_cast<uint8_t>(1 + c - 'A');
    } else if (c >= '0' && c <= '9') {
      symbols[c] = static_cast<uint8_t>(27 + c - '0');
    } else {
      symbols[c] = c >= 0x80 ? 37 : 0;
    }
  }
  return symbols;
}
constexpr std::array<uint8_t, 256> kSymbolOf = MakeSymbols();

// Aho and Corasick's automaton with its failures resolved into one table.
class Automaton {
 public:
  Automaton() {
    next_.emplace_back();
    words_.push_back(0);
    for (const Entry& entry : kEntries) Add(entry);
    Resolve();
  }

  uint16_t Step(uint16_t state, uint8_t symbol) const {
    return next_[state][symbol];
  }
  uint32_t Words(uint16_t state) const { return words_[state]; }

 private:
  void Add(const Entry& entry) {
    uint16_t state = 0;
    for (const char c : entry.text) {
      const uint8_t symbol = kSymbolOf[static_cast<uint8_t>(c)];
      if (next_[state][symbol] == 0) {
        next_[state][symbol] = static_cast<uint16_t>(next_.size());
        next_.emplace_back();
        words_.push_back(0);
      }
      state = next_[state][symbol];
    }
    words_[state] |= entry.words;
  }

  void Resolve() {
    std::vector<uint16_t> failure(next_.size(), 0);
    std::deque<uint16_t> queue;
    for (const uint16_t state : next_[0]) {
      if (state != 0) queue.push_back(state);
    }
    for (; !queue.empty(); queue.pop_front()) {
      const uint16_t state = queue.front();
      words_[state] |= words_[failure[state]];
      for (int symbol = 0; symbol < kSymbols; ++symbol) {
        uint16_t& child = next_[state][symbol];
        const uint16_t other = next_[failure[state]][symbol];
        if (child == 0) {
          child = other;
        } else {
          failure[child] = other;
          queue.push_back(child);
        }
      }
    }
  }

  std::vector<std::array<uint16_t, kSymbols>> next_;
  std::vector<uint32_t> words_;
};

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

uint32_t WordsIn(std::string_view name) {
  static const Automaton automaton;
  constexpr uint8_t kBorder = 0;
  uint16_t state = automaton.Step(0, kBorder);
  uint32_t words = 0;
  char before = ' ';
  for (const char c : name) {
    if (IsUpper(c) && IsLower(before)) {
      state = automaton.Step(state, kBorder);
      words |= automaton.Words(state);
    }
    const uint8_t symbol = kSymbolOf[static_cast<uint8_t>(c)];
    const bool repeats =
        symbol == kBorder && kSymbolOf[static_cast<uint8_t>(before)] == kBorder;
    before = c;
    if (repeats) continue;
    state = automaton.Step(state, symbol);
    words |= automaton.Words(state);
  }
  return words | automaton.Words(automaton.Step(state, kBorder));
}

}  // namespace newsmill::body
