#include "parser/rules/rule_tables.h"

#include <string>
#include <vector>

#include "parser/rules/field_table.h"

// The fields of an article, the sources of their values, and what is done with
// these.

namespace newsmill::rules {
namespace {

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

}  // namespace newsmill::rules
