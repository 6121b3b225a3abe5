#include "parser/extract/next_page.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/parser/extract/pages.h"

namespace newsmill {
namespace {

std::string NextOf(const char* page, const std::string& html) {
  const Document document = ParsePage(html);
  const auto next = FindNextPage(document, *Url::Parse(page));
  return next ? std::string(next->reference) : "none";
}

TEST(NextPage, IsThatOfTheSameArticle) {
  EXPECT_EQ(NextOf("https://news.example/c_112.htm",
                   "<a href=c_112_2.htm>下一页</a>"),
            "c_112_2.htm");
  EXPECT_EQ(
      NextOf("https://news.example/c_112_2.htm",
             "<a href=c_112.htm>上一页</a><a href=c_112_3.htm>下一页</a>"),
      "c_112_3.htm");
  EXPECT_EQ(NextOf("https://news.example/story",
                   "<a href='/story?page=2'><b>Next page</b> »</a>"),
            "/story?page=2");
  EXPECT_EQ(
      NextOf("https://news.example/story/", "<link rel=next href=/story/2/>"),
      "/story/2/");
  EXPECT_EQ(NextOf("https://news.example/story/seite-2",
                   "<a href=/story/seite-3>nächste Seite</a>"),
            "/story/seite-3");
}

TEST(NextPage, IsNotAnotherArticle) {
  EXPECT_EQ(NextOf("https://blog.example/2024/05/bridge",
                   "<link rel=next href=/2024/05/road>"),
            "none");
  EXPECT_EQ(NextOf("https://news.example/a/1.html",
                   "<a href=/a/2.html>Next</a><a href=/b>下一页</a>"),
            "none")
      << "numbers of articles are no numbers of pages";
  EXPECT_EQ(NextOf("https://news.example/c_112.htm",
                   "<a href=https://other.example/c_112_2.htm>下一页</a>"),
            "none");
  EXPECT_EQ(NextOf("https://news.example/c_112.htm",
                   "<a href=c_112_9.htm>next</a><a href=x>The next day</a>"),
            "none");
}

TEST(NextPage, IsRecorded) {
  const v1::Article article =
      FillPage(FillFromMetadata,
               "<h1>T</h1><p>x</p><a rel=next href='?page=2'>more</a>");
  EXPECT_EQ(article.next_page(), "https://news.example/a/1.html?page=2");
  EXPECT_EQ(SourceOf(article, "next_page"), "HTML [rel=next]");
}

}  // namespace
}  // namespace newsmill
