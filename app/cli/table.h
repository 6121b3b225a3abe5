#pragma once

#include <string>
#include <vector>

#include "app/cli/output.h"

namespace newsmill {

// Rows in columns for people. The last column takes what is left of a
// terminal's line; on anything but a terminal nothing is cut.
class Table {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
    int widest = 60;  // on a terminal
  };
  struct Cell {
    Cell(std::string t) : text(std::move(t)) {}  // NOLINT: a cell is a text
    Cell(const char* t) : text(t) {}             // NOLINT
    Cell(std::string t, Style s) : text(std::move(t)), style(s) {}
    std::string text;
    Style style = Style::kPlain;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void Add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  void Print(Output& out) const;

 private:
  std::vector<int> Widths(const Output& out) const;
  void PrintRow(Output& out, const std::vector<Cell>& row,
                const std::vector<int>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace newsmill
