#include "parser/rules/rule_tables.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sites/rule_file.h"
#include "parser/rules/loader.h"
#include "parser/rules/reference.h"

namespace newsmill::rules {
namespace {

using testing::HasSubstr;

// The keys that a table needs besides the one that is tried.
std::string Required(const RuleTable& table, std::string_view besides) {
  std::string text;
  for (const RuleKey& key : table.keys) {
    if (!key.required() || key.name == besides) continue;
    text += std::string(key.example) + "\n";
  }
  return text;
}

std::string Layout(const std::string& rest) {
  return "[[layout]]\nname = \"plain\"\n"
         "when = [ { css = \"h1\", exists = true } ]\n" +
         rest;
}

std::string ShortStepOf(const RuleKey& step) {
  const std::string name(step.name.substr(0, step.name.find(':')));
  const std::map<std::string, std::string> fields = {
      {"date", "date_published"},
      {"count", "like_count"},
      {"bool", "is_accessible_for_free"},
      {"not", "is_accessible_for_free"},
      {"abs_url", "external_link"}};
  const auto field = fields.find(name);
  return (field == fields.end() ? "headline" : field->second) +
         " = [ { css = \"p\", do = " + std::string(step.example) + " } ]\n";
}

// A whole rule in which the example stands where its table says.
std::string RuleWith(const RuleTable& table, const RuleKey& key) {
  const std::string example = std::string(key.example) + "\n";
  const std::string rest = Required(table, key.name);
  const std::string profile = "[profile.plain]\n";
  if (&table == &TopTable()) {  // tables stand behind the other keys
    return example.starts_with('[') ? rest + example : example + rest;
  }
  std::string head = Required(TopTable(), "");
  if (&table == &PublisherTable() || &table == &DataTable()) {
    return example + head;
  }
  if (&table == &UrlTable()) {
    head = Required(TopTable(), "url");
    return head + "[url]\n" + rest + example;
  }
  if (&table == &FetchTable()) return head + "[fetch]\n" + example;
  if (&table == &VerdictTable()) return head + "[[verdict]]\n" + rest + example;
  if (&table == &ConditionTable()) {
    return head + "[[verdict]]\nname = \"LIST\"\nwhen = [ " +
           std::string(key.example) + " ]\n";
  }
  if (&table == &LayoutTable()) {
    return head + profile + "[[layout]]\n" + rest + example;
  }
  if (&table == &FieldsTable()) {
    return head + Layout("[layout.fields]\n" + example);
  }
  if (&table == &SourceTable()) {
    const std::string field = key.name == "each"   ? "keywords"
                              : key.name == "as"   ? "authors"
                              : key.name == "role" ? "authors"
                              : key.name == "attr" ? "description"
                                                   : "headline";
    return head + Layout("[layout.fields]\n" + field + " = [ " +
                         std::string(key.example) + " ]\n");
  }
  if (&table == &StepTable()) {
    return head + Layout("[layout.fields]\n" + ShortStepOf(key));
  }
  if (&table == &BodyTable()) {
    return head + profile + Layout("[layout.body]\n" + rest + example);
  }
  if (&table == &BodySourceTable()) {
    return head + profile +
           Layout("[layout.body]\nprofile = \"plain\"\nfrom = [ " +
                  std::string(key.example) + " ]\n");
  }
  if (&table == &ProfileTable()) return head + profile + example;
  if (&table == &CaptionTable()) {
    return head + "[profile.plain.caption]\n" + example;
  }
  if (&table == &SubheadingTable()) {
    return head + "[profile.plain.subheading]\n" + example;
  }
  if (&table == &PostTable()) return head + "[post]\n" + example;
  return head + "[usage]\n" + example;
}

TEST(RuleTables, HaveAnExampleOfEveryKeyThatLoads) {
  for (const RuleTable* table : AllTables()) {
    for (const RuleKey& key : table->keys) {
      const std::string rule = RuleWith(*table, key);
      SCOPED_TRACE(std::string(table->title) + ", " + std::string(key.name) +
                   ":\n" + rule);
      Findings findings;
      CompileRule(rule, "rule.toml", &findings);
      for (const Finding& finding : findings) ADD_FAILURE() << finding.text();
      const Result<Site> site = ReadSiteText("morgen", "rule.toml", rule);
      EXPECT_TRUE(site) << site.error().message;
    }
  }
}

TEST(RuleTables, SayOfEveryKeyWhatItTakesAndWhatHoldsWithoutIt) {
  for (const RuleTable* table : AllTables()) {
    for (const RuleKey& key : table->keys) {
      SCOPED_TRACE(std::string(table->title) + ", " + std::string(key.name));
      EXPECT_FALSE(key.type.empty());
      EXPECT_EQ(key.fallback.empty(), table == &StepTable());
      EXPECT_TRUE(key.meaning.ends_with('.'));
      const std::string bare(key.name.substr(0, key.name.find(':')));
      EXPECT_THAT(std::string(key.example), HasSubstr(bare));
    }
  }
}

TEST(RuleReference, HoldsEveryKey) {
  const std::string text = ReferenceMarkdown();
  for (const RuleTable* table : AllTables()) {
    for (const RuleKey& key : table->keys) {
      EXPECT_THAT(text, HasSubstr("| `" + std::string(key.name) + "` |"));
    }
  }
}

}  // namespace
}  // namespace newsmill::rules
