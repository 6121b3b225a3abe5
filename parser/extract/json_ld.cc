#include "parser/extract/json_ld.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "parser/extract/json_ld_graph.h"
#include "parser/extract/paragraphs.h"
#include "parser/html/json_script.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

// Shorter texts in articleBody are often the teaser again.
constexpr size_t kShortestBody = 200;
constexpr size_t kLongestBody = 1 << 20;  // bytes
constexpr size_t kMaxPeople = 100;

// Reads one node into an article.
class NodeReader {
 public:
  NodeReader(const JsonLdGraph& graph, const JsonValue& node,
             ArticleFiller* fill)
      : graph_(graph), node_(node), fill_(*fill) {}

  void FillPage() {
    fill_.Description(graph_.Text(node_, "description"), "description");
    fill_.DatePublished(graph_.Text(node_, "datePublished"), "datePublished");
    fill_.DateModified(graph_.Text(node_, "dateModified"), "dateModified");
    FillLanguage();
  }

  void FillArticle(const Document& document) {
    fill_.Headline(graph_.Text(node_, "headline"), "headline");
    fill_.Headline(graph_.Text(node_, "name"), "name");
    FillPublisher();
    FillPeople();
    FillPage();
    fill_.DatePublished(graph_.Text(node_, "dateCreated"), "dateCreated");
    fill_.Section(graph_.Text(node_, "articleSection"), "articleSection");
    FillKeywords();
    fill_.Images(Images("image"), "image");
    fill_.Images(Images("thumbnailUrl"), "thumbnailUrl");
    fill_.Videos(Videos(), "video");
    FillAccess();
    FillCounts();
    fill_.Dateline(graph_.Text(node_, "dateline"), "dateline");
    fill_.CopyrightNotice(graph_.Text(node_, "copyrightNotice"),
                          "copyrightNotice");
    fill_.PageType(JsonLdGraph::IsA(node_, {"LiveBlogPosting"})
                       ? v1::Article::LIVE
                       : v1::Article::ARTICLE,
                   "@type");
    FillBody(document);
  }

  // ziyuan.baidu.com's form, which has no types.
  void FillBaidu() {
    fill_.Headline(graph_.Text(node_, "title"), "title");
    fill_.Description(graph_.Text(node_, "description"), "description");
    fill_.DatePublished(graph_.Text(node_, "pubDate"), "pubDate");
    fill_.DateModified(graph_.Text(node_, "upDate"), "upDate");
    fill_.Images(Images("images"), "images");
  }

  std::vector<v1::Link> BreadcrumbLinks() const {
    std::vector<v1::Link> links;
    for (const JsonValue& element : graph_.List(node_, "itemListElement")) {
      v1::Link link;
      const auto item = graph_.Get(element, "item");
      link.set_name(graph_.Text(element, "name"));
      if (item && item->is_object()) {
        if (link.name().empty()) link.set_name(graph_.Text(*item, "name"));
        link.set_url(graph_.Text(*item, "@id"));
        if (link.url().empty()) link.set_url(graph_.Text(*item, "url"));
      } else if (item) {
        link.set_url(item->to_text());
      }
      links.push_back(std::move(link));
    }
    return links;
  }

 private:
  // Names of people only: an organisation is the publisher's affair.
  std::vector<v1::Person> People(const char* name) const {
    std::vector<v1::Person> people;
    for (const JsonValue& value : graph_.List(node_, name)) {
      if (people.size() >= kMaxPeople) break;
      if (!value.is_object()) {
        for (v1::Person& person : PeopleOf(value.to_text())) {
          people.push_back(std::move(person));
        }
        continue;
      }
      if (JsonLdGraph::IsA(value, {"Organization", "NewsMediaOrganization",
                                   "Corporation"})) {
        continue;
      }
      const std::vector<JsonValue> names = graph_.List(value, "name");
      for (const JsonValue& one : names) {
        // One object with one name may hold several in a list.
        for (v1::Person& person : PeopleOf(one.to_text())) {
          if (names.size() == 1) SetUrl(value, &person);
          people.push_back(std::move(person));
        }
      }
    }
    return people;
  }

  void SetUrl(const JsonValue& value, v1::Person* person) const {
    const auto url = AbsoluteUrl(fill_.base(), graph_.Text(value, "url"));
    person->set_url(url.value_or(""));
  }

  void FillPeople() {
    fill_.Authors(People("author"), "author");
    fill_.Authors(People("creator"), "creator");
    fill_.Editors(People("editor"), "editor");
  }

  void FillPublisher() {
    for (const JsonValue& value : graph_.List(node_, "publisher")) {
      v1::Organization publisher;
      if (value.is_object()) {
        publisher.set_name(graph_.Text(value, "name"));
        publisher.set_alternate_name(graph_.Text(value, "alternateName"));
        publisher.set_url(graph_.Text(value, "url"));
      } else {
        publisher.set_name(value.to_text());
      }
      fill_.Publisher(std::move(publisher), "publisher");
    }
  }

  void FillLanguage() {
    for (const JsonValue& value : graph_.List(node_, "inLanguage")) {
      const auto code = value.is_object() ? graph_.Text(value, "alternateName")
                                          : value.to_text();
      fill_.Language(code, "inLanguage");
    }
  }

  void FillKeywords() {
    std::vector<std::string> words;
    for (const JsonValue& value : graph_.List(node_, "keywords")) {
      const std::string text = JsonLdGraph::TextOf(value);
      for (std::string& word : SplitList(text)) {
        words.push_back(std::move(word));
      }
    }
    fill_.Keywords(words, "keywords");
  }

  std::vector<v1::Image> Images(const char* name) const {
    std::vector<v1::Image> images;
    for (const JsonValue& value : graph_.List(node_, name)) {
      v1::Image image;
      if (value.is_object()) {
        for (const char* url : {"url", "contentUrl", "@id"}) {
          if (image.url().empty()) image.set_url(graph_.Text(value, url));
        }
        SetSize(value, &image);
        const std::string caption = PlainText(graph_.Text(value, "caption"));
        if (!caption.empty()) image.set_caption(caption);
        const std::string credit = PlainText(graph_.Text(value, "creditText"));
        if (!credit.empty()) image.set_credit_text(credit);
      } else {
        image.set_url(value.to_text());
      }
      images.push_back(std::move(image));
    }
    return images;
  }

  void SetSize(const JsonValue& value, v1::Image* image) const {
    const int width = Number(value, "width");
    const int height = Number(value, "height");
    if (width > 0) image->set_width(width);
    if (height > 0) image->set_height(height);
  }

  // Numbers come as numbers, as strings and with "px"; 0 for none.
  int Number(const JsonValue& value, const char* name) const {
    const std::string text = graph_.Text(value, name);
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }

  std::vector<v1::Video> Videos() const {
    std::vector<v1::Video> videos;
    for (const JsonValue& value : graph_.List(node_, "video")) {
      if (!value.is_object()) continue;
      v1::Video video;
      for (const char* url : {"contentUrl", "embedUrl", "url"}) {
        if (video.url().empty()) video.set_url(graph_.Text(value, url));
      }
      video.set_thumbnail_url(graph_.Text(value, "thumbnailUrl"));
      video.set_duration(graph_.Text(value, "duration"));
      videos.push_back(std::move(video));
    }
    return videos;
  }

  void FillAccess() {
    std::string free = graph_.Text(node_, "isAccessibleForFree");
    std::transform(free.begin(), free.end(), free.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    });
    free = free.substr(free.find_last_of('/') + 1);
    if (free == "true" || free == "false") {
      fill_.AccessibleForFree(free == "true", "isAccessibleForFree");
    }
  }

  void FillCounts() {
    if (!graph_.Text(node_, "commentCount").empty()) {
      fill_.CommentCount(Number(node_, "commentCount"), "commentCount");
    }
    for (const JsonValue& counter :
         graph_.List(node_, "interactionStatistic")) {
      const auto type = graph_.Get(counter, "interactionType");
      if (!type || graph_.Text(counter, "userInteractionCount").empty()) {
        continue;
      }
      std::string action = type->to_text();
      if (const auto name = type->member("@type")) action = name->to_text();
      const int count = Number(counter, "userInteractionCount");
      if (action.ends_with("CommentAction")) {
        fill_.CommentCount(count, "interactionStatistic");
      } else if (action.ends_with("LikeAction")) {
        fill_.LikeCount(count, "interactionStatistic");
      } else if (action.ends_with("ShareAction")) {
        fill_.ShareCount(count, "interactionStatistic");
      }
    }
  }

  // Only a body that is whole: neither cut off nor much shorter than what
  // stands on the page. One without paragraphs is left to the page's own, where
  // these hold as much.
  void FillBody(const Document& document) {
    if (fill_.HasBody()) return;
    const std::string body = graph_.Text(node_, "articleBody");
    if (body.size() < kShortestBody || body.size() > kLongestBody) return;
    const std::vector<std::string> lines = Lines(body);
    size_t length = 0;
    for (const std::string& line : lines) length += CountCodePoints(line);
    if (length < kShortestBody || lines.back().ends_with("…") ||
        lines.back().ends_with("...")) {
      return;
    }
    const Paragraphs visible = FindParagraphs(document);
    if (length * 10 < visible.code_points * 8) return;
    if (lines.size() == 1 && visible.texts.size() > 1 &&
        visible.code_points * 10 > length * 8) {
      return;
    }
    fill_.Body(lines, "articleBody");
  }

  static std::vector<std::string> Lines(const std::string& body) {
    std::string text = body;
    if (text.find("</") != std::string::npos ||
        text.find("<p") != std::string::npos ||
        text.find("<br") != std::string::npos) {
      const Result<Document> document = Document::Parse(text, ParseLimits{});
      if (document) text = VisibleText(*document, document->root());
    }
    std::vector<std::string> lines;
    for (size_t at = 0; at <= text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      std::string line = PlainText(std::string_view(text).substr(at, end - at));
      if (!line.empty()) lines.push_back(std::move(line));
      at = end + 1;
    }
    return lines;
  }

  const JsonLdGraph& graph_;
  const JsonValue& node_;
  ArticleFiller& fill_;
};

bool NamesPage(const JsonLdGraph& graph, const JsonValue& node,
               const PageContext& context) {
  for (const char* name : {"url", "mainEntityOfPage", "@id"}) {
    const std::string text = graph.Text(node, name);
    const Result<Url> url = context.final_url.Resolve(text);
    if (!text.empty() && url && url->path() == context.final_url.path() &&
        url->query() == context.final_url.query()) {
      return true;
    }
  }
  return false;
}

// The article that names this page, else the first with a headline, else the
// only one.
const JsonValue* FindArticle(const JsonLdGraph& graph,
                             const PageContext& context) {
  const JsonValue* first = nullptr;
  const JsonValue* only = nullptr;
  int articles = 0;
  for (const JsonValue& node : graph.nodes()) {
    if (!JsonLdGraph::IsArticle(node)) continue;
    if (NamesPage(graph, node, context)) return &node;
    if (first == nullptr && !graph.Text(node, "headline").empty()) {
      first = &node;
    }
    only = ++articles == 1 ? &node : nullptr;
  }
  return first != nullptr ? first : only;
}

}  // namespace

void FillFromJsonLd(const Document& document, const PageContext& context,
                    ArticleFiller* fill) {
  const JsonLdGraph graph(FindJsonLd(document));
  fill->From(v1::Provenance::JSON_LD);
  if (const JsonValue* const node = FindArticle(graph, context)) {
    NodeReader(graph, *node, fill).FillArticle(document);
  }
  for (const JsonValue& node : graph.nodes()) {
    if (JsonLdGraph::IsA(node, {"WebPage", "ItemPage"})) {
      NodeReader(graph, node, fill).FillPage();
    } else if (JsonLdGraph::IsA(node, {"BreadcrumbList"})) {
      fill->Breadcrumbs(NodeReader(graph, node, fill).BreadcrumbLinks(),
                        "BreadcrumbList");
    } else if (!node.member("@type") && node.member("pubDate")) {
      NodeReader(graph, node, fill).FillBaidu();
    }
  }
}

}  // namespace newsmill
