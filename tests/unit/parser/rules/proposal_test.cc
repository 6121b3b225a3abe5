#include "parser/rules/proposal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/time.h"
#include "parser/html/selector.h"
#include "parser/rules/loader.h"
#include "parser/rules/proposal_selector.h"

namespace newsmill::rules {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kSentence[] =
    "The town of Nowhere opened twelve parks along its river on Saturday, and "
    "the council said that more of them would follow in the spring. ";

std::string Paragraphs() {
  std::string text;
  for (const char* first : {"First. ", "Second. ", "Third. ", "Fourth. "}) {
    text += "<p>" + std::string(first) + kSentence + kSentence + "</p>\n";
  }
  return text;
}

v1::FetchedPage PageWith(const std::string& article) {
  v1::FetchedPage page;
  page.set_final_url("https://www.morgen.example/news/parks-4711234.html");
  page.set_status(200);
  *page.mutable_fetched_at() = ToProto(*ParseRfc3339("2026-07-24T12:00:00Z"));
  page.set_body(
      "<!doctype html><html lang=\"en\"><head><title>Twelve parks open - "
      "Morgen</title><meta property=\"og:site_name\" content=\"Morgen\">"
      "</head><body><nav class=\"menu\"><a href=\"/\">Home</a></nav>" +
      article + "<footer class=\"foot\">Imprint</footer></body></html>");
  return page;
}

std::string Story() {
  return "<div class=\"story index_wrap__B8mhI\">"
         "<h1 class=\"headline\">Twelve parks open</h1>"
         "<p class=\"by\">By Jane Doe</p>"
         "<div class=\"when\">Published 2026-07-20 08:15</div>"
         "<div class=\"text\">" +
         Paragraphs() +
         "<div class=\"share-buttons\"><a href=\"/s\">Share this</a></div>"
         "</div></div>";
}

const ProposedField* Find(const Proposal& proposal, const std::string& name) {
  for (const ProposedField& field : proposal.fields) {
    if (field.field == name) return &field;
  }
  return nullptr;
}

TEST(RuleProposal, NamesTheElementsThatSayWhatWasDecided) {
  const auto proposal = ProposeRule({}, PageWith(Story()), "morgen");
  ASSERT_TRUE(proposal) << proposal.error().message;
  const std::string& rule = proposal->rule;
  EXPECT_THAT(rule, HasSubstr("site = \"morgen\""));
  EXPECT_THAT(rule, HasSubstr("hosts = [\"www.morgen.example\"]"));
  EXPECT_THAT(rule, HasSubstr("-(\\d{6,})\\.html"));
  EXPECT_THAT(rule, HasSubstr("headline = [ { css = \"h1.headline\" } ]"));
  EXPECT_THAT(rule, HasSubstr("div.text")) << rule;
  const ProposedField* date = Find(*proposal, "date_published");
  ASSERT_NE(date, nullptr);
  EXPECT_THAT(date->source, HasSubstr("div.when"));
}

TEST(RuleProposal, GivesWithItsRuleWhatItShowed) {
  const auto proposal = ProposeRule({}, PageWith(Story()), "morgen");
  ASSERT_TRUE(proposal) << proposal.error().message;
  Findings findings;
  EXPECT_NE(CompileRule(proposal->rule, "rule.toml", &findings), nullptr)
      << proposal->rule;
  EXPECT_EQ(proposal->article.headline(), "Twelve parks open");
  EXPECT_THAT(proposal->article.article_body(), HasSubstr("Fourth. "));
  EXPECT_THAT(proposal->article.article_body(), Not(HasSubstr("Share this")));
  EXPECT_EQ(FormatRfc3339(FromProto(proposal->article.date_published().time())),
            "2026-07-20T08:15:00.000Z");
  const ProposedField* authors = Find(*proposal, "authors");
  if (authors != nullptr && !authors->source.empty()) {
    ASSERT_EQ(proposal->article.authors_size(), 1);
    EXPECT_EQ(proposal->article.authors(0).name(), "Jane Doe");
  }
}

TEST(RuleProposal, IsNotMadeFromAPageThatIsNoArticle) {
  v1::FetchedPage page = PageWith("");
  page.set_body("<html><body><div></div></body></html>");
  const auto proposal = ProposeRule({}, page, "morgen");
  ASSERT_FALSE(proposal);
  EXPECT_THAT(proposal.error().message, HasSubstr("no article"));
}

std::string SelectorOf(const std::string& html, const std::string& css) {
  const auto document = Document::Parse(html, {});
  const NodeId node =
      Selector::Compile(css)->First(*document, document->root());
  return SelectorFor(*document, node).value_or("(none)");
}

TEST(ProposedSelector, PrefersWhatIsLikelyToLast) {
  EXPECT_EQ(SelectorOf("<i></i><b itemprop=\"name\" id=\"x1\">t</b>", "b"),
            "[itemprop=\"name\"]");
  EXPECT_EQ(SelectorOf("<b id=\"title\" class=\"a\">t</b>", "b"), "#title");
  EXPECT_EQ(SelectorOf("<b id=\"post-4711\" class=\"top\">t</b>", "b"),
            "b.top");
}

TEST(ProposedSelector, LeavesOutWhatABuildAddsToNames) {
  EXPECT_EQ(SelectorOf("<div class=\"index_title__B8mhI\">t</div>", "div"),
            "div[class*=\"index_title__\"]");
}

TEST(ProposedSelector, GoesThroughAnAncestorWhereTheElementHasNoName) {
  EXPECT_EQ(SelectorOf("<div class=\"side\"><p>a</p></div>"
                       "<div class=\"main\"><p>b</p></div>",
                       ".main p"),
            "div.main p");
}

}  // namespace
}  // namespace newsmill::rules
