#include "parser/extract/gather_markup.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/extract/byline_markup.h"
#include "parser/extract/class_words.h"
#include "parser/extract/shown_image.h"
#include "parser/extract/word_list.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

constexpr size_t kLongestTitle = 600;  // bytes
constexpr size_t kLongestByline = 600;
// Elements that hold more than this are containers, not bylines or dates.
constexpr NodeId kLargestPlace = 60;
constexpr size_t kMaxDatePlaces = 200;

// "schema:author", "https://schema.org/author" and "author" are one.
std::string_view LocalName(std::string_view property) {
  property = TrimBlanks(property);
  const size_t at = property.find_last_of(":/#");
  return at == std::string_view::npos ? property : property.substr(at + 1);
}

class MarkupWalk {
 public:
  MarkupWalk(const Document& document, Candidates* found)
      : document_(document), found_(*found) {}

  void Run() {
    const NodeId end = static_cast<NodeId>(document_.size());
    // A class on what holds most of the page says nothing of its parts.
    largest_beside_ = end / 3;
    for (NodeId node = 0; node < end;) {
      if (document_.kind(node) != Document::Kind::kElement) {
        Repeated(node);
        Sample(node);
        ++node;
        continue;
      }
      node = Visit(node);
    }
  }

 private:
  // The node to go on with.
  NodeId Visit(NodeId node) {
    const std::string_view tag = document_.tag(node);
    if (tag == "html") {
      Language(node);
    } else if (tag == "title") {
      if (title_.empty()) {
        Title(node, "title", 20);
        title_ = tag_text(node);
      }
      return document_.subtree_end(node);
    } else if (tag == "script" || tag == "style" || tag == "svg" ||
               tag == "noscript" || tag == "template") {
      return document_.subtree_end(node);
    } else if (tag == "link") {
      const auto rel = document_.attribute(node, "rel");
      if (rel && HasWord(*rel, "image_src")) {
        Image(node, "link[rel=image_src]", 25);
      }
    } else if (tag == "img") {
      AddShownImage(node);
    } else if (tag == "meta" || tag == "br" || tag == "head") {
      return node + 1;
    } else {
      Element(node, tag);
    }
    return node + 1;
  }

  void Element(NodeId node, std::string_view tag) {
    uint32_t words = 0;
    for (const char* name : {"class", "id", "data-testid"}) {
      if (const auto value = document_.attribute(node, name)) {
        words |= ClassWords(*value);
      }
    }
    MarkBeside(node, tag, words);
    if (tag == "h1") {
      LeadsHome(node) ? SiteName(node) : Title(node, "h1", 60);
    } else if ((words & kWordTitle) != 0 && !Beside(node) &&
               (tag == "h2" || tag == "h3")) {
      Title(node, "h2[class*=title]", 12);
    }
    if (const auto prop = document_.attribute(node, "itemprop")) {
      Properties(node, *prop, "itemprop");
    } else if (const auto rdfa = document_.attribute(node, "property")) {
      Properties(node, *rdfa, "property");
    }
    if (tag == "time") {
      Time(node, words);
    } else if ((words & kWordDate) != 0) {
      DatePlace(node);
    }
    if (tag == "a" &&
        HasWord(document_.attribute(node, "rel").value_or(""), "author")) {
      Author(node, "a[rel=author]", 45);
    } else if (const PersonLink link = LinkOf(node, tag);
               link != PersonLink::kNone) {
      LineOfLinks(document_.parent(node), link);
    } else if ((words & kWordAuthor) != 0) {
      Author(
          node,
          (words & kWordName) != 0 ? "[class*=author-name]" : "[class*=author]",
          (words & kWordBiography) != 0 ? 15
          : (words & kWordName) != 0    ? 42
                                        : 35);
    }
  }

  PersonLink LinkOf(NodeId node, std::string_view tag) const {
    constexpr NodeId kLargest = 4;
    if (tag != "a" || document_.subtree_end(node) - node > kLargest) {
      return PersonLink::kNone;
    }
    const auto href = document_.attribute(node, "href");
    return href ? LeadsTo(*href, InlineText(document_, node))
                : PersonLink::kNone;
  }

  // Links to people in a line of their own, not in a sentence.
  void LineOfLinks(NodeId line, PersonLink kind) {
    constexpr size_t kMostBeside = 60;  // bytes
    if (line == line_of_links_ || !Small(line)) return;
    line_of_links_ = line;
    const bool certain = kind == PersonLink::kAuthor;
    std::vector<PersonCandidate> people;
    size_t linked = 0;
    for (NodeId node = line; node < document_.subtree_end(line); ++node) {
      if (LinkOf(node, document_.tag(node)) != kind) continue;
      PersonCandidate& person = people.emplace_back();
      static_cast<Candidate&>(person) =
          Make(node, InlineText(document_, node),
               certain ? "a[href*=author]" : kNamedPerson, certain ? 42 : 28);
      person.url = document_.attribute(node, "href").value_or("");
      linked += person.text.size();
    }
    if (InlineText(document_, line).size() > linked + kMostBeside) return;
    const int list = ++found_.lists;
    for (PersonCandidate& person : people) {
      person.list = list;
      Candidates::Add(std::move(person), &found_.authors);
    }
  }

  // The footer of an article, not of a teaser, says who wrote it, and when.
  bool IsOwnFooter(NodeId node) const {
    constexpr NodeId kSmallArticle = 150;  // nodes
    for (NodeId up = document_.parent(node); up != kNoNode;
         up = document_.parent(up)) {
      if (document_.tag(up) == "article") {
        return document_.subtree_end(up) - up > kSmallArticle;
      }
    }
    return false;
  }

  void MarkBeside(NodeId node, std::string_view tag, uint32_t words) {
    const NodeId end = document_.subtree_end(node);
    const bool by_tag = tag == "nav" || tag == "aside" ||
                        (tag == "footer" && !IsOwnFooter(node));
    const bool by_class = (words & (kWordBeside | kWordComment)) != 0 &&
                          tag != "body" && tag != "main" && tag != "h1" &&
                          tag != "article";
    if (!(by_tag || by_class) || end - node > largest_beside_) return;
    if (node < beside_end_) return;
    found_.beside.push_back({node, end});
    beside_end_ = end;
  }

  bool Beside(NodeId node) const { return node < beside_end_; }

  // A line of the page that the <title> begins or ends with, for pages that
  // mark their headline with no heading.
  void Repeated(NodeId node) {
    constexpr size_t kShortest = 12;  // bytes
    const std::string_view raw = document_.text(node);
    if (raw.size() < kShortest || title_.size() < kShortest || Beside(node)) {
      return;
    }
    const std::string_view text = TrimBlanks(raw);
    if (text.size() < kShortest || text.size() * 5 < title_.size() * 2 ||
        !(title_.starts_with(text) || title_.ends_with(text))) {
      return;
    }
    const std::string_view tag = document_.tag(document_.parent(node));
    if (tag == "h1" || tag == "a") return;
    Candidates::Add(Make(node, std::string(text), "repeated by title", 40),
                    &found_.titles);
  }

  void Sample(NodeId node) {
    constexpr size_t kEnough = 6 << 10;
    constexpr size_t kLine = 60;
    const std::string_view text = document_.text(node);
    std::string& sample = found_.text_sample;
    if (text.size() < kLine || sample.size() >= kEnough || Beside(node)) return;
    sample += text.substr(0, kEnough);
    sample += ' ';
  }

  void Title(NodeId node, std::string_view detail, int trust) {
    std::string text = tag_text(node);
    if (text.empty() || text.size() > kLongestTitle) return;
    Candidates::Add(Make(node, std::move(text), detail, trust), &found_.titles);
  }

  // A heading that is a link to the front page is the site's name.
  bool LeadsHome(NodeId heading) const {
    constexpr NodeId kLargest = 12;  // nodes
    const auto leads_home = [&](NodeId node) {
      const auto href = document_.attribute(node, "href");
      return document_.tag(node) == "a" && href && IsFrontPage(*href);
    };
    if (leads_home(document_.parent(heading))) return true;
    const NodeId end = document_.subtree_end(heading);
    if (end - heading > kLargest) return false;
    for (NodeId node = heading; node < end; ++node) {
      if (leads_home(node)) return true;
    }
    return false;
  }

  // "/", "https://news.example", and that of a saved copy in an archive.
  static bool IsFrontPage(std::string_view href) {
    href = TrimBlanks(href);
    const size_t scheme = href.rfind("://");
    if (scheme == href.npos) return href == "/" || href == "./";
    href.remove_prefix(scheme + 3);
    if (href.ends_with('/')) href.remove_suffix(1);
    return href.find_first_of("/?#") == href.npos;
  }

  void SiteName(NodeId node) {
    std::string text = tag_text(node);
    if (text.empty() || text.size() > kLongestTitle) return;
    Candidates::Add(Make(node, std::move(text), "h1", 40), &found_.site_names);
  }

  std::string tag_text(NodeId node) const {
    return InlineText(document_, node);
  }

  Candidate Make(NodeId node, std::string text, std::string_view detail,
                 int trust) const {
    return {std::move(text), v1::Provenance::HTML, std::string(detail), trust,
            node};
  }

  // Microdata and RDFa; an attribute may name several.
  void Properties(NodeId node, std::string_view names, const char* how) {
    for (size_t at = 0; at < names.size();) {
      const size_t end = std::min(names.find(' ', at), names.size());
      if (end > at) Property(node, names.substr(at, end - at), how);
      at = end + 1;
    }
  }

  void Property(NodeId node, std::string_view property, const char* how) {
    const std::string_view name = LocalName(property);
    const auto detail = [&] {
      return "[" + std::string(how) + "=" + std::string(name) + "]";
    };
    const auto value = [&]() -> std::string {
      for (const char* from : {"content", "datetime"}) {
        if (const auto text = document_.attribute(node, from)) {
          return std::string(TrimBlanks(*text));
        }
      }
      return Small(node) ? InlineText(document_, node) : std::string();
    };
    if (name == "headline") {
      Candidates::Add(Make(node, value(), detail(), 35), &found_.titles);
    } else if (name == "datePublished" || name == "dateCreated") {
      const int trust = name == "datePublished" ? 75 : 55;
      Candidates::Add(Make(node, value(), detail(), trust), &found_.published);
    } else if (name == "dateModified") {
      Candidates::Add(Make(node, value(), detail(), 75), &found_.modified);
    } else if (name == "author" || name == "creator") {
      Author(node, detail(), 50);
    } else if (name == "image" || name == "thumbnailUrl") {
      Image(node, detail(), name == "image" ? 30 : 20);
    } else if (name == "inLanguage") {
      Candidates::Add(Make(node, value(), detail(), 40), &found_.languages);
    }
  }

  void AddShownImage(NodeId node) {
    if (found_.shown_images.size() >= Candidates::kMaxCandidates) return;
    std::optional<v1::Image> shown = ShownImage(document_, node);
    if (!shown) return;
    ImageCandidate image;
    static_cast<Candidate&>(image) = Make(node, shown->url(), "img", 10);
    image.image = *std::move(shown);
    found_.shown_images.push_back(std::move(image));
  }

  void Image(NodeId node, std::string_view detail, int trust) {
    ImageCandidate image;
    for (const char* from : {"content", "href", "data-src", "src"}) {
      const auto url = document_.attribute(node, from);
      if (!url || TrimBlanks(*url).empty() || url->starts_with("data:")) {
        continue;
      }
      static_cast<Candidate&>(image) =
          Make(node, std::string(TrimBlanks(*url)), detail, trust);
      image.image.set_url(image.text);
      Candidates::Add(std::move(image), &found_.images);
      return;
    }
  }

  bool Small(NodeId node) const {
    return document_.subtree_end(node) - node <= kLargestPlace;
  }

  void Time(NodeId node, uint32_t words) {
    const auto datetime = document_.attribute(node, "datetime");
    const std::string_view itemprop =
        document_.attribute(node, "itemprop").value_or("");
    if (itemprop.find("date") != itemprop.npos) return;  // has said it
    const bool modified = (words & kWordModified) != 0;
    const bool marked = document_.attribute(node, "pubdate").has_value() ||
                        ((words & kWordDate) != 0 && !modified);
    if (datetime && !TrimBlanks(*datetime).empty()) {
      Candidates::Add(
          Make(node, std::string(TrimBlanks(*datetime)),
               modified ? "time.updated[datetime]" : "time[datetime]",
               marked ? 50 : 40),
          modified ? &found_.modified : &found_.published);
    }
    DatePlace(node);
  }

  void DatePlace(NodeId node) {
    if (Small(node) && found_.date_places.size() < kMaxDatePlaces) {
      found_.date_places.push_back(node);
    }
  }

  void Author(NodeId node, std::string_view detail, int trust) {
    if (!Small(node)) return;
    PersonCandidate person;
    const auto content = document_.attribute(node, "content");
    std::string text = content && !TrimBlanks(*content).empty()
                           ? std::string(TrimBlanks(*content))
                           : BylineText(document_, node);
    if (text.empty() || text.size() > kLongestByline) return;
    static_cast<Candidate&>(person) =
        Make(node, std::move(text), detail, trust);
    if (document_.tag(node) == "a") {
      person.url = document_.attribute(node, "href").value_or("");
    }
    person.list = ++found_.lists;
    Candidates::Add(std::move(person), &found_.authors);
  }

  void Language(NodeId node) {
    for (const char* name : {"lang", "xml:lang"}) {
      if (const auto value = document_.attribute(node, name)) {
        Candidates::Add(
            Make(node, std::string(TrimBlanks(*value)), "html[lang]", 50),
            &found_.languages);
      }
    }
  }

  const Document& document_;
  Candidates& found_;
  NodeId beside_end_ = 0;
  NodeId largest_beside_ = 0;
  NodeId line_of_links_ = kNoNode;
  std::string title_;  // the <title>
};

}  // namespace

void GatherFromMarkup(const Document& document, Candidates* found) {
  MarkupWalk(document, found).Run();
}

}  // namespace newsmill
