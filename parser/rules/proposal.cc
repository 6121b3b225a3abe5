#include "parser/rules/proposal.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

#include <re2/re2.h>

#include "core/base/url.h"
#include "core/sites/rule_file.h"
#include "core/sites/site_catalogue.h"
#include "parser/html/text.h"
#include "parser/open_page.h"
#include "parser/page_parser.h"
#include "parser/rules/apply.h"
#include "parser/rules/loader.h"
#include "parser/rules/proposal_fields.h"

namespace newsmill::rules {
namespace {

// What the page says, decided without a rule.
Result<v1::Article> Decide(const ParserConfig& config,
                           const v1::FetchedPage& page) {
  const SiteCatalogue none;
  const auto parser = PageParser::Make(config, RuleSet(), none);
  Extraction extraction = parser->Extract(page);
  if (!extraction.verdict) return std::move(extraction.article);
  return Error{
      Code::kInvalidArgument,
      "the page is no article: " + v1::Reason_Name(extraction.verdict->reason) +
          (extraction.verdict->detail.empty() ? "" : ", ") +
          extraction.verdict->detail + "; a rule is written from an article"};
}

std::string OffsetText(int minutes) {
  char text[16];
  std::snprintf(text, sizeof(text), "%c%02d:%02d", minutes < 0 ? '-' : '+',
                std::abs(minutes) / 60, std::abs(minutes) % 60);
  return text;
}

// How dates without a zone are read: as the page's own zone, where it names
// one.
std::string TimezoneLine(const v1::Article& decided) {
  const v1::PageDate& date = decided.date_published();
  const bool known = decided.has_date_published() && !date.zone_assumed();
  return "timezone = \"" + OffsetText(known ? date.utc_offset_minutes() : 0) +
         "\"" +
         (known ? "\n" : "  # of dates without a zone: the page names none\n");
}

// Tries sources and bodies on the page, each as a rule of its own.
class Trial {
 public:
  Trial(const ParserConfig& config, const v1::FetchedPage& page,
        const Document& document, const Url& url, const v1::Article& decided)
      : document_(document),
        url_(url),
        base_(BaseUrl(document, url)),
        fetched_at_(FromProto(page.fetched_at())),
        limits_{static_cast<size_t>(config.max_tree_bytes),
                static_cast<int>(config.max_depth), config.deadline},
        timezone_(TimezoneLine(decided)) {}

  std::optional<v1::Article> Apply(const std::string& rule_text) const {
    Findings findings;
    const auto rule = CompileRule(rule_text, "rule.toml", &findings);
    if (rule == nullptr) return std::nullopt;
    v1::Article article;
    const auto result = ApplyRule(
        *rule, {document_, url_, base_, fetched_at_, "", limits_}, &article);
    if (!result || result->layout == nullptr) return std::nullopt;
    return article;
  }

  std::optional<v1::Article> Field(const std::string& field,
                                   const std::string& source) const {
    return Apply(Head() + "[layout.fields]\n" + field + " = [ " + source +
                 " ]\n");
  }

  std::optional<v1::Article> Body(const BodyProposal& body) const {
    return Apply(Head() + "[layout.body]\nfrom = [ { css = " +
                 TomlString(body.selector) + " } ]\nprofile = \"article\"\n" +
                 body.profile);
  }

 private:
  std::string Head() const {
    return "schema = 1\nsite = \"trial\"\nrevision = 1\n" + timezone_ +
           "[[layout]]\nname = \"trial\"\n"
           "when = [ { url_matches = '.' } ]\n";
  }

  const Document& document_;
  const Url& url_;
  const Url base_;
  const Timestamp fetched_at_;
  const ParseLimits limits_;
  const std::string timezone_;
};

// The first source that gives what was decided.
template <typename Same>
std::string FirstThat(const Trial& trial, const std::string& field,
                      const std::vector<std::string>& sources,
                      const Same& same) {
  for (const std::string& source : sources) {
    const auto article = trial.Field(field, source);
    if (article && same(*article)) return source;
  }
  return "";
}

bool SameNames(const v1::Article& a, const v1::Article& b) {
  return std::equal(a.authors().begin(), a.authors().end(), b.authors().begin(),
                    b.authors().end(),
                    [](const v1::Person& x, const v1::Person& y) {
                      return x.name() == y.name();
                    });
}

std::string NamesOf(const v1::Article& article) {
  std::string names;
  for (const v1::Person& person : article.authors()) {
    names += (names.empty() ? "" : ", ") + person.name();
  }
  return names;
}

std::vector<ProposedField> FindFields(const Trial& trial,
                                      const Document& document,
                                      const v1::Article& decided) {
  std::vector<ProposedField> fields;
  fields.push_back(
      {"headline", decided.headline(),
       FirstThat(trial, "headline", HeadlineSources(document, decided),
                 [&](const v1::Article& got) {
                   return got.headline() == decided.headline();
                 })});
  if (decided.has_date_published()) {
    fields.push_back(
        {"date_published", decided.date_published().raw(),
         FirstThat(trial, "date_published", DateSources(document, decided),
                   [&](const v1::Article& got) {
                     return got.date_published().time().seconds() ==
                            decided.date_published().time().seconds();
                   })});
  }
  if (!decided.authors().empty()) {
    fields.push_back(
        {"authors", NamesOf(decided),
         FirstThat(
             trial, "authors", AuthorSources(document, decided),
             [&](const v1::Article& got) { return SameNames(got, decided); })});
  }
  return fields;
}

std::set<std::string> LinesOf(const v1::Article& article) {
  std::set<std::string> lines;
  std::istringstream text(article.article_body());
  for (std::string line; std::getline(text, line);) lines.insert(line);
  return lines;
}

// The element that gives the most of the lines that were decided and the fewest
// others.
const BodyProposal* BestBody(const Trial& trial,
                             const std::vector<BodyProposal>& proposals,
                             const v1::Article& decided) {
  const std::set<std::string> wanted = LinesOf(decided);
  const BodyProposal* best = nullptr;
  double best_score = 0;
  for (const BodyProposal& proposal : proposals) {
    const auto article = trial.Body(proposal);
    if (!article) continue;
    const std::set<std::string> got = LinesOf(*article);
    size_t both = 0;
    for (const std::string& line : got) both += wanted.count(line);
    if (both * 5 < wanted.size() * 4) continue;
    const double score = 2.0 * static_cast<double>(both) /
                         static_cast<double>(got.size() + wanted.size());
    if (score > best_score + 1e-9) {
      best = &proposal;
      best_score = score;
    }
  }
  return best;
}

// How the URL's last number of at least four digits is read as the ID; days
// are none. Empty without one.
std::string IdLine(const Url& url) {
  static const RE2 day(R"((?:19|20)\d{2}(?:[01]\d[0-3]\d)?)");
  const std::string& path = url.path();
  for (size_t end = path.size(); end > 0;) {
    size_t last = end;
    while (last > 0 &&
           !std::isdigit(static_cast<unsigned char>(path[last - 1])))
      --last;
    size_t begin = last;
    while (begin > 0 &&
           std::isdigit(static_cast<unsigned char>(path[begin - 1])))
      --begin;
    if (last == begin) return "";
    const std::string digits = path.substr(begin, last - begin);
    end = begin;
    if (digits.size() < 4 || RE2::FullMatch(digits, day)) continue;
    const char before = path[begin - 1];
    std::string pattern;
    if (before == '/' || before == '-' || before == '_') {
      pattern = std::string(before == '/' ? "/" : before == '-' ? "-" : "_");
    }
    pattern += R"((\d{)" + std::to_string(digits.size() > 6 ? 6 : 4) + ",})";
    const std::string rest = path.substr(last);
    if (rest.size() <= 8) pattern += RE2::QuoteMeta(rest) + "(?:[?]|$)";
    return "id = ['" + pattern + "']\n";
  }
  return "";
}

// Lines for what was found, and comments for what was not.
std::string FieldLines(const std::vector<ProposedField>& fields) {
  std::string lines;
  for (const ProposedField& field : fields) {
    if (field.field == "blocks") continue;
    if (field.source.empty()) {
      lines += "# " + field.field +
               ": no single place gives it; it is read without a rule\n";
    } else {
      lines += field.field + " = [ " + field.source + " ]\n";
    }
  }
  return lines;
}

std::string RuleText(const std::string& site, const Url& url,
                     const v1::Article& decided,
                     const std::vector<ProposedField>& fields,
                     const BodyProposal& body) {
  std::string text =
      "# " + url.HostKey() + "\n#\n# Written by `newsmill rules new` from " +
      url.text() + "\nschema = 1\nsite = \"" + site + "\"\nrevision = 1\n";
  if (!decided.publisher().name().empty()) {
    text += "publisher = { name = " + TomlString(decided.publisher().name()) +
            " }\n";
  }
  if (decided.has_in_language()) {
    text += "language = " + TomlString(decided.in_language()) + "\n";
  }
  text += TimezoneLine(decided);
  text +=
      "\n[url]\nhosts = [" + TomlString(url.HostKey()) + "]\n" + IdLine(url);
  text += "\n[[layout]]\nname = \"article\"\nwhen = [ { css = " +
          TomlString(body.selector) + ", exists = true } ]\n\n" +
          "[layout.fields]\n" + FieldLines(fields) +
          "\n[layout.body]\nfrom = [ { css = " + TomlString(body.selector) +
          " } ]\nprofile = \"article\"\n\n" + body.profile;
  return text;
}

}  // namespace

Result<Proposal> ProposeRule(const ParserConfig& config,
                             const v1::FetchedPage& page,
                             const std::string& site) {
  const Result<Url> url = Url::Parse(page.final_url());
  if (!url) return url.error();
  const Result<v1::Article> decided = Decide(config, page);
  if (!decided) return decided.error();
  const Result<Document> document = OpenPage(config, page);
  if (!document) return document.error();
  const Trial trial(config, page, *document, *url, *decided);
  Proposal proposal;
  proposal.site = site;
  proposal.fields = FindFields(trial, *document, *decided);
  const auto bodies = BodyProposals(*document, *decided);
  const BodyProposal* const body = BestBody(trial, bodies, *decided);
  if (body == nullptr) {
    return Error{Code::kInvalidArgument,
                 "no element of the page holds the text that was found; a rule "
                 "would read less than the extraction without one"};
  }
  proposal.fields.push_back({"blocks", decided->article_body(),
                             "{ css = " + TomlString(body->selector) + " }"});
  proposal.rule = RuleText(site, *url, *decided, proposal.fields, *body);
  const auto made = trial.Apply(proposal.rule);
  const Result<Site> addresses = ReadSiteText(site, "rule.toml", proposal.rule);
  if (!made || !addresses) {
    return Error{Code::kInternal,
                 "the rule that was written does not load: " +
                     (addresses ? std::string("it reads nothing")
                                : addresses.error().message)};
  }
  proposal.article = *made;
  return proposal;
}

}  // namespace newsmill::rules
