#include "fetcher/seen/seen_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

const Timestamp kNow{1'800'000'000s};

v1::SeenPage PageOf(const std::string& key, const std::string& task,
                    Timestamp fetched_at = kNow) {
  v1::SeenPage page;
  page.set_article_key(key);
  page.set_task_id(task);
  *page.mutable_fetched_at() = ToProto(fetched_at);
  return page;
}

std::string TaskOf(const SeenPages& pages, int32_t partition,
                   const std::string& key, Timestamp now = kNow) {
  const v1::SeenPage* page = pages.Find(partition, key, now);
  return page == nullptr ? "" : page->task_id();
}

TEST(SeenPages, RemembersTheLastPageOfAnArticleAndPartition) {
  std::vector<std::string> saved;
  SeenPages pages(1 << 20, 1h, [&](int32_t, const v1::SeenPage& page) {
    saved.push_back(page.task_id());
  });
  pages.Load(0, {PageOf("a", "loaded"), PageOf("b", "other")});
  EXPECT_EQ(TaskOf(pages, 0, "a"), "loaded");
  pages.Keep(0, PageOf("a", "kept"));
  EXPECT_EQ(TaskOf(pages, 0, "a"), "kept");
  EXPECT_EQ(TaskOf(pages, 1, "a"), "") << "another partition's hosts";
  EXPECT_EQ(pages.size(), 2u);
  EXPECT_THAT(saved, ElementsAre("kept")) << "what was read is written already";
  pages.Drop(0);
  EXPECT_EQ(TaskOf(pages, 0, "a"), "");
  EXPECT_EQ(pages.size(), 0u);
}

TEST(SeenPages, SaysNothingOfAPageThatTheLogMayHaveLost) {
  SeenPages pages(1 << 20, 1h, {});
  pages.Keep(0, PageOf("a", "t"));
  EXPECT_EQ(TaskOf(pages, 0, "a", kNow + 1h - 1ms), "t");
  EXPECT_EQ(TaskOf(pages, 0, "a", kNow + 1h), "");

  SeenPages forever(1 << 20, std::nullopt, {});
  forever.Keep(0, PageOf("a", "t"));
  EXPECT_EQ(TaskOf(forever, 0, "a", kNow + 24h * 365), "t");
}

TEST(SeenPages, SaysNothingOfAPageThatDied) {
  SeenPages pages(1 << 20, 1h, {});
  pages.Died({"early"});
  pages.Keep(0, PageOf("a", "early"));
  EXPECT_EQ(TaskOf(pages, 0, "a"), "") << "told before the page was known";
  pages.Keep(0, PageOf("b", "late"));
  pages.Died({"late"});
  EXPECT_EQ(TaskOf(pages, 0, "b"), "");
  pages.Keep(0, PageOf("b", "next"));
  EXPECT_EQ(TaskOf(pages, 0, "b"), "next");
}

TEST(SeenPages, ForgetsThoseThatWereFetchedFirstWhereMemoryEnds) {
  SeenPages pages(3000, 1h, {});
  std::vector<v1::SeenPage> loaded;
  for (int i = 9; i >= 0; --i) {
    loaded.push_back(
        PageOf("k" + std::to_string(i), "t", kNow - 10min + i * 1min));
  }
  pages.Load(0, std::move(loaded));
  const size_t kept = pages.size();
  EXPECT_GT(kept, 4u);
  ASSERT_LT(kept, 10u);
  EXPECT_EQ(TaskOf(pages, 0, "k0"), "") << "fetched first";
  EXPECT_EQ(TaskOf(pages, 0, "k9"), "t");
  for (int i = 0; i < 20; ++i) {
    pages.Keep(1, PageOf("n" + std::to_string(i), "t"));
  }
  EXPECT_LE(pages.size(), kept);
  EXPECT_EQ(TaskOf(pages, 0, "k9"), "");
  EXPECT_EQ(TaskOf(pages, 1, "n19"), "t");
}

}  // namespace
}  // namespace newsmill
