#include "parser/extract/chinese_credits.h"

#include <algorithm>
#include <array>

#include "parser/html/text.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

constexpr size_t kLongestPrefix = 8;  // of "新报见习记者", in characters
constexpr size_t kMaxNames = 10;

struct Role {
  std::string_view word;
  bool author = false;
  // Names only where a colon or the like stands behind it.
  bool needs_mark = false;
};

// Longer words before those that they hold.
constexpr std::array kRoles = std::to_array<Role>({
    {"责任编辑", false, false},
    {"責任編輯", false, false},
    {"本文作者", true, true},
    {"通讯员", true, false},
    {"撰稿人", true, true},
    {"记者", true, false},
    {"記者", true, false},
    {"作者", true, true},
    {"撰文", true, true},
    {"撰稿", true, true},
    {"采写", true, true},
    {"责编", false, false},
    {"編輯", false, true},
    {"编辑", false, true},
    {"校对", false, false},
    {"审核", false, true},
    {"文", true, true},
});

bool IsHan(char32_t c) { return c >= 0x4E00 && c <= 0x9FFF; }

bool IsSpace(char32_t c) { return c == ' ' || c == 0x3000 || c == 0xA0; }

bool IsMark(char32_t c) {
  return c == ':' || c == 0xFF1A || c == '/' || c == 0xFF0F || c == '|' ||
         c == 0xFF5C || c == 0x4E28 || c == 0x25CF;
}

bool IsBetweenNames(char32_t c) { return IsSpace(c) || c == 0x3001; }

// What stands in such lines and is no name.
bool IsNoName(std::string_view word) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"来源", "來源",   "时间", "字体", "字号", "发布", "阅读",
       "评论", "分享",   "报道", "報導", "获悉", "了解", "表示",
       "本报", "新华社", "通讯", "图片", "综合", "整理", "编译",
       "原创", "佚名",   "未知", "本网", "网络", "专栏", "关注",
       "举报", "收藏",   "打印", "返回", "首页", "今日", "昨日",
       "注意", "简介",   "介绍", "授权", "声明", "投稿", "提供",
       "实习", "实习生", "摄影", "责任", "网站", "媒体", "版权"});
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view no) { return word.starts_with(no); });
}

class LineReader {
 public:
  explicit LineReader(std::string_view line)
      : line_(line), speaks_(Speaks(line)) {}

  std::vector<ChineseCredit> Run() {
    // `prefix_` counts the characters of the word that the role ends.
    for (size_t at = 0; at < line_.size();) {
      if (const Role* const role = RoleAt(at)) {
        at = ReadRole(*role, at + role->word.size());
        prefix_ = 0;
        continue;
      }
      const char32_t c = NextCodePoint(line_, &at);
      prefix_ = IsHan(c) ? prefix_ + 1 : 0;
    }
    return std::move(credits_);
  }

 private:
  const Role* RoleAt(size_t at) const {
    if (prefix_ > kLongestPrefix) return nullptr;
    const std::string_view rest = line_.substr(at);
    for (const Role& role : kRoles) {
      if (!rest.starts_with(role.word)) continue;
      // "文/张三", but not in the middle of a word.
      return role.word.size() <= 3 && prefix_ > 0 ? nullptr : &role;
    }
    return nullptr;
  }

  // Goes on behind the names, or behind the role where none follow.
  size_t ReadRole(const Role& role, size_t at) {
    const size_t behind_role = at;
    bool mark = false;
    bool space = false;
    for (size_t next = at; next < line_.size(); at = next) {
      const char32_t c = NextCodePoint(line_, &next);
      if (!IsMark(c) && !IsSpace(c)) break;
      mark = mark || IsMark(c);
      space = true;
    }
    const bool bracketed = InBrackets(behind_role);
    if (!mark && (role.needs_mark || !(space || bracketed))) {
      return behind_role;
    }
    // "记者：目前怎么样？" is a question of an interview.
    if (!bracketed && speaks_) return behind_role;
    ChineseCredit credit{std::string(role.word), role.author, {}};
    const size_t end = ReadNames(at, &credit);
    const std::string_view behind = TrimBlanks(line_.substr(end));
    const bool picture =
        behind.starts_with("摄") || behind.starts_with("/摄") || picture_;
    if (credit.names.empty()) return behind_role;
    if (!bracketed && GoesOn(end)) return behind_role;
    if (!picture) credits_.push_back(std::move(credit));
    return end;
  }

  // Whether a sentence does.
  bool GoesOn(size_t at) const {
    if (at >= line_.size()) return false;
    const std::string_view rest = line_.substr(at);
    return rest.starts_with("，") || rest.starts_with("：") ||
           rest.starts_with("、") || rest.starts_with(",") ||
           (static_cast<uint8_t>(rest[0]) >= 0xE4 &&
            static_cast<uint8_t>(rest[0]) <= 0xE9 && !RoleBegins(rest));
  }

  static bool RoleBegins(std::string_view text) {
    return std::any_of(
               kRoles.begin(), kRoles.end(),
               [&](const Role& role) { return text.starts_with(role.word); }) ||
           text.starts_with("摄") || text.starts_with("报道");
  }

  static bool Speaks(std::string_view line) {
    for (const std::string_view mark : {"。", "？", "！", "?", "；"}) {
      if (line.find(mark) != line.npos) return true;
    }
    return false;
  }

  bool InBrackets(size_t at) const {
    for (const std::string_view open : {"（", "(", "【", "["}) {
      const size_t begin = line_.substr(0, at).rfind(open);
      if (begin != line_.npos && at - begin < 45) return true;
    }
    return false;
  }

  size_t ReadNames(size_t at, ChineseCredit* credit) {
    picture_ = false;
    size_t end = at;
    while (at < line_.size() && credit->names.size() < kMaxNames) {
      size_t next = at;
      size_t length = 0;
      bool dotted = false;
      while (next < line_.size()) {
        size_t behind = next;
        const char32_t c = NextCodePoint(line_, &behind);
        dotted = dotted || c == 0xB7;
        if (!IsHan(c) && c != 0xB7) break;
        ++length;
        next = behind;
      }
      std::string_view name = line_.substr(at, next - at);
      bool last = false;
      for (const std::string_view verb :
           {"摄影报道", "报道", "報導", "摄影", "摄", "文", "电", "发自"}) {
        if (length > 2 && name.size() > verb.size() + 3 &&
            name.ends_with(verb)) {
          picture_ = picture_ || verb == "摄" || verb == "摄影";
          name.remove_suffix(verb.size());
          length = CountCodePoints(name);
          last = true;
        }
      }
      const bool is_name =
          dotted ? length >= 3 && length <= 15 : length >= 2 && length <= 4;
      if (!is_name || IsNoName(name) || EndsInRole(name)) break;
      credit->names.emplace_back(name);
      end = at = next;
      if (last) break;
      while (next < line_.size() &&
             IsBetweenNames(NextCodePoint(line_, &next))) {
        at = next;
      }
      if (at == end) break;
    }
    return end;
  }

  static bool EndsInRole(std::string_view word) {
    return std::any_of(kRoles.begin(), kRoles.end(), [&](const Role& role) {
      return role.word.size() > 3 && word.ends_with(role.word);
    });
  }

  const std::string_view line_;
  const bool speaks_;  // is a sentence
  size_t prefix_ = 0;
  bool picture_ = false;
  std::vector<ChineseCredit> credits_;
};

}  // namespace

std::vector<ChineseCredit> ReadChineseCredits(std::string_view line) {
  return LineReader(line).Run();
}

}  // namespace newsmill
