#pragma once

#include <string>
#include <vector>

namespace newsmill::rules {

// What is wrong with a rule, and where.
struct Finding {
  std::string file;
  int line = 0;  // 0: the file as a whole
  // What was found, what was expected.
  std::string message;

  std::string text() const {
    return line > 0 ? file + ":" + std::to_string(line) + ": " + message
                    : file + ": " + message;
  }
};

using Findings = std::vector<Finding>;

}  // namespace newsmill::rules
