#include "parser/outlinks.h"

#include <algorithm>
#include <unordered_map>

#include <re2/re2.h>

#include "parser/html/regex_text.h"
#include "parser/html/selector.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

bool IsFeedType(const Document& document, NodeId node) {
  static const RE2 feed(
      R"((?i)^application/(?:(?:rss|atom)\+xml|feed\+json)$)");
  const auto type = document.attribute(node, "type");
  if (!type) return false;
  const std::string_view text = TrimBlanks(*type);
  return RE2::FullMatch(ForRegex(text), feed);
}

bool LooksLikeFeed(const std::string& path) {
  static const RE2 feed(
      R"((?i)(?:^|/)(?:rss|atom|feeds?)(?:/|\.xml|$)|\.(?:rss|atom)$|(?:rss|feed)\.xml$)");
  return RE2::PartialMatch(path, feed);
}

// By its address alone.
bool LooksLikeArticle(const std::string& path) {
  static const RE2 day(R"(/(?:19|20)\d\d[-_/]?[01]\d[-_/]?(?:[0-3]\d)?[-_/])");
  static const RE2 number(R"(\d{5,}[^/]*$)");
  static const RE2 title(R"(/[^/]*\pL+(?:[-_][\pL\d]+){3,}[^/]*/?$)");
  return RE2::PartialMatch(path, day) || RE2::PartialMatch(path, number) ||
         RE2::PartialMatch(path, title);
}

bool LooksLikeList(const std::string& path) {
  const auto parts =
      std::count(path.begin(), path.end(), '/') - (path.ends_with('/') ? 1 : 0);
  return parts <= 2;
}

std::string WithoutFragment(const std::string& url) {
  return url.substr(0, url.find('#'));
}

class Links {
 public:
  Links(const Document& document, const Url& page, const SiteCatalogue& sites)
      : document_(document),
        page_(page),
        base_(BaseUrl(document, page)),
        sites_(sites) {}

  std::vector<Outlink> Find() {
    static const Selector links = *Selector::Compile(
        "a[href], area[href], link[rel~=\"alternate\"][href]");
    for (const NodeId node : links.All(document_, document_.root())) Add(node);
    return std::move(found_);
  }

 private:
  void Add(NodeId node) {
    const auto href = TrimBlanks(*document_.attribute(node, "href"));
    if (href.starts_with('#')) return;  // a place on this page
    const auto url = AbsoluteUrl(base_, href);
    if (!url) return;
    const bool declared = document_.tag_id(node) == Tag::kLink;
    const bool feed = IsFeedType(document_, node);
    if (declared && !feed) return;  // the page in another language or form
    const std::string address = WithoutFragment(*url);
    const Result<Url> parsed = Url::Parse(address);
    if (!parsed || parsed->text() == page_.text()) return;
    std::string text = declared ? TitleOf(node) : InlineText(document_, node);
    const auto [at, is_new] = by_url_.emplace(address, found_.size());
    if (is_new) {
      found_.push_back({address, std::move(text),
                        feed ? Outlink::Kind::kFeed : KindOf(*parsed)});
    } else if (found_[at->second].text.empty()) {
      found_[at->second].text = std::move(text);
    }
  }

  std::string TitleOf(NodeId node) const {
    const auto title = document_.attribute(node, "title");
    return title ? CollapseBlanks(*title) : std::string();
  }

  Outlink::Kind KindOf(const Url& url) const {
    const std::string path =
        url.query().empty() ? url.path() : url.path() + "?" + url.query();
    if (LooksLikeFeed(url.path())) return Outlink::Kind::kFeed;
    if (const Site* site = sites_.ForHost(url.host())) {
      const auto target = sites_.Resolve(url.text());
      if (target && !target->article_id.empty()) return Outlink::Kind::kArticle;
      for (const std::string& pattern : site->list_patterns) {
        if (RE2::PartialMatch(path, pattern)) return Outlink::Kind::kList;
      }
      if (!site->id_patterns.empty()) {
        return LooksLikeList(url.path()) ? Outlink::Kind::kList
                                         : Outlink::Kind::kOther;
      }
    } else if (url.host() != page_.host()) {
      return Outlink::Kind::kOther;
    }
    if (LooksLikeArticle(url.path())) return Outlink::Kind::kArticle;
    return LooksLikeList(url.path()) ? Outlink::Kind::kList
                                     : Outlink::Kind::kOther;
  }

  const Document& document_;
  const Url& page_;
  const Url base_;
  const SiteCatalogue& sites_;
  std::vector<Outlink> found_;
  std::unordered_map<std::string, size_t> by_url_;
};

}  // namespace

const char* NameOf(Outlink::Kind kind) {
  switch (kind) {
    case Outlink::Kind::kArticle:
      return "article";
    case Outlink::Kind::kList:
      return "list";
    case Outlink::Kind::kFeed:
      return "feed";
    case Outlink::Kind::kOther:
      break;
  }
  return "other";
}

std::vector<Outlink> FindOutlinks(const Document& document, const Url& page,
                                  const SiteCatalogue& sites) {
  return Links(document, page, sites).Find();
}

}  // namespace newsmill
