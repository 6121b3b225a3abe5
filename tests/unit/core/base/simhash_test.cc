#include "core/base/simhash.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace newsmill {
namespace {

constexpr char kParks[] =
    "The town of Nowhere opened twelve parks along its river on Saturday, and "
    "the council said that more of them would follow in the spring, once the "
    "old factory by the bridge has been cleared.";

// Words that do not exist, the same for the same seed.
std::vector<std::string> Words(unsigned seed, int count) {
  std::mt19937 random(seed);
  std::vector<std::string> words;
  for (int i = 0; i < count; ++i) {
    // Some words are everywhere, as they are in every language.
    const unsigned rank = random() % 100;
    words.push_back(rank < 40 ? "of" + std::to_string(rank % 12)
                              : "w" + std::to_string(random() % 20000));
  }
  return words;
}

std::string Text(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += word + " ";
  return text;
}

int Distance(const std::string& a, const std::string& b) {
  return HammingDistance(SimHash(a).value(), SimHash(b).value());
}

TEST(SimHash, IsTheSameForEver) {
  EXPECT_EQ(SimHash(kParks), uint64_t{0xDB51816B9653BF4B});
}

TEST(SimHash, DoesNotSeeCasePunctuationAndSpaces) {
  std::string other(kParks);
  for (char& c : other) {
    if (c == ',' || c == '.') c = '\n';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  EXPECT_EQ(SimHash(kParks), SimHash(other));
}

TEST(SimHash, IsNearForATextWithAFewWordsChanged) {
  int near = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::vector<std::string> words = Words(seed, 400);
    const std::string before = Text(words);
    for (size_t i = 50; i < words.size(); i += 100) words[i] = "changed";
    near += Distance(before, Text(words)) <= kSimilarBits ? 1 : 0;
  }
  EXPECT_GE(near, 70) << "of 100";
}

TEST(SimHash, IsFarForTextsThatOnlyShareTheCommonWords) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    EXPECT_GT(Distance(Text(Words(seed, 400)), Text(Words(seed + 1000, 400))),
              kSimilarBits);
  }
}

TEST(SimHash, ReadsChineseByPairsOfCharacters) {
  const std::string text =
      "云溪旧厂房改成公园，一期工程已经结束。附近居民说，走到公园只要五分钟，"
      "以前要绕一个大圈；负责人说，施工分三段进行，夜里十点以后停工，明年春天"
      "二期开工，届时还有十二处绿地向市民开放，市里的标准由第三方测算。";
  std::string reordered = text;
  reordered.replace(reordered.find("五分钟"), 9, "六分钟");
  EXPECT_LE(Distance(text, reordered), 10);
  EXPECT_GT(
      Distance(text,
               "白塔图书馆延长开放时间，周末增加两个小时。读者可以凭证借阅"
               "六册图书，还书日期顺延。馆长说，新馆将在年底落成，地上共有"
               "四层，另有一座小剧场，演出的门票统一定价，学生半价。"),
      10);
}

TEST(SimHash, IsNotMadeOfATextThatIsTooShort) {
  EXPECT_EQ(SimHash(""), std::nullopt);
  EXPECT_EQ(SimHash("Twelve parks open."), std::nullopt);
}

TEST(SimHash, TakesBytesThatAreNoText) {
  std::string bytes(kParks);
  bytes += "\xFF\xC0\x80\xED\xA0\x80";
  EXPECT_EQ(SimHash(bytes), SimHash(kParks));
}

TEST(SimHash, HasAnEqualBandWhereverThreeBitsDiffer) {
  const uint64_t hash = 0x0123456789ABCDEF;
  for (int a = 0; a < 64; ++a) {
    for (int b = a + 1; b < 64; ++b) {
      for (int c = b + 1; c < 64; ++c) {
        const uint64_t other =
            hash ^ (uint64_t{1} << a) ^ (uint64_t{1} << b) ^ (uint64_t{1} << c);
        const auto bands = SimHashBands(hash);
        const auto others = SimHashBands(other);
        bool equal = false;
        for (size_t i = 0; i < bands.size(); ++i) {
          equal = equal || bands[i] == others[i];
        }
        ASSERT_TRUE(equal) << a << ' ' << b << ' ' << c;
      }
    }
  }
}

}  // namespace
}  // namespace newsmill
