// Articles that say nearly the same are found in every store.

#include <gmock/gmock.h>

#include "core/base/simhash.h"
#include "tests/contract/store_fixture.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A text of its own per number, long enough to be compared.
std::string TextOf(int number) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += "word" + std::to_string(number * 1000 + i) + " ";
  }
  return text;
}

class SimilarArticles : public StoreTest {
 protected:
  void SetUp() override {
    store_ = Open();
    Owner owner(*store_);
    owner.Claim();
    std::string nearly = TextOf(1);
    nearly.replace(nearly.find("word1100 "), 9, "else ");
    ASSERT_LE(HammingDistance(*SimHash(TextOf(1)), *SimHash(nearly)),
              kSimilarBits);
    StoreBatch batch;
    batch.articles = {MakeArticle("example:1", 10, "a", TextOf(1)),
                      MakeArticle("example:2", 10, "b", nearly),
                      MakeArticle("example:3", 10, "c", TextOf(3)),
                      MakeArticle("example:4", 10, "d", TextOf(1)),
                      MakeArticle("example:5", 10, "e", "短")};
    ASSERT_TRUE(owner.Commit(batch));
    reader_ = Reader();
  }

  std::vector<std::string> Keys(const std::string& key, int bits) {
    const auto similar = reader_->FindSimilar(key, bits);
    EXPECT_TRUE(similar) << similar.error().message;
    std::vector<std::string> keys;
    for (const SimilarArticle& one : *similar) {
      keys.push_back(one.article.article_key());
    }
    return keys;
  }

  std::unique_ptr<Store> store_;
  std::unique_ptr<StoreReader> reader_;
};

TEST_P(SimilarArticles, AreFoundTheNearestFirst) {
  EXPECT_THAT(Keys("example:1", kSimilarBits),
              ElementsAre("example:4", "example:2"));
  EXPECT_THAT(Keys("example:3", kSimilarBits), ElementsAre());
}

TEST_P(SimilarArticles, WithinNoBitsAreThoseWithTheSameWords) {
  EXPECT_THAT(Keys("example:4", 0), ElementsAre("example:1"));
}

TEST_P(SimilarArticles, OfATextThatIsTooShortCannotBeTold) {
  const auto similar = reader_->FindSimilar("example:5", kSimilarBits);
  ASSERT_FALSE(similar);
  EXPECT_THAT(similar.error().message, HasSubstr("too short"));
}

TEST_P(SimilarArticles, AreAskedForByAKeyThatIsThere) {
  const auto similar = reader_->FindSimilar("example:9", kSimilarBits);
  ASSERT_FALSE(similar);
  EXPECT_EQ(similar.error().code, Code::kNotFound);
}

INSTANTIATE_TEST_SUITE_P(Every, SimilarArticles,
                         ::testing::ValuesIn(StoreBackends()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace newsmill
