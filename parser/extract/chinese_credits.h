#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace newsmill {

// Who is named in a line of a Chinese page, and as what.
struct ChineseCredit {
  std::string role;  // as printed: "记者", "责任编辑"
  bool author = false;
  std::vector<std::string> names;
};

// "新报记者 张三 李四 编辑 王五", "（记者张三、李四）", "作者：张三
// 来源：新报", "文/张三": names of two to four characters behind a role. Who
// took a picture (摄, 摄影) is no author and left out.
std::vector<ChineseCredit> ReadChineseCredits(std::string_view line);

}  // namespace newsmill
