#include "tests/support/pages/prose.h"

#include <string_view>
#include <vector>

namespace newsmill::pages {
namespace {

struct Vocabulary {
  std::vector<std::string_view> places, bodies, projects, verbs, results, units,
      times, keywords;
  std::vector<std::string_view> headlines, subheadings, sentences, captions,
      organizations;
  std::string_view person, editor;
};

const Vocabulary& Chinese() {
  static const Vocabulary vocabulary = {
      .places = {"霁川", "岚州", "汀兰", "望澜", "槐溪", "松屿", "檀城", "菱湖",
                 "砚北", "鹭洲", "梧口", "雁回", "沙棠", "云阶"},
      .bodies = {"市城管局", "市水务集团", "区图书馆", "市公交公司", "市民政局",
                 "港务中心", "市气象台", "区卫健局", "高新区管委会", "市教育局",
                 "老街商会", "市园林处"},
      .projects = {"滨江步道延伸段", "社区助餐点", "旧厂房书店", "夜间公交专线",
                   "雨水花园", "口袋公园", "共享菜园", "屋顶光伏", "无障碍坡道",
                   "古桥修缮", "智能路灯", "河长巡查平台", "校园体质监测",
                   "冷链集配站", "数字门牌"},
      .verbs = {"开工", "试运行", "完成验收", "公开征求意见", "恢复开放",
                "进入收尾阶段", "启动招标", "投入使用"},
      .results = {"周边居民出行时间平均缩短", "每月用电量下降",
                  "累计服务的家庭增加", "投诉件数同比减少", "预约名额扩大",
                  "日均客流上升", "维修费用节省"},
      .units = {"个社区", "条街巷", "所学校", "处点位", "户家庭", "名志愿者",
                "个乡镇", "套设备"},
      .times = {"本周三上午", "入冬以来", "上个月底", "今年前三季度",
                "连续第五年", "清晨六点", "汛期结束后", "国庆假期期间"},
      .keywords = {"步道", "公交", "助餐", "光伏", "古桥", "图书馆", "汛期",
                   "菜园", "路灯", "水务", "校园", "冷链", "志愿者", "招标"},
      .headlines = {"{p}{b}：{j}{v}，涉及{n}{u}", "{p}{j}{v} {r}{n}%",
                    "走进{p}{j}：{n}{u}的一天", "{p}“{j}”为何等了{n}天？",
                    "{n}{u}！{p}{j}{v}"},
      .subheadings = {"{j}怎么建", "从{n}到{n}：账本里的变化", "{p}的难题",
                      "谁来管护{j}", "“等了{n}天”"},
      .sentences =
          {"{t}，{p}{b}介绍，{j}已经{v}，覆盖{n}{u}。",
           "按照计划，{j}还要在{n}{u}推广，{r}{n}%。",
           "“最难的是把{n}{u}的意见收齐。”{p}{b}一名工作人员说。",
           "记者{t}在现场看到，{j}旁边立着新的指示牌。",
           "数据显示，{r}{n}%，这一数字高于{p}的平均水平。",
           "{b}的记录里写着：R&D投入{n}万元，误差<{n}%。",
           "家住{p}的居民说，以前要走{n}分钟，现在{n}分钟就够了。",
           "{p}与邻近的{p}约定，{j}的标准由两地一起制定；具体办法另行公布。",
           "也有人担心，{j}{v}之后的管护费用从哪里来。",
           "{b}回应称，{t}将公布第{n}批名单，并接受查询。"},
      .captions = {"{p}{j}现场。", "{t}，{p}{j}。", "图为{j}。"},
      .organizations = {"{p}发布", "{p}通讯社", "{p}{b}微信公众号"},
      .person = "测试记者",
      .editor = "测试编辑",
  };
  return vocabulary;
}

const Vocabulary& English() {
  static const Vocabulary vocabulary = {
      .places = {"Larkmoor", "Penwick Vale", "Osterby", "Tallow Bridge",
                 "Quillhaven", "Brackenford", "Ember Quay", "Saltmarch"},
      .bodies = {"the harbour board", "the town library", "the bus company",
                 "the water office", "the school district",
                 "the parks department", "the market guild"},
      .projects = {"the riverside path", "the night bus", "the rooftop garden",
                   "the old mill", "the footbridge", "the cold store",
                   "the reading room", "the flood gate"},
      .verbs = {"reopened", "passed its inspection", "entered its last phase",
                "went out to tender", "began a trial run"},
      .results = {"waiting times fell by", "monthly costs shrank by",
                  "visitors rose by", "complaints dropped by"},
      .units = {"streets", "schools", "households", "volunteers", "villages",
                "stops"},
      .times = {"On Wednesday morning", "Since the first frost",
                "At the end of last month", "For the fifth year running",
                "Shortly after six"},
      .keywords = {"buses", "libraries", "flood", "gardens", "harbour",
                   "schools", "tender", "volunteers"},
      .headlines = {"{p}: {j} {v}, {n} {u} affected",
                    "Why {p} waited {n} days for {j}",
                    "\"{n} {u} in a day\": inside {p}'s {k} plan"},
      .subheadings = {"How {p} did it", "{n} days, {n} {u}",
                      "What happens to {j}"},
      .sentences =
          {"{t}, {b} of {p} said that {j} {v} in {n} {u}.",
           "According to the plan, {r} {n} per cent within {n} weeks.",
           "\"It took {n} days to hear all {n} {u},\" a spokesperson said.",
           "The ledger notes R&D costs of {n},000 and an error of <{n}%.",
           "Neighbours in {p} used to walk {n} minutes; now it is {n}.",
           "Some ask who will pay for {j} once it has {v}.",
           "A second list of {n} {u} is due, {b} added."},
      .captions = {"A view of {j} in {p}.", "{p}, {n} {u} later."},
      .organizations = {"{p} Wire", "{p} Gazette Desk"},
      .person = "Testreporter ",
      .editor = "Testeditor ",
  };
  return vocabulary;
}

const Vocabulary& For(Language language) {
  return language == Language::kChinese ? Chinese() : English();
}

std::string Fill(const Vocabulary& words, char slot, Dice& dice) {
  switch (slot) {
    case 'p':
      return std::string(dice.Pick(words.places));
    case 'b':
      return std::string(dice.Pick(words.bodies));
    case 'j':
      return std::string(dice.Pick(words.projects));
    case 'v':
      return std::string(dice.Pick(words.verbs));
    case 'r':
      return std::string(dice.Pick(words.results));
    case 'u':
      return std::string(dice.Pick(words.units));
    case 't':
      return std::string(dice.Pick(words.times));
    case 'k':
      return std::string(dice.Pick(words.keywords));
    default:
      return std::to_string(dice.Between(2, 980));
  }
}

// Replaces each {x} of the pattern by a word of its kind.
std::string Expand(const Vocabulary& words, std::string_view pattern,
                   Dice& dice) {
  std::string text;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '{') {
      text += Fill(words, pattern[i + 1], dice);
      i += 2;
    } else {
      text += pattern[i];
    }
  }
  return text;
}

}  // namespace

std::string Prose::Headline(Dice& dice) const {
  const Vocabulary& words = For(language_);
  return Expand(words, dice.Pick(words.headlines), dice);
}

std::string Prose::Subheading(Dice& dice) const {
  const Vocabulary& words = For(language_);
  return Expand(words, dice.Pick(words.subheadings), dice);
}

std::string Prose::Paragraph(Dice& dice) const {
  const Vocabulary& words = For(language_);
  const int sentences = dice.Between(1, 6);
  std::string text;
  for (int i = 0; i < sentences; ++i) {
    if (i > 0 && language_ == Language::kEnglish) text += ' ';
    text += Expand(words, dice.Pick(words.sentences), dice);
  }
  return text;
}

std::string Prose::Caption(Dice& dice) const {
  const Vocabulary& words = For(language_);
  return Expand(words, dice.Pick(words.captions), dice);
}

std::string Prose::Keyword(Dice& dice) const {
  return std::string(dice.Pick(For(language_).keywords));
}

std::string Prose::Person(Dice& dice) const {
  return std::string(For(language_).person) +
         std::to_string(dice.Between(1, 400));
}

std::string Prose::Editor(Dice& dice) const {
  return std::string(For(language_).editor) +
         std::to_string(dice.Between(1, 120));
}

std::string Prose::Organization(Dice& dice) const {
  const Vocabulary& words = For(language_);
  return Expand(words, dice.Pick(words.organizations), dice);
}

}  // namespace newsmill::pages
