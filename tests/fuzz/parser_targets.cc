#include "tests/fuzz/parser_targets.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/inflate.h"
#include "parser/extract/dates.h"
#include "parser/extract/generic.h"
#include "parser/extract/names.h"
#include "parser/html/decode.h"
#include "parser/html/document.h"
#include "parser/html/json_script.h"
#include "parser/html/selector.h"
#include "parser/html/text.h"
#include "parser/html/utf8.h"
#include "parser/page_parser.h"
#include "parser/rules/apply.h"
#include "parser/rules/loader.h"
#include "tests/support/cut/cut_difference.h"

namespace newsmill::fuzz {
namespace {

constexpr size_t kLimit = 1 << 20;

const PageContext& Context() {
  static const PageContext context = {
      *Url::Parse("https://news.example/a/1.html"),
      *ParseRfc3339("2024-05-12T06:30:45Z"),
      480,
      {},
      nullptr};
  return context;
}

ParseLimits Limits() {
  return {.max_tree_bytes = 64 << 20,
          .max_depth = 512,
          .deadline = std::chrono::milliseconds(500)};
}

void CheckNode(const Document& document, NodeId node) {
  const NodeId end = document.subtree_end(node);
  Check(end > node && end <= document.size(), "a subtree is a range");
  Check(IsValidUtf8(document.text(node)), "text is UTF-8");
  Check(IsValidUtf8(document.tag(node)), "tags are UTF-8");
  NodeId before = kNoNode;
  NodeId next = node + 1;
  for (NodeId child = document.first_child(node); child != kNoNode;
       child = document.next_sibling(child)) {
    Check(child == next, "children follow in document order");
    Check(document.parent(child) == node, "children know their parent");
    Check(document.previous_sibling(child) == before, "siblings are linked");
    before = child;
    next = document.subtree_end(child);
  }
  Check(next == end, "children fill their parent's range");
}

void Walk(const JsonValue& value) {
  Check(IsValidUtf8(value.to_text()), "JSON text is UTF-8");
  Check(value.to_text().find('\0') == std::string::npos, "JSON has no NUL");
  for (const JsonValue& item : value.items()) Walk(item);
  for (const auto& [name, member] : value.members()) {
    Check(value.member(name).has_value(), "a member is found by its name");
    Walk(member);
  }
}

const Document& SelectorPage() {
  static const Document page = *Document::Parse(
      "<div id=a class='x y'><p id=b class=x>1</p><p lang=zh-CN>2</p>"
      "<ul><li>1<li class=y>2<li>3</ul><a href=/1 rel='a b'></a></div>",
      ParseLimits{});
  return page;
}

const Document& RulePage() {
  static const Document page = *Document::Parse(
      "<meta property=og:title content='N: title'><script id=data>"
      "{\"root\":{\"html\":\"<p>a<b>c</b><p>d\",\"tags\":[\"x\",\"y\"],"
      "\"who\":\"by Ada\",\"images\":[{\"url\":\"/1.jpg\"}],\"likes\":\"1.2k\","
      "\"time\":1784903331309,\"paid\":0}}</script><h1>title</h1>"
      "<time datetime=2024-05-06T07:08:09Z></time><ul><li>a<li>b</ul>"
      "<article><p>text<p class=ad>ad<img src=1.jpg alt=x></article>",
      ParseLimits{});
  return page;
}

}  // namespace

void Charset(std::string_view bytes) {
  constexpr std::array kTypes = {"",
                                 "text/html",
                                 "text/html; charset=utf-8",
                                 "text/html; charset=gbk",
                                 "text/html;charset=\"Shift_JIS\"",
                                 "text/html; charset=big5",
                                 "text/html; charset=euc-kr",
                                 "text/html; charset=iso-2022-jp",
                                 "text/html; charset=iso-8859-1",
                                 "text/html; charset=utf-16"};
  const auto type = static_cast<uint8_t>(Take(&bytes)) % kTypes.size();
  const DecodedText text = DecodeText(bytes, kTypes[type]);
  Check(IsValidUtf8(text.utf8), "decoded text is UTF-8");
  Check(!text.charset.empty(), "a charset has a name");
  Check(text.replaced <= static_cast<int64_t>(bytes.size()),
        "no more breaks than bytes");
}

void Inflate(std::string_view bytes) {
  constexpr std::array kCodings = {"gzip", "deflate",  "br",
                                   "zstd", "gzip, br", "zstd, deflate"};
  const auto coding = static_cast<uint8_t>(Take(&bytes)) % kCodings.size();
  const auto text = InflateBody(bytes, kCodings[coding], kLimit);
  Check(!text || text->size() <= kLimit, "inflating stops at the limit");
}

// No text outside of what is cut is lost, what is set aside comes back, and the
// scripts kept aside are scripts. Noscript is left out: as markup it may hold
// what follows.
void Cut(std::string_view bytes) {
  const std::string text = RepairUtf8(bytes);
  for (const newsmill::Cut cut :
       {newsmill::Cut::kPlain, newsmill::Cut::kLean}) {
    const CutPage page = CutHtml(text, cut);
    size_t before = 0;
    for (const CutPage::Script& script : page.scripts) {
      Check(script.at >= before, "scripts are in order");
      Check(page.html[script.at] == '<', "a script stands where it is said");
      before = script.at + 1;
    }
    const std::string moved = cut::AsideDifference(text, cut);
    if (!moved.empty()) {
      std::fprintf(stderr, "%s\nin: %s\n", moved.c_str(), text.c_str());
    }
    Check(moved.empty(), "what was set aside is put back where it stood");
    if (text.find("noscript") != std::string::npos) continue;
    // gumbo takes all elements it does not know for one: </g> ends <x-y>.
    if (text.find("</g") != std::string::npos) continue;
    const std::string lost = cut::LostText(text, cut);
    if (!lost.empty()) {
      std::fprintf(stderr, "lost: %s\nin: %s\n", lost.c_str(), text.c_str());
    }
    Check(lost.empty(), "no text outside of what is cut is lost");
  }
}

void Html(std::string_view bytes) {
  const DecodedText text = DecodeText(bytes, "text/html");
  const Result<Document> document =
      Document::ParsePage(text.utf8, newsmill::Cut::kLean, Limits());
  if (!document) return;
  for (NodeId node = 0; node < document->size(); ++node) {
    CheckNode(*document, node);
  }
  v1::Article article;
  ExtractGeneric(*document, Context(), &article);
  v1::Article copy;
  Check(copy.ParseFromString(article.SerializeAsString()),
        "an article can be read back, so its text is UTF-8");
  Check(article.article_body().find('\0') == std::string::npos,
        "a body has no NUL");
}

// The whole way from a server's bytes to an article or a verdict.
void Page(std::string_view bytes) {
  static const SiteCatalogue sites;
  static const std::unique_ptr<PageParser> parser = [] {
    ParserConfig config;
    config.max_inflated_bytes = kLimit;
    config.max_tree_bytes = 64 << 20;
    config.deadline = Duration(500);
    return *PageParser::Load(config, {}, sites);
  }();
  constexpr std::array kCodings = {"", "", "", "gzip", "br", "zstd"};
  const auto coding = static_cast<uint8_t>(Take(&bytes)) % kCodings.size();
  v1::FetchedPage page;
  page.mutable_task()->set_requested_url("https://news.example/a/1.html");
  page.set_final_url("https://news.example/a/1.html");
  page.set_status(200);
  page.set_body(std::string(bytes));
  *page.mutable_fetched_at() = ToProto(Context().fetched_at);
  v1::HttpHeader* const header = page.add_headers();
  header->set_name("content-encoding");
  header->set_value(kCodings[coding]);
  const Extraction first = parser->Extract(page);
  v1::Article copy;
  Check(copy.ParseFromString(first.article.SerializeAsString()),
        "an article can be read back, so its text is UTF-8");
  Check(!first.verdict || first.verdict->reason != v1::REASON_UNSPECIFIED,
        "a verdict has a reason");
  for (const v1::Block& block : first.article.blocks()) {
    Check(!block.text().empty() || block.kind() == v1::Block::IMAGE,
          "a block has a text");
  }
  Check(parser->Extract(page).article.SerializeAsString() ==
            first.article.SerializeAsString(),
        "the same page gives the same bytes");
}

void Selector(std::string_view bytes) {
  const auto selector = newsmill::Selector::Compile(bytes);
  if (!selector) {
    Check(!selector.error().message.empty(), "an error says something");
    return;
  }
  const Document& page = SelectorPage();
  const std::vector<NodeId> found = selector->All(page, page.root());
  Check((found.empty() ? kNoNode : found[0]) ==
            selector->First(page, page.root()),
        "the first of all is the first");
  for (const NodeId node : found) {
    Check(selector->Matches(page, node), "what is found matches");
  }
}

// A rule is loaded or says why not; what is loaded can be applied to any page.
void Rule(std::string_view bytes) {
  rules::Findings findings;
  const auto rule = rules::CompileRule(bytes, "rule.toml", &findings);
  Check((rule == nullptr) == !findings.empty(), "a refusal has its findings");
  for (const rules::Finding& finding : findings) {
    Check(!finding.message.empty(), "a finding says something");
  }
  if (rule == nullptr) return;
  const Url& url = Context().final_url;
  const rules::RulePage page = {RulePage(),           url, url,
                                Context().fetched_at, "1", Limits()};
  v1::Article article;
  if (!rules::ApplyRule(*rule, page, &article)) return;  // a limit of the tree
  v1::Article copy;
  Check(copy.ParseFromString(article.SerializeAsString()),
        "an article can be read back, so its text is UTF-8");
}

void Dates(std::string_view bytes) {
  const std::string text = RepairUtf8(bytes);
  const auto date = ParsePageDate(
      text, {Context().fetched_at, Context().default_utc_offset_minutes});
  if (!date) return;
  Check(text.find(date->raw()) != std::string::npos,
        "the raw text stands in the text");
  Check(IsValidUtf8(date->raw()), "the raw text is UTF-8");
}

void Json(std::string_view bytes) {
  const auto value = ParseScriptJson(RepairUtf8(bytes));
  if (value) Walk(*value);
}

void JsonLd(std::string_view bytes) {
  // Without a "<", nothing ends the script.
  std::string json = RepairUtf8(bytes);
  std::replace(json.begin(), json.end(), '<', ' ');
  const Result<Document> document = Document::Parse(
      "<script type='application/ld+json'>" + json + "</script><h1>H</h1>",
      Limits());
  if (!document) return;
  v1::Article article;
  FillFromMetadata(*document, Context(), &article);
  v1::Article again;
  FillFromMetadata(*document, Context(), &again);
  Check(article.SerializeAsString() == again.SerializeAsString(),
        "the same page gives the same fields");
  for (const v1::Person& person : article.authors()) {
    Check(!person.name().empty(), "an author has a name");
    Check(IsValidUtf8(person.name()), "names are UTF-8");
  }
  Check(!article.has_date_published() ||
            FromProto(article.date_published().time()) <
                Context().fetched_at + std::chrono::hours(25),
        "nothing is published in the future");
}

void Bylines(std::string_view bytes) {
  const std::string text = RepairUtf8(bytes);
  for (const Byline& byline : {ReadByline(text), ReadNames(text)}) {
    Check(byline.names.size() <= 100, "a byline is short");
    for (const Name& name : byline.names) {
      Check(!name.text.empty(), "a name is not empty");
      Check(IsValidUtf8(name.text), "names are UTF-8");
    }
  }
}

std::span<const Target> ParserTargets() {
  static constexpr std::array<Target, 11> kTargets = {{{"cut", Cut},
                                                       {"charset", Charset},
                                                       {"inflate", Inflate},
                                                       {"html", Html},
                                                       {"page", Page},
                                                       {"selector", Selector},
                                                       {"rule", Rule},
                                                       {"dates", Dates},
                                                       {"json", Json},
                                                       {"jsonld", JsonLd},
                                                       {"bylines", Bylines}}};
  return kTargets;
}

}  // namespace newsmill::fuzz
