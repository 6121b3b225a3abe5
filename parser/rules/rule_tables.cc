#include "parser/rules/rule_tables.h"

#include <string>
#include <vector>

#include "parser/rules/field_table.h"

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

constexpr RuleKey kSourceKeys[] = {
    {"css", "selector", "one of css, json, meta, url_id",
     "Elements of the page: their text, or `attr`.", R"({ css = "h1" })"},
    {"json", "pointer", "one of css, json, meta, url_id",
     "A value of the JSON, below `root`.", R"({ json = "/title" })"},
    {"meta", "text", "one of css, json, meta, url_id",
     "The content of <meta name=…> or <meta property=…>; case is ignored.",
     R"({ meta = "og:title" })"},
    {"url_id", "true", "one of css, json, meta, url_id",
     "The ID that the URL shows.", R"({ url_id = true })"},
    {"attr", "text", "the text", "An attribute instead of the text; with css.",
     R"({ css = "time", attr = "datetime" })"},
    {"pick", "text or number", "\"first\", with each \"all\"",
     "Which of the elements: first, last, all, or the n-th from 1; with css.",
     R"({ css = ".about p", pick = 2 })"},
    {"text_matches", "expression", "any text",
     "Only elements in whose text it is found; with css.",
     R"({ css = "a", text_matches = '^Next page' })"},
    {"own_text", "true or false", "false",
     "Without the text of the elements inside; with css.",
     R"({ css = ".editor", own_text = true })"},
    {"each", "place or table of places", "none",
     "A value per element or item: \"text\", \"@attribute\", a pointer, or a "
     "table of them by part.",
     R"({ css = ".tags a", each = "text" })"},
    {"as", "table of places", "none", "One value of several parts.",
     R"({ css = ".author", as = { name = "text", url = "@href" } })"},
    {"role", "text", "none", "Of the people found; only for people.",
     R"({ css = ".photo", role = "Photographer" })"},
    {"do", "list of steps", "none", "What is done to the text, in order.",
     R"({ css = ".by", do = ['match:By (.+)'] })"},
};

constexpr RuleKey kStepKeys[] = {
    {"strip_prefix:TEXT", "text → text", "",
     "Without the text at the front, if it is there.",
     R"(["strip_prefix:By "])"},
    {"match:EXPRESSION", "text → text or nothing", "",
     "Group 1, or the whole match without a group.", R"(['match:\d{4}-.*'])"},
    {"split:EXPRESSION", "text → texts", "", "The pieces between matches.",
     R"(['split:[,;]'])"},
    {"replace:EXPRESSION=>TEXT", "text → text", "",
     "Every match by the text, in which `\\1` is group 1.",
     R"(['replace:(\d+)/(\d+)=>\1-\2'])"},
    {"date", "text → date", "",
     "A date in any form that the parser knows; ends the steps of a date.",
     R"(["date"])"},
    {"count", "text → number", "",
     "\"1,024\", \"1.2k\", \"3万\"; ends the steps of a count.",
     R"(["count"])"},
    {"bool", "text → yes or no", "",
     "true, 1, yes, false, 0, no; ends the steps of such a field.",
     R"(["bool"])"},
    {"not", "text → yes or no", "", "The opposite of bool.", R"(["not"])"},
    {"abs_url", "text → URL", "",
     "Absolute, counted from the page; ends the steps of a URL.",
     R"(["abs_url"])"},
};

constexpr RuleKey kBodyKeys[] = {
    {"from", "list of tables", "required",
     "Where the text is, in order of preference: the first with any text or "
     "image.",
     R"(from = [ { css = "article .text" } ])"},
    {"profile", "text", "required", "A [profile.NAME] of the same rule.",
     R"(profile = "plain")"},
};

constexpr RuleKey kBodySourceKeys[] = {
    {"css", "selector", "one of css, json", "The element that holds it.",
     R"({ css = "article .text" })"},
    {"json", "pointer", "one of css, json",
     "A text of the JSON, below `root`; with as.",
     R"({ json = "/content", as = "html" })"},
    {"as", "text", "required with json",
     "\"html\": markup; \"text\": a paragraph a line.",
     R"({ json = "/summary", as = "text" })"},
};

constexpr RuleKey kProfileKeys[] = {
    {"drop", "list of selectors", "none", "Elements that are not read.",
     R"(drop = [".advertisement", ".share"])"},
    {"break_at", "list of tag names", "block elements alone",
     "Further elements that begin and end a line.", R"(break_at = ["font"])"},
    {"image_src", "list of attributes", "[\"src\"]",
     "Where an image's address stands: the first that has one.",
     R"(image_src = ["data-src", "src"])"},
    {"caption", "table", "no captions", "See [profile.NAME.caption].",
     "[profile.plain.caption]\ncss = [\"figcaption\"]"},
    {"subheading", "table", "no subheadings", "See [profile.NAME.subheading].",
     "[profile.plain.subheading]\ncss = [\"h2\", \"strong\"]"},
    {"original_title", "list of expressions", "none",
     "A line that names the title of what was reprinted; group 1 is it.",
     R"(original_title = ['^（原标题：(.+)）$'])"},
    {"editor_note", "list of expressions", "none",
     "A line that is a note of the editors.", R"(editor_note = ['^编者按'])"},
    {"boilerplate", "list of expressions", "none",
     "Lines before the first and after the last line of text that are left "
     "out; inside the text they are text.",
     R"(boilerplate = ['^Follow us on'])"},
    {"credits", "list of expressions", "none",
     "Lines at the same places that are kept as credits.",
     R"(credits = ['^责任编辑：'])"},
    {"dateline", "expression", "none",
     "Is searched in the first paragraph; group 1 is place and day.",
     R"(dateline = '^(新华社\p{Han}{2,4}\d+月\d+日电)')"},
};

constexpr RuleKey kCaptionKeys[] = {
    {"css", "list of selectors", "none",
     "A line behind an image that is wholly inside such an element.",
     R"(css = ["figcaption"])"},
    {"matches", "expression", "none",
     "A line right behind an image in which it is found.",
     R"(matches = '^▲|摄$')"},
    {"credit", "expression", "none",
     "Is searched in the caption; group 1 is who made the image.",
     R"(credit = '(\S+)摄$')"},
    {"max_length", "number from 1", "60",
     "A longer line is no caption; in characters.", "max_length = 120"},
};

constexpr RuleKey kSubheadingKeys[] = {
    {"css", "list of selectors", "none",
     "A line that is wholly inside such an element.",
     R"(css = ["h2", "strong"])"},
    {"max_length", "number from 1", "40",
     "A longer line is a paragraph; in characters.", "max_length = 60"},
    {"not_ending", "characters", "none",
     "A line that ends with one of them is a paragraph.",
     R"(not_ending = "。；")"},
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

// A source of that type as people would write it.
const char* SourceExample(FieldType type) {
  switch (type) {
    case FieldType::kText:
      return R"({ css = ".name" })";
    case FieldType::kUrl:
    case FieldType::kImageUrl:
      return R"({ css = "a.name", attr = "href", do = ["abs_url"] })";
    case FieldType::kCount:
      return R"({ css = ".number", do = ["count"] })";
    case FieldType::kBool:
      return R"({ json = "/free", do = ["bool"] })";
    case FieldType::kDate:
      return R"({ css = "time", attr = "datetime", do = ["date"] })";
    case FieldType::kTexts:
      return R"({ css = ".tags a", each = "text" })";
    case FieldType::kPeople:
      return R"({ css = ".person", role = "Reporter" })";
    case FieldType::kLinks:
      return R"({ css = ".path a", each = { name = "text", url = "@href" } })";
    case FieldType::kImages:
      return R"({ css = ".gallery img", each = { url = "@src" } })";
    case FieldType::kVideos:
    case FieldType::kAudios:
      return R"({ css = ".player source", each = { url = "@src" } })";
  }
  return "";
}

const char* TypeWords(FieldType type) {
  switch (type) {
    case FieldType::kText:
      return "text";
    case FieldType::kUrl:
      return "URL";
    case FieldType::kCount:
      return "count";
    case FieldType::kBool:
      return "yes or no";
    case FieldType::kDate:
      return "date";
    case FieldType::kTexts:
      return "list of texts";
    case FieldType::kPeople:
      return "people: name, role, url";
    case FieldType::kLinks:
      return "links: name, url";
    case FieldType::kImages:
      return "images: url, width, height, alternate_text, caption, credit_text";
    case FieldType::kImageUrl:
      return "URL of an image";
    case FieldType::kVideos:
      return "videos: url, thumbnail_url, duration";
    case FieldType::kAudios:
      return "audios: url";
  }
  return "";
}

// Owns the texts that the keys of fields point into.
struct FieldKeys {
  FieldKeys() {
    const auto fields = AllFields();
    examples.reserve(fields.size());
    for (const FieldInfo& field : fields) {
      examples.push_back(std::string(field.name) + " = [ " +
                         SourceExample(field.type) + " ]");
      keys.push_back({field.name, TypeWords(field.type),
                      "JSON-LD, metadata, the page", field.meaning,
                      examples.back()});
    }
  }

  std::vector<std::string> examples;
  std::vector<RuleKey> keys;
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

const RuleTable& SourceTable() {
  static constexpr RuleTable table = {
      "a source of a field",
      "Where a value may be found. A field has a list of them, and the first "
      "with a value wins; of people, the first per role.",
      kSourceKeys};
  return table;
}

const RuleTable& StepTable() {
  static constexpr RuleTable table = {
      "the steps of do",
      "Each takes the text that the one before it gave. Written with a colon "
      "and what follows it: `'match:(\\d+)'`.",
      kStepKeys};
  return table;
}

const RuleTable& BodyTable() {
  static constexpr RuleTable table = {
      "[layout.body]",
      "The text of the article, its images and captions. Without it the "
      "layout's pages have no text.",
      kBodyKeys};
  return table;
}

const RuleTable& BodySourceTable() {
  static constexpr RuleTable table = {
      "a source of the body", "Where the text of an article may be found.",
      kBodySourceKeys};
  return table;
}

const RuleTable& ProfileTable() {
  static constexpr RuleTable table = {
      "[profile.NAME]",
      "How an element becomes blocks: paragraphs, subheadings, images, "
      "captions. Lines end at `<br>` and at the edges of block elements.",
      kProfileKeys};
  return table;
}

const RuleTable& CaptionTable() {
  static constexpr RuleTable table = {
      "[profile.NAME.caption]", "Which lines describe the image before them.",
      kCaptionKeys};
  return table;
}

const RuleTable& SubheadingTable() {
  static constexpr RuleTable table = {"[profile.NAME.subheading]",
                                      "Which lines head what follows.",
                                      kSubheadingKeys};
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

const RuleTable& FieldsTable() {
  static const FieldKeys keys;
  static const RuleTable table = {
      "[layout.fields]",
      "A field of the article, and where it is found. What no source gives is "
      "taken from JSON-LD, metadata and the page itself. Parts of a message "
      "are written with a dot: `article_section.name`.",
      keys.keys};
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
