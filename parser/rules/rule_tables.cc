#include "parser/rules/rule_tables.h"

namespace newsmill::rules {
namespace {

constexpr RuleKey kTopKeys[] = {
    {"schema", "number", "required", "Of this language: 1.", "schema = 1"},
    {"site", "text", "required", "The name of the rule's folder.",
     R"(site = "morgen")"},
    {"revision", "number from 1", "required",
     "Raised with every change; revisions.txt beside the rule notes it.",
     "revision = 1"},
    {"publisher", "table", "none", "The medium whose pages these are.",
     R"(publisher = { name = "Der Morgen" })"},
    {"language", "text (BCP 47)", "what the page says",
     "The language of its articles.", R"(language = "de-DE")"},
    {"timezone", "text", "\"+00:00\"",
     "The distance from UTC of dates that name no zone.",
     R"(timezone = "+01:00")"},
    {"data", "table", "none",
     "JSON in a script element, below which all pointers of the rule start.",
     R"(data = { css = "script#__NEXT_DATA__" })"},
    {"url", "table", "required", "See [url].",
     "[url]\nhosts = [\"www.morgen.example\"]"},
    {"fetch", "table", "the configuration's", "See [fetch].",
     "[fetch]\ndelay = \"2s\""},
    {"profile", "tables by name", "none", "See [profile.NAME].",
     "[profile.plain]\ndrop = [\".advertisement\"]"},
    {"verdict", "list of tables", "none", "See [[verdict]].",
     "[[verdict]]\nname = \"REMOVED\"\nwhen = [ { css = \"p.gone\", exists = "
     "true } ]"},
    {"layout", "list of tables", "none", "See [[layout]].",
     "[[layout]]\nname = \"story\"\nwhen = [ { css = \"h1\", exists = true } "
     "]"},
    {"post", "table", "none", "See [post].",
     "[post]\nbyline_organization = \"ignore\""},
    {"usage", "table", "the configuration's", "See [usage].",
     "[usage]\nnoindex = \"record\""},
};

constexpr RuleKey kPublisherKeys[] = {
    {"name", "text", "required", "As readers know it.",
     R"(publisher = { name = "Der Morgen" })"},
    {"alternate_name", "text", "none", "In another language or script.",
     R"(publisher = { name = "Der Morgen", alternate_name = "The Morning" })"},
    {"url", "text", "none", "Its front page.",
     R"(publisher = { name = "Der Morgen", url = "https://morgen.example/" })"},
};

constexpr RuleKey kDataKeys[] = {
    {"css", "selector", "required",
     "The script elements; the first that holds JSON after `do` is taken.",
     R"(data = { css = "script#__NEXT_DATA__" })"},
    {"do", "list of steps", "none", "Cuts the JSON out of the script's text.",
     R"(data = { css = "script.state", do = ['match:window\.state = (.*);'] })"},
};

constexpr RuleKey kVerdictKeys[] = {
    {"name", "text", "required",
     "What the page is: REMOVED, SOFT_404, EXTERNAL, LIST, EMPTY_SHELL, "
     "CHALLENGE, CONSENT, LOGIN or NO_ARTICLE.",
     R"(name = "REMOVED")"},
    {"when", "list of conditions", "required", "All of them must hold.",
     R"(when = [ { css = "p.gone", exists = true } ])"},
};

constexpr RuleKey kConditionKeys[] = {
    {"css", "selector", "one of css, json, url_matches",
     "Looks at elements, with exists, text_is or text_matches.",
     R"({ css = "p.gone", exists = true })"},
    {"json", "pointer", "one of css, json, url_matches",
     "Looks at the JSON of `data`, from its top, with exists, is or "
     "non_empty.",
     R"({ json = "/props/article", exists = true })"},
    {"url_matches", "expression", "one of css, json, url_matches",
     "Is found in the page's own URL.", R"({ url_matches = '/video/' })"},
    {"exists", "true or false", "one test is required",
     "Whether there is such an element or value; a null is none.",
     R"({ css = "article", exists = false })"},
    {"text_is", "text", "one test is required",
     "One of the elements has exactly this text.",
     R"({ css = "p.notice", text_is = "This article was removed" })"},
    {"text_matches", "expression", "one test is required",
     "It is found in the text of one of the elements.",
     R"({ css = "title", text_matches = '^404' })"},
    {"is", "text", "one test is required", "The value, as a text.",
     R"({ json = "/page", is = "/404" })"},
    {"non_empty", "true or false", "one test is required",
     "Whether the value is more than \"\", [], {} and null.",
     R"({ json = "/props/article", non_empty = true })"},
};

constexpr RuleKey kLayoutKeys[] = {
    {"name", "text", "required", "Stands in the row's column `layout`.",
     R"(name = "story")"},
    {"when", "list of conditions", "required", "All of them must hold.",
     R"(when = [ { css = "h1.headline", exists = true } ])"},
    {"data", "table", "the rule's", "Other JSON than the rule's `data`.",
     R"(data = { css = "script.state" })"},
    {"root", "pointer", "the top",
     "Where in the JSON the pointers of its fields start.",
     R"(root = "/props/article")"},
    {"page_type", "text", "found from the article",
     "ARTICLE, VIDEO, GALLERY or LIVE.", R"(page_type = "VIDEO")"},
    {"fields", "table", "none", "See [layout.fields].",
     "[layout.fields]\nheadline = [ { css = \"h1\" } ]"},
    {"body", "table", "none", "See [layout.body].",
     "[layout.body]\nfrom = [ { css = \"article\" } ]\nprofile = \"plain\""},
};

constexpr RuleKey kPostKeys[] = {
    {"byline_person", "list of expressions", "none",
     "A byline that names people; group 1 are the names.",
     R"(byline_person = ['^By (.+)$'])"},
    {"byline_slash", "expression", "none",
     "A byline of two halves: group 1 are people, group 2 is a medium or a "
     "role.",
     R"(byline_slash = '^(.+?)/(.+)$')"},
    {"byline_slash_roles", "list of texts", "none",
     "Second halves that are roles.", R"(byline_slash_roles = ["整理"])"},
    {"byline_role_words", "list of texts", "none",
     "Words in a byline that say the role of the names behind them.",
     R"(byline_role_words = ["记者", "通讯员"])"},
    {"byline_organization", "text", "\"ignore\"",
     "What a byline without people is: \"source_organization\" or "
     "\"ignore\".",
     R"(byline_organization = "source_organization")"},
    {"truncated_headline", "expression", "none",
     "Is found in a headline that was cut; the original title that goes on "
     "from there takes its place.",
     R"(truncated_headline = '…$')"},
};

constexpr RuleKey kUsageKeys[] = {
    {"noindex", "text", "`parser.noindex`",
     "\"skip\" or \"record\" pages that are not to be indexed.",
     R"(noindex = "record")"},
    {"tdm", "text", "`parser.tdm`",
     "\"skip\" or \"record\" pages that reserve text and data mining.",
     R"(tdm = "skip")"},
};

}  // namespace

const RuleTable& TopTable() {
  static constexpr RuleTable table = {
      "the top of the file",
      "Whose pages the rule reads, and what holds for all of them.", kTopKeys};
  return table;
}

const RuleTable& PublisherTable() {
  static constexpr RuleTable table = {
      "publisher = { … }", "A constant of the site.", kPublisherKeys};
  return table;
}

const RuleTable& DataTable() {
  static constexpr RuleTable table = {
      "data = { … }",
      "Where a page carries its article as JSON (`__NEXT_DATA__` and the "
      "like).",
      kDataKeys};
  return table;
}

const RuleTable& VerdictTable() {
  static constexpr RuleTable table = {
      "[[verdict]]",
      "Pages that are no article. Tried in order, before the layouts; the "
      "first whose conditions hold ends the task with its reason "
      "(docs/outcomes.md).",
      kVerdictKeys};
  return table;
}

const RuleTable& ConditionTable() {
  static constexpr RuleTable table = {
      "a condition",
      "A question with the answer yes or no, in the `when` of verdicts and "
      "layouts.",
      kConditionKeys};
  return table;
}

const RuleTable& LayoutTable() {
  static constexpr RuleTable table = {
      "[[layout]]",
      "One face of the site. Tried in order; the first whose conditions hold "
      "reads the page. When a site changes its face, a layout joins the old "
      "ones, so that pages of last year can still be read.",
      kLayoutKeys};
  return table;
}

const RuleTable& PostTable() {
  static constexpr RuleTable table = {
      "[post]", "What is made of byline and headline once they were read.",
      kPostKeys};
  return table;
}

const RuleTable& UsageTable() {
  static constexpr RuleTable table = {
      "[usage]", "What becomes of the site's pages that opt out of being used.",
      kUsageKeys};
  return table;
}

std::span<const RuleTable* const> AllTables() {
  static const RuleTable* const tables[] = {
      &TopTable(),        &PublisherTable(), &UrlTable(),
      &FetchTable(),      &DataTable(),      &VerdictTable(),
      &ConditionTable(),  &LayoutTable(),    &FieldsTable(),
      &SourceTable(),     &StepTable(),      &BodyTable(),
      &BodySourceTable(), &ProfileTable(),   &CaptionTable(),
      &SubheadingTable(), &PostTable(),      &UsageTable(),
  };
  return tables;
}

}  // namespace newsmill::rules
