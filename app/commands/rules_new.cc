#include <algorithm>
#include <filesystem>
#include <fstream>

#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/one_page.h"
#include "app/open.h"
#include "core/base/inflate.h"
#include "parser/html/text.h"
#include "parser/page_header.h"
#include "parser/page_parser.h"
#include "parser/rules/check.h"
#include "parser/rules/proposal.h"

namespace newsmill {
namespace {

namespace fs = std::filesystem;

// "sina" of news.sina.com.cn: the label that people would name it by.
std::string SiteNameOf(const std::string& host) {
  static constexpr std::string_view kCommon[] = {
      "www", "m", "news", "wap", "mobile", "com", "co", "net", "org", "gov"};
  std::string rest = host;
  while (!rest.empty()) {
    const size_t dot = std::min(rest.find('.'), rest.size());
    const std::string label = rest.substr(0, dot);
    if (std::find(std::begin(kCommon), std::end(kCommon), label) ==
        std::end(kCommon)) {
      return label;
    }
    rest.erase(0, std::min(dot + 1, rest.size()));
  }
  return host;
}

Result<void> WriteNew(const fs::path& path, const std::string& text) {
  std::error_code failed;
  if (fs::exists(path, failed)) {
    return Error{Code::kInvalidArgument,
                 path.string() + " is there already; it is not written over"};
  }
  fs::create_directories(path.parent_path(), failed);
  std::ofstream out(path, std::ios::binary);
  out << text << std::flush;
  if (!out) {
    return Error{Code::kInvalidArgument, path.string() + " cannot be written"};
  }
  return {};
}

// The expectation of the page that the rule was written from: what the rule
// gives today, to be read once by a person.
std::string ExpectationOf(const v1::FetchedPage& page,
                          const v1::Article& article) {
  v1::Article shown;
  shown.set_layout(article.layout());
  shown.set_headline(article.headline());
  *shown.mutable_authors() = article.authors();
  if (article.has_date_published()) {
    *shown.mutable_date_published() = article.date_published();
  }
  *shown.mutable_blocks() = article.blocks();
  shown.set_article_body(article.article_body());
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string expect;
  const auto printed =
      google::protobuf::util::MessageToJsonString(shown, &expect, options);
  if (!printed.ok()) expect = "{}";
  nlohmann::ordered_json json = {{"page", "first.html"},
                                 {"page_url", page.final_url()}};
  const std::string type = HeaderOf(page, "content-type");
  if (!type.empty()) json["content_type"] = type;
  json["fetched_at"] = FormatRfc3339(FromProto(page.fetched_at()));
  json["expect"] = nlohmann::ordered_json::parse(expect);
  return json.dump(1) + "\n";
}

class RulesNew : public Command {
 public:
  std::string name() const override { return "rules new"; }
  std::string summary() const override {
    return "Write a first rule from a page, and show what was found";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("URL|FILE|-", &source_, true,
                         "an article of the site: to fetch, or saved");
    arguments.Option("--url", "URL", &url_,
                     "where the saved page comes from [what it names as "
                     "canonical]");
    arguments.Option("--site", "NAME", &site_,
                     "the site's name [from the page's host]");
    arguments.Option("--out", "DIR", &out_,
                     "write <DIR>/<site>/rule.toml, the page and its "
                     "expectation there [print the rule]");
    arguments.Flag("--json", &json_, "what was found as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    const SiteCatalogue none;  // as if the site had no rule yet
    const auto page =
        OnePage(context.settings, none, context.clock, source_, url_);
    if (!page) return page.error();
    const Result<Url> url = Url::Parse(page->final_url());
    if (!url) return url.error();
    const std::string site = site_.empty() ? SiteNameOf(url->host()) : site_;
    const auto proposal =
        rules::ProposeRule(context.settings.parser, *page, site);
    if (!proposal) return proposal.error();
    if (!out_.empty()) {
      if (auto written = Write(context, *page, *proposal); !written) {
        return written.error();
      }
    }
    Print(context, *proposal);
    return Finished(context);
  }

 private:
  Result<void> Write(Context& context, const v1::FetchedPage& page,
                     const rules::Proposal& proposal) const {
    const fs::path folder = fs::path(out_) / proposal.site;
    const Result<std::string> html = InflateBody(
        page.body(), HeaderOf(page, "content-encoding"),
        static_cast<size_t>(context.settings.parser.max_inflated_bytes));
    if (!html) return html.error();
    const std::string rule = (folder / "rule.toml").string();
    if (auto written = WriteNew(rule, proposal.rule); !written) return written;
    if (auto written = WriteNew(folder / "pages" / "first.html", *html);
        !written) {
      return written;
    }
    const auto article = Parse(context, page);
    if (!article) return article.error();
    if (auto written = WriteNew(folder / "pages" / "first.expect.json",
                                ExpectationOf(page, *article));
        !written) {
      return written;
    }
    const rules::CheckReport checked = rules::CheckRules({rule}, true);
    if (checked.findings.empty()) return {};
    return Error{Code::kInternal, checked.findings[0].text()};
  }

  // The page by the rule that was written, and by what the rule leaves out.
  Result<v1::Article> Parse(Context& context,
                            const v1::FetchedPage& page) const {
    const Result<SiteCatalogue> sites = SiteCatalogue::Load({out_});
    if (!sites) return sites.error();
    const auto parser =
        PageParser::Load(context.settings.parser, {out_}, *sites);
    if (!parser) return parser.error();
    auto parsed = (*parser)->Parse(page);
    if (auto* article = std::get_if<v1::Article>(&parsed)) {
      return std::move(*article);
    }
    return Error{Code::kInternal, "the rule that was written gives no article"};
  }

  void Print(Context& context, const rules::Proposal& proposal) const {
    if (json_) {
      nlohmann::ordered_json json = {{"site", proposal.site},
                                     {"rule", proposal.rule}};
      for (const rules::ProposedField& field : proposal.fields) {
        json["fields"][field.field] = {{"value", field.value},
                                       {"source", field.source}};
      }
      context.out.Line(JsonLine(json));
      return;
    }
    // Beside the rule itself, what was found is a remark.
    Output& out = out_.empty() ? context.err : context.out;
    Table table({{"FIELD"}, {"FOUND BY"}, {"VALUE"}});
    for (const rules::ProposedField& field : proposal.fields) {
      table.Add({field.field,
                 field.source.empty() ? "(no single place)" : field.source,
                 FirstWords(field.value)});
    }
    table.Print(out);
    if (out_.empty()) {
      context.out.Write(proposal.rule);
      return;
    }
    const std::string folder = (fs::path(out_) / proposal.site).string();
    out.Line("");
    out.Line("Written: " + folder + "/rule.toml, revisions.txt and pages/.");
    out.Line("Read pages/first.expect.json once beside the page, then:");
    out.Line("  newsmill rules test " + folder);
  }

  static std::string FirstWords(const std::string& text) {
    constexpr size_t kMost = 100;
    const std::string line = CollapseBlanks(text);
    if (line.size() <= kMost) return line;
    size_t end = kMost;
    while (end > 0 && (line[end] & 0xC0) == 0x80) --end;
    return line.substr(0, end) + "…";
  }

  std::string source_, url_, site_, out_;
  bool json_ = false;
};

}  // namespace

CommandPtr MakeRulesNew() { return std::make_unique<RulesNew>(); }

}  // namespace newsmill
