#include <gmock/gmock.h>

#include <string>

#include "parser/html/json_repair.h"
#include "parser/html/json_script.h"
#include "parser/html/json_value.h"

namespace newsmill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = JsonValue::Kind;

JsonValue Json(std::string_view text) {
  Result<JsonValue> value = JsonValue::Parse(text);
  EXPECT_TRUE(value) << value.error().message;
  return std::move(value).value();
}

JsonValue Script(std::string_view source) {
  Result<JsonValue> value = ParseScriptJson(source);
  EXPECT_TRUE(value) << value.error().message;
  return value ? std::move(value).value() : JsonValue();
}

Document Parse(std::string_view html) {
  Result<Document> document = Document::Parse(html, ParseLimits{});
  EXPECT_TRUE(document) << document.error().message;
  return std::move(document).value();
}

TEST(JsonValue, TellsKindsApart) {
  const JsonValue value =
      Json(R"([null, true, -7, 1.5, "a", [], {}, 18446744073709551615])");
  std::vector<Kind> kinds;
  for (const JsonValue& item : value.items()) kinds.push_back(item.kind());
  EXPECT_THAT(kinds, ElementsAre(Kind::kNull, Kind::kBool, Kind::kInteger,
                                 Kind::kNumber, Kind::kString, Kind::kArray,
                                 Kind::kObject, Kind::kNumber));
  EXPECT_EQ(value.items()[1].boolean(), true);
  EXPECT_EQ(value.items()[2].integer(), -7);
  EXPECT_EQ(value.items()[2].number(), -7.0);
  EXPECT_EQ(value.items()[3].number(), 1.5);
  EXPECT_EQ(value.items()[3].integer(), std::nullopt);
  EXPECT_EQ(value.items()[4].string(), "a");
  EXPECT_EQ(value.items()[2].string(), std::nullopt);
}

TEST(JsonValue, FollowsPointers) {
  const JsonValue value =
      Json(R"({"a": [{"b": 1}, {"b": 2}], "": 3, "x/y": 4, "m~n": 5})");
  EXPECT_EQ(value.pointer("/a/1/b")->integer(), 2);
  EXPECT_EQ(value.pointer("/")->integer(), 3);
  EXPECT_EQ(value.pointer("/x~1y")->integer(), 4);
  EXPECT_EQ(value.pointer("/m~0n")->integer(), 5);
  EXPECT_EQ(value.pointer("")->kind(), Kind::kObject);
}

TEST(JsonValue, GivesNothingForPointersThatLeadNowhere) {
  const JsonValue value = Json(R"({"a": [1]})");
  for (const char* path :
       {"/b", "/a/1", "/a/00", "/a/-", "/a/x", "a", "/a/0/b", "/~2", "/~"}) {
    EXPECT_EQ(value.pointer(path), std::nullopt) << path;
  }
  EXPECT_TRUE(IsJsonPointer("/a~0/b"));
  EXPECT_TRUE(IsJsonPointer(""));
  EXPECT_FALSE(IsJsonPointer("a"));
  EXPECT_FALSE(IsJsonPointer("/a~"));
}

TEST(JsonValue, KeepsMembersInOrder) {
  std::string names;
  for (const auto& [name, value] :
       Json(R"({"z": {"q": 1}, "a": 2, "m": 3})").members()) {
    names += name;
  }
  EXPECT_EQ(names, "zam");
}

TEST(JsonValue, OutlivesTheValueItCameFrom) {
  std::optional<JsonValue> inner;
  { inner = Json(R"({"a": "正文"})").pointer("/a"); }
  EXPECT_EQ(inner->string(), "正文");
}

TEST(JsonValue, PrintsAsAFieldWould) {
  EXPECT_EQ(Json("25426").to_text(), "25426");
  EXPECT_EQ(Json("1784903331309").to_text(), "1784903331309");
  EXPECT_EQ(Json("1.5").to_text(), "1.5");
  EXPECT_EQ(Json("true").to_text(), "true");
  EXPECT_EQ(Json(R"("a")").to_text(), "a");
  EXPECT_EQ(Json("null").to_text(), "");
  EXPECT_EQ(Json("[1]").to_text(), "");
  EXPECT_EQ(JsonValue().kind(), Kind::kNull);
}

TEST(JsonValue, TakesNoNulIntoText) {
  EXPECT_EQ(Json(R"("a\u0000b")").string(), "a\uFFFDb");
}

TEST(JsonValue, RefusesWhatIsNoJson) {
  for (const char* text : {"", "{", "{'a': 1}", "[1,]", "\"\xFF\"", "a"}) {
    const auto value = JsonValue::Parse(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, Code::kInvalidArgument) << text;
  }
}

TEST(JsonValue, RefusesWhatIsTooDeepOrTooLarge) {
  EXPECT_FALSE(JsonValue::Parse(std::string(100'000, '[')));
  EXPECT_FALSE(JsonValue::Parse(std::string(600, '[') + std::string(600, ']')));
  EXPECT_TRUE(JsonValue::Parse(std::string(500, '[') + std::string(500, ']')));
  const auto large = JsonValue::Parse("[1, 2, 3, 4]", 4);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Code::kTooLarge);
}

TEST(ParseScriptJson, ReadsPlainJsonAndAssignments) {
  EXPECT_EQ(Script("\n{\"a\": 1}\n").pointer("/a")->integer(), 1);
  EXPECT_EQ(
      Script("window.DATA = {\"a\": \"};\"}; run();").pointer("/a")->string(),
      "};");
  EXPECT_EQ(Script("var x=[1,2];").items().size(), 2U);
}

TEST(ParseScriptJson, SeesThroughCommentsAndCdata) {
  EXPECT_EQ(Script("<!-- {\"a\": 1} -->").pointer("/a")->integer(), 1);
  EXPECT_EQ(Script("//<![CDATA[\n{\"a\": 1}\n//]]>").pointer("/a")->integer(),
            1);
}

TEST(ParseScriptJson, MendsWhatHasOneReading) {
  EXPECT_EQ(Script("{\"a\": \"one\ntwo\"}").pointer("/a")->string(), "one two");
  EXPECT_EQ(Script("{\"a\": \"it\\'s\",}").pointer("/a")->string(), "it's");
  EXPECT_EQ(Script("[\"\\ud83d…\", \"\\ud83d\\ude00\"]").items()[0].string(),
            "\uFFFD…");
  EXPECT_EQ(Script("[\"\\ud83d…\", \"\\ud83d\\ude00\"]").items()[1].string(),
            "😀");
}

TEST(ParseScriptJson, GuessesNothing) {
  for (const char* source : {"", "{a: 1}", "{\"a\": \"b\"c\"}", "{\"a\": 1",
                             "var x = run({\"a\": 1})", "x = {"}) {
    const auto value = ParseScriptJson(source);
    ASSERT_FALSE(value) << source;
    EXPECT_THAT(value.error().message, HasSubstr("not JSON")) << source;
  }
}

TEST(FindScriptJson, ReadsTheScriptThatTheSelectorNames) {
  const Document document = Parse(
      "<script id=a>{}</script>"
      "<script id=__NEXT_DATA__>{\"p\":\"\\u003cb\\u003e\"}</script>");
  const auto found =
      FindScriptJson(document, *Selector::Compile("script#__NEXT_DATA__"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->pointer("/p")->string(), "<b>");
  const auto missing =
      FindScriptJson(document, *Selector::Compile("script#none"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
}

TEST(FindJsonLd, TakesEveryReadableBlock) {
  const Document document = Parse(
      "<script type='application/ld+json'>{\"a\": 1}</script>"
      "<script type='application/ld+json'>{broken</script>"
      "<script type=' Application/LD+JSON; charset=utf-8'>[2]</script>"
      "<script type='application/json'>[3]</script>");
  EXPECT_EQ(FindJsonLd(document).size(), 2U);
}

}  // namespace
}  // namespace newsmill
