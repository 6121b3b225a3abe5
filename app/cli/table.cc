#include "app/cli/table.h"

#include <algorithm>

#include "app/cli/text_width.h"

namespace newsmill {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 12;

}  // namespace

void Table::Print(Output& out) const {
  const std::vector<int> widths = Widths(out);
  std::vector<Cell> titles;
  for (const Column& column : columns_) {
    titles.emplace_back(column.title, Style::kDim);
  }
  PrintRow(out, titles, widths);
  for (const auto& row : rows_) PrintRow(out, row, widths);
}

std::vector<int> Table::Widths(const Output& out) const {
  std::vector<int> widths;
  int taken = 0;
  for (size_t i = 0; i < columns_.size(); ++i) {
    int width = TextWidth(columns_[i].title);
    for (const auto& row : rows_) {
      width = std::max(width, TextWidth(row[i].text));
    }
    if (out.terminal()) {
      width = std::min(width, columns_[i].widest);
      const bool last = i + 1 == columns_.size();
      if (last) {
        width = std::min(width, std::max(kNarrowest, out.width() - taken));
      }
    }
    widths.push_back(width);
    taken += width + kGap;
  }
  return widths;
}

void Table::PrintRow(Output& out, const std::vector<Cell>& row,
                     const std::vector<int>& widths) const {
  std::string line;
  for (size_t i = 0; i < row.size(); ++i) {
    const std::string text = FitText(row[i].text, widths[i]);
    const std::string pad(std::max(0, widths[i] - TextWidth(text)), ' ');
    const std::string styled = out.Styled(row[i].style, text);
    const bool last = i + 1 == row.size();
    if (columns_[i].align == Align::kRight) {
      line += pad + styled;
    } else {
      line += last ? styled : styled + pad;
    }
    if (!last) line.append(kGap, ' ');
  }
  while (line.ends_with(' ')) line.pop_back();
  out.Line(line);
}

}  // namespace newsmill
