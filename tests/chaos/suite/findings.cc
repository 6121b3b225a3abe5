#include "tests/chaos/suite/findings.h"

#include <fmt/format.h>

namespace newsmill::chaos {
namespace {

struct Column {
  const char* name;
  int64_t Findings::*number;
};
constexpr Column kColumns[] = {{"accepted", &Findings::accepted},
                               {"stored", &Findings::stored},
                               {"of planted pages", &Findings::planted},
                               {"LOST", &Findings::lost},
                               {"ORPHAN", &Findings::orphans},
                               {"second rows", &Findings::second_rows},
                               {"versions gone back", &Findings::gone_back},
                               {"rows by thawed workers", &Findings::by_thawed},
                               {"stale rows", &Findings::stale},
                               {"CRASHED", &Findings::crashed}};

}  // namespace

Findings& Findings::operator+=(const Findings& other) {
  for (const Column& column : kColumns) {
    this->*column.number += other.*column.number;
  }
  return *this;
}

Findings Findings::Since(const Findings& before) const {
  Findings since = *this;
  for (const Column& column : kColumns) {
    since.*column.number -= before.*column.number;
  }
  return since;
}

std::string Findings::ToLine() const {
  std::string line;
  for (const Column& column : kColumns) {
    line += fmt::format("{}{} {}", line.empty() ? "" : ", ", column.name,
                        this->*column.number);
  }
  return line;
}

std::string Findings::TableHead() {
  std::string names = "|", rule = "|---|";
  for (const Column& column : kColumns) {
    names += fmt::format(" {} |", column.name);
    rule += "---|";
  }
  return names + "\n" + rule;
}

std::string Findings::ToTableRow() const {
  std::string row = "|";
  for (const Column& column : kColumns) {
    row += fmt::format(" {} |", this->*column.number);
  }
  return row;
}

}  // namespace newsmill::chaos
