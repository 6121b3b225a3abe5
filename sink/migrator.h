#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace newsmill {

struct Migration {
  int number = 0;
  std::string name;
  std::string sql;
  bool applied = false;
};

// Numbered changes of a store's schema, carried by the binary.
class Migrator {
 public:
  virtual ~Migrator() = default;
  virtual Result<std::vector<Migration>> Status() = 0;
  // Applies what is missing, each in a transaction; safe to run from several
  // processes at once.
  virtual Result<int> Migrate() = 0;
};

}  // namespace newsmill
