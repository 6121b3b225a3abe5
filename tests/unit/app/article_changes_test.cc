#include "app/article_changes.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

TEST(ContentChanges, AreThoseOfTheContentAlone) {
  v1::Article before, after;
  before.set_headline("old");
  after.set_headline("new");
  before.add_keywords("a");
  after.add_keywords("a");
  after.add_keywords("b");
  before.set_article_body("same");
  after.set_article_body("same");
  before.set_task_id("t1");
  after.set_task_id("t2");
  after.set_parse_generation(9);
  after.set_byline("Jane Doe");
  const auto changes = ContentChanges(before, after);
  ASSERT_EQ(changes.size(), 3u);
  for (const FieldChange& change : changes) {
    if (change.field == "headline") {
      EXPECT_EQ(change.before, "old");
      EXPECT_EQ(change.after, "new");
    } else if (change.field == "keywords") {
      EXPECT_EQ(change.after, "a; b");
    } else {
      EXPECT_EQ(change.field, "byline");
      EXPECT_EQ(change.before, "");
    }
  }
  EXPECT_TRUE(ContentChanges(after, after).empty());
}

}  // namespace
}  // namespace newsmill
