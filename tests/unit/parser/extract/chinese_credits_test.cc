#include "parser/extract/chinese_credits.h"

#include <gmock/gmock.h>

namespace newsmill {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "role+: names" of a writer, "role: names" of others.
std::vector<std::string> Credits(std::string_view line) {
  std::vector<std::string> out;
  for (const ChineseCredit& credit : ReadChineseCredits(line)) {
    std::string text = credit.role + (credit.author ? "+" : "") + ":";
    for (const std::string& name : credit.names) text += ' ' + name;
    out.push_back(std::move(text));
  }
  return out;
}

TEST(ChineseCredits, ReadALineOfRoles) {
  EXPECT_THAT(Credits("新京报记者 张三 李四 编辑 王五 校对 赵六七"),
              ElementsAre("记者+: 张三 李四", "校对: 赵六七"));
  EXPECT_THAT(Credits("2024-05-06 07:08 来源：某报 作者：张三 编辑：李四"),
              ElementsAre("作者+: 张三", "编辑: 李四"));
  EXPECT_THAT(Credits("责任编辑： 张三"), ElementsAre("责任编辑: 张三"));
  EXPECT_THAT(Credits("文/张三 图/李四"), ElementsAre("文+: 张三"));
  EXPECT_THAT(Credits("作者：列夫·托尔斯泰"),
              ElementsAre("作者+: 列夫·托尔斯泰"));
}

TEST(ChineseCredits, ReadBracketsInTheText) {
  EXPECT_THAT(Credits("某社北京5月6日电（记者张三、李四）大桥今天通车。"),
              ElementsAre("记者+: 张三 李四"));
  EXPECT_THAT(Credits("大桥今天通车。（本报记者 张三 报道）"),
              ElementsAre("记者+: 张三"));
}

TEST(ChineseCredits, LeaveOutPhotographers) {
  EXPECT_THAT(Credits("大桥今天通车。新华社记者 张三 摄"), IsEmpty());
  EXPECT_THAT(Credits("（记者张三摄）"), IsEmpty());
}

TEST(ChineseCredits, AreNotReadOutOfSentences) {
  EXPECT_THAT(Credits("记者从市政府获悉，大桥今天通车。"), IsEmpty());
  EXPECT_THAT(Credits("一位记者表示，他看到了大桥。"), IsEmpty());
  EXPECT_THAT(Credits("本文作者系某大学教授"), IsEmpty());
  EXPECT_THAT(Credits("记者：目前怎么样？"), IsEmpty());
  EXPECT_THAT(Credits("记者：目前，大桥如何"), IsEmpty());
  EXPECT_THAT(Credits("中文版"), IsEmpty());
  EXPECT_THAT(Credits("作者：来源：某报"), IsEmpty());
}

}  // namespace
}  // namespace newsmill
