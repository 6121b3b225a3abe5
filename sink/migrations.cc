#include "sink/migrations.h"

#include <fmt/format.h>

namespace newsmill {

std::vector<Migration> MarkApplied(std::vector<Migration> migrations,
                                   const std::set<int>& applied) {
  for (Migration& migration : migrations)
    migration.applied = applied.count(migration.number) > 0;
  return migrations;
}

Result<void> CheckSchema(const std::vector<Migration>& migrations,
                         const std::set<int>& applied,
                         const std::string& where) {
  const int newest = migrations.back().number;
  if (!applied.empty() && *applied.rbegin() > newest)
    return Error{Code::kBadConfiguration,
                 fmt::format("the schema of {} is at migration {}, this binary "
                             "knows {}: use a newer newsmill",
                             where, *applied.rbegin(), newest)};
  for (const Migration& migration : migrations)
    if (applied.count(migration.number) == 0)
      return Error{Code::kBadConfiguration,
                   fmt::format("the schema of {} lacks migration {} ({}): run "
                               "`newsmill store migrate`",
                               where, migration.number, migration.name)};
  return {};
}

}  // namespace newsmill
