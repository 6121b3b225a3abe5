#include "sink/migrations.h"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace newsmill {

int CompatibleFrom(const Migration& migration) {
  constexpr std::string_view kSays = "-- compatible-from: ";
  const std::string_view text = migration.sql;
  int number = migration.number;
  if (text.starts_with(kSays)) {
    std::from_chars(text.data() + kSays.size(), text.data() + text.size(),
                    number);
  }
  return number;
}

std::vector<Migration> MarkApplied(std::vector<Migration> migrations,
                                   const AppliedMigrations& applied) {
  for (Migration& migration : migrations)
    migration.applied = applied.count(migration.number) > 0;
  return migrations;
}

Result<void> CheckSchema(const std::vector<Migration>& migrations,
                         const AppliedMigrations& applied,
                         const std::string& where) {
  const int newest = migrations.back().number;
  for (auto it = applied.upper_bound(newest); it != applied.end(); ++it)
    if (it->second > newest)
      return Error{
          Code::kBadConfiguration,
          fmt::format("the schema of {} has migration {}, which needs a binary "
                      "that knows {}; this one knows {}: use a newer newsmill",
                      where, it->first, it->second, newest)};
  for (const Migration& migration : migrations)
    if (applied.count(migration.number) == 0)
      return Error{Code::kBadConfiguration,
                   fmt::format("the schema of {} lacks migration {} ({}): run "
                               "`newsmill store migrate`",
                               where, migration.number, migration.name)};
  return {};
}

}  // namespace newsmill
