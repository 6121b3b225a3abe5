#include "parser/extract/json_ld.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "parser/extract/json_ld_graph.h"
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
  // `distrust` is taken off what the article's own node would be worth.
  NodeReader(const JsonLdGraph& graph, const JsonValue& node, int distrust,
             Candidates* found, ArticleFiller* fill)
      : graph_(graph),
        node_(node),
        distrust_(distrust),
        found_(*found),
        fill_(*fill) {}

  void FillPage() {
    fill_.Description(graph_.Text(node_, "description"), "description");
    Add("datePublished", kPublishedTrust, &found_.published);
    Add("dateModified", kPublishedTrust, &found_.modified);
    GatherLanguages();
  }

  // What a WebPage says of itself besides.
  void GatherPage() {
    // Publishing systems put their <title> there.
    Candidates::Add(
        Make(graph_.Text(node_, "name"), "WebPage.name", kPageNameTrust),
        &found_.titles);
    FillPage();
    GatherPeople();
    GatherImages("primaryImageOfPage", kImageTrust - 10);
  }

  void FillArticle() {
    Add("headline", kHeadlineTrust, &found_.titles);
    Add("name", kHeadlineTrust - 10, &found_.titles);
    FillPublisher();
    GatherPeople();
    fill_.Editors(People("editor"), "editor");
    FillPage();
    Add("dateCreated", kPublishedTrust - 20, &found_.published);
    Add("articleSection", kSectionTrust, &found_.sections);
    FillKeywords();
    GatherImages("image", kImageTrust);
    GatherImages("thumbnailUrl", kImageTrust - 20);
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
    FillBody();
  }

  // ziyuan.baidu.com's form, which has no types.
  void FillBaidu() {
    Add("title", kHeadlineTrust, &found_.titles);
    fill_.Description(graph_.Text(node_, "description"), "description");
    Add("pubDate", kPublishedTrust, &found_.published);
    Add("upDate", kPublishedTrust, &found_.modified);
    GatherImages("images", kImageTrust);
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
  static constexpr int kHeadlineTrust = 35;
  static constexpr int kPageNameTrust = 40;  // less what is distrusted
  static constexpr int kPublishedTrust = 100;
  static constexpr int kAuthorTrust = 60;
  static constexpr int kSectionTrust = 60;
  static constexpr int kImageTrust = 50;
  static constexpr int kLanguageTrust = 40;

  Candidate Make(std::string text, std::string_view detail, int trust) const {
    Candidate candidate;
    candidate.text = std::move(text);
    candidate.source = v1::Provenance::JSON_LD;
    candidate.detail = detail;
    candidate.trust = std::max(trust - distrust_, 1);
    return candidate;
  }

  void Add(const char* name, int trust, std::vector<Candidate>* to) const {
    std::string text = graph_.Text(node_, name);
    if (!text.empty()) Candidates::Add(Make(std::move(text), name, trust), to);
  }

  // The people of an editor's property: names only.
  std::vector<v1::Person> People(const char* name) const {
    std::vector<v1::Person> people;
    for (const JsonValue& value : graph_.List(node_, name)) {
      if (people.size() >= kMaxPeople) break;
      for (v1::Person& person : PeopleOf(JsonLdGraph::TextOf(value))) {
        people.push_back(std::move(person));
      }
    }
    return people;
  }

  static bool IsOrganization(const JsonValue& value) {
    static const std::vector<std::string_view> types = {
        "Organization", "NewsMediaOrganization", "Corporation", "WebSite",
        "GovernmentOrganization"};
    return JsonLdGraph::IsA(value, types);
  }

  void GatherPeople() {
    for (const char* name : {"author", "creator"}) {
      const int list = ++found_.lists;
      for (const JsonValue& value : graph_.List(node_, name)) {
        GatherPerson(value, name, list);
      }
    }
  }

  void GatherPerson(const JsonValue& value, const char* property, int list) {
    PersonCandidate person;
    person.list = list;
    if (value.is_object()) {
      person.url = graph_.Text(value, "url");
      person.organization = IsOrganization(value);
    }
    const std::vector<JsonValue> names = value.is_object()
                                             ? graph_.List(value, "name")
                                             : std::vector<JsonValue>{value};
    for (const JsonValue& name : names) {
      if (names.size() > 1) person.url.clear();  // whose it is, is not said
      const std::string text = JsonLdGraph::TextOf(name);
      if (text.empty()) continue;
      static_cast<Candidate&>(person) = Make(text, property, kAuthorTrust);
      Candidates::Add(person, &found_.authors);
    }
  }

  void GatherImages(const char* name, int trust) {
    for (v1::Image& image : Images(name)) {
      ImageCandidate candidate;
      static_cast<Candidate&>(candidate) = Make(image.url(), name, trust);
      candidate.image = std::move(image);
      Candidates::Add(std::move(candidate), &found_.images);
    }
  }

  void GatherLanguages() {
    for (const JsonValue& value : graph_.List(node_, "inLanguage")) {
      std::string code = value.is_object() ? graph_.Text(value, "alternateName")
                                           : value.to_text();
      Candidates::Add(Make(std::move(code), "inLanguage", kLanguageTrust),
                      &found_.languages);
    }
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

  // Only a body that is not cut off. Where the page shows as much text itself,
  // that is taken later.
  void FillBody() {
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
  const int distrust_;
  Candidates& found_;
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

void GatherFromJsonLd(const Document& document, const PageContext& context,
                      Candidates* found, ArticleFiller* fill) {
  constexpr int kPageDistrust = 25;
  const JsonLdGraph graph(FindJsonLd(document));
  fill->From(v1::Provenance::JSON_LD);
  if (const JsonValue* const node = FindArticle(graph, context)) {
    NodeReader(graph, *node, 0, found, fill).FillArticle();
  }
  for (const JsonValue& node : graph.nodes()) {
    if (JsonLdGraph::IsA(node, {"WebPage", "ItemPage"})) {
      NodeReader(graph, node, kPageDistrust, found, fill).GatherPage();
    } else if (JsonLdGraph::IsA(node, {"BreadcrumbList"})) {
      const NodeReader reader(graph, node, 0, found, fill);
      fill->Breadcrumbs(reader.BreadcrumbLinks(), "BreadcrumbList");
    } else if (JsonLdGraph::IsA(node, {"WebSite"})) {
      Candidate site;
      site.text = graph.Text(node, "name");
      site.source = v1::Provenance::JSON_LD;
      site.detail = "WebSite.name";
      site.trust = 50;
      if (!site.text.empty()) Candidates::Add(site, &found->site_names);
    } else if (!node.member("@type") && node.member("pubDate")) {
      NodeReader(graph, node, 0, found, fill).FillBaidu();
    }
  }
}

}  // namespace newsmill
