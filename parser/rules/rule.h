#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/common.pb.h"
#include "parser/html/selector.h"
#include "parser/rules/field_table.h"
#include "parser/rules/table_reader.h"

// A site rule, compiled: selectors, pointers and expressions are ready to run.
// Plain data, immutable once loaded; thread-safe. loader.h documents the
// language that it is read from.

namespace newsmill::rules {

// One transformation of a value: text in, no, one or several texts out.
struct Step {
  enum class Kind {
    kStripPrefix,  // without `text` at the front, if it is there
    kMatch,        // group 1, or the whole match; none: no value
    kSplit,        // the pieces between matches
    kReplace,      // every match by `text`, in which \1 is group 1
    kDate,         // the field's conversion; the steps below it, too
    kCount,
    kBool,
    kNot,
    kAbsoluteUrl,
  };
  Kind kind = Kind::kMatch;
  std::string text;
  Pattern pattern;
};

// One part of a structured value: where it is found, in order of preference.
// In elements "text" or "@attribute", in JSON pointers.
struct Part {
  std::string name;  // of the message's field; empty for a plain text
  std::vector<std::string> places;
};

// Where a value may be found.
struct Source {
  enum class Kind { kCss, kJson, kMeta, kUrlId };
  enum class Pick { kFirst, kLast, kAll, kNth };

  Kind kind = Kind::kCss;
  std::string place;  // selector, pointer or meta name, as written
  std::optional<Selector> selector;
  std::string attribute;  // empty: the text
  Pick pick = Pick::kFirst;
  int nth = 1;            // from 1
  bool own_text = false;  // without the text of child elements
  Pattern text_matches;   // only elements in whose text it is found
  // The value is a list: each item (element, member of an array) is a value.
  bool each = false;
  std::vector<Part> parts;
  std::string role;  // of the people that are found
  std::vector<Step> steps;

  // "css h1.news_title", for provenance.
  std::string Describe() const;
};

struct FieldRule {
  const FieldInfo* field = nullptr;
  std::vector<Source> sources;
};

// A question with the answer yes or no.
struct Condition {
  enum class Kind { kCss, kJson, kUrl };
  enum class Test { kExists, kAbsent, kIs, kMatches, kNonEmpty, kEmpty };

  Kind kind = Kind::kCss;
  Test test = Test::kExists;
  std::string place;
  std::optional<Selector> selector;
  std::string text;
  Pattern pattern;

  // "css p.gone exists", for people.
  std::string Describe() const;
};

// All of `when` hold: the page is no article, and this is why.
struct VerdictRule {
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  std::string name;
  std::vector<Condition> when;
};

// JSON that a page carries in a script element.
struct DataSource {
  std::string css;
  Selector selector;
  std::vector<Step> steps;  // cut the JSON out of the script
};

struct BodySource {
  enum class As { kElement, kHtml, kText };
  As as = As::kElement;
  std::string place;  // selector or pointer
  std::optional<Selector> selector;

  // "css div.text", for provenance.
  std::string Describe() const { return (selector ? "css " : "json ") + place; }
};

// How a subtree becomes blocks.
struct Profile {
  std::string name;
  std::vector<Selector> drop;
  std::vector<std::string> break_at;  // tag names
  std::vector<std::string> image_src;
  std::vector<Selector> captions;
  Pattern caption_text;
  Pattern caption_credit;
  size_t caption_max_length = 60;  // code points
  std::vector<Selector> subheadings;
  size_t subheading_max_length = 40;
  std::string subheading_not_ending;  // characters
  std::vector<Pattern> original_title;
  std::vector<Pattern> editor_note;
  std::vector<Pattern> boilerplate;
  std::vector<Pattern> credits;
  Pattern dateline;  // group 1, searched in the first paragraph
};

struct Layout {
  std::string name;
  std::vector<Condition> when;
  std::optional<DataSource> data;  // else the rule's
  std::string root;                // pointer; fields' pointers start here
  v1::Article::PageType page_type = v1::Article::PAGE_TYPE_UNSPECIFIED;
  std::vector<FieldRule> fields;
  std::vector<BodySource> body;
  const Profile* profile = nullptr;  // of the same rule
};

// What is made of fields that were read.
struct PostSteps {
  std::vector<Pattern> byline_person;  // group 1: names
  Pattern byline_slash;                // group 1: names, group 2: medium
  std::vector<std::string> byline_slash_roles;
  std::vector<std::string> byline_role_words;
  bool byline_organization = false;  // else-case: it is the source
  Pattern truncated_headline;
};

// What becomes of a page that opts out; unset: as the configuration says.
struct UsagePolicy {
  std::optional<bool> skip_noindex;
  std::optional<bool> skip_tdm;
};

struct Rule {
  std::string site;  // name of the folder
  std::string file;
  int64_t revision = 0;
  std::string sha256;  // of the normal form; hexadecimal
  v1::Organization publisher;
  std::string language;
  int utc_offset_minutes = 0;
  bool names_timezone = false;
  std::optional<DataSource> data;
  std::vector<VerdictRule> verdicts;
  std::vector<Layout> layouts;
  std::map<std::string, Profile> profiles;  // nodes do not move
  PostSteps post;
  UsagePolicy usage;
  // A selector reads scripts that hold no data by their looks: such pages are
  // not cut.
  bool reads_scripts = false;
};

// Which parts of a rule gave something; points into the rule.
struct RuleTrace {
  std::vector<const Source*> sources;
  const BodySource* body = nullptr;
};

}  // namespace newsmill::rules
