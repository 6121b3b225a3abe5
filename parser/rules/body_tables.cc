#include "parser/rules/rule_tables.h"

// How the text of an article is found, and what of it is kept.

namespace newsmill::rules {
namespace {

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

}  // namespace

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

}  // namespace newsmill::rules
