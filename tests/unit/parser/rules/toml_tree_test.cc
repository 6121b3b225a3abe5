#include "parser/rules/toml_tree.h"

#include <gtest/gtest.h>

namespace newsmill::rules {
namespace {

TomlNode Parse(const std::string& text) {
  Findings findings;
  auto table = ParseToml(text, "x.toml", &findings);
  EXPECT_TRUE(findings.empty());
  return table ? *table : TomlNode{};
}

TEST(TomlTree, KeepsTheOrderAndTheLinesOfTheFile) {
  const TomlNode table = Parse("b = 1\na = [ \"x\",\n  true ]\n");
  ASSERT_EQ(table.entries.size(), 2U);
  EXPECT_EQ(table.entries[0].key, "b");
  EXPECT_EQ(table.entries[0].line, 1);
  const TomlNode& list = table.entries[1].value;
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[1].line, 3);
  EXPECT_TRUE(list.items[1].boolean);
}

TEST(TomlTree, NormalFormTellsTypesApart) {
  EXPECT_NE(NormalForm(Parse("a = 1"), {}), NormalForm(Parse("a = \"1\""), {}));
  EXPECT_NE(NormalForm(Parse("a = [\"b\", \"c\"]"), {}),
            NormalForm(Parse("a = [\"b,c\"]"), {}));
  EXPECT_NE(NormalForm(Parse("a = '\",\"'"), {}),
            NormalForm(Parse("a = [\"\"]"), {}));
}

TEST(TomlTree, NormalFormLeavesOutWhatIsNamedAtTheTopOnly) {
  const TomlNode table = Parse("x = 1\n[t]\nx = 2\n");
  EXPECT_EQ(NormalForm(table, {"x"}), "{\"t\"={\"x\"=2;};}");
}

}  // namespace
}  // namespace newsmill::rules
