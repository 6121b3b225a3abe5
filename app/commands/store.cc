#include <filesystem>

#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "sink/registry.h"

namespace newsmill {
namespace {

Result<std::unique_ptr<Migrator>> Open(const Settings& settings) {
  if (settings.sink.backend == "sqlite" && settings.sink.url.empty()) {
    std::error_code failed;
    std::filesystem::create_directories(settings.data_dir(), failed);
    if (failed) {
      return Error{Code::kBadConfiguration,
                   "--data: folder '" + settings.data_dir() +
                       "' cannot be made: " + failed.message()};
    }
  }
  return OpenMigrator(settings.sink, settings.data_dir());
}

class StoreStatus : public Command {
 public:
  std::string name() const override { return "store status"; }
  std::string summary() const override {
    return "Show which migrations the store's schema has";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "one object a line");
  }

  // 1 where the schema is older than the binary.
  Result<ExitCode> Run(Context& context) override {
    if (auto there = CheckStoreIsThere(context.settings); !there) {
      return there.error();
    }
    const auto migrator = Open(context.settings);
    if (!migrator) return migrator.error();
    const auto migrations = (*migrator)->Status();
    if (!migrations) return migrations.error();
    Table table({{"NUMBER", Table::Align::kRight}, {"NAME"}, {"STATE"}});
    bool complete = true;
    for (const Migration& migration : *migrations) {
      complete = complete && migration.applied;
      if (json_) {
        context.out.Line(JsonLine({{"number", migration.number},
                                   {"name", migration.name},
                                   {"applied", migration.applied}}));
      }
      table.Add({{std::to_string(migration.number)},
                 {migration.name},
                 {migration.applied ? "applied" : "missing",
                  migration.applied ? Style::kGreen : Style::kYellow}});
    }
    if (!json_) table.Print(context.out);
    return Finished(context, complete ? kExitDone : kExitCheckFailed);
  }

 private:
  bool json_ = false;
};

class StoreMigrate : public Command {
 public:
  std::string name() const override { return "store migrate"; }
  std::string summary() const override {
    return "Bring the store's schema up to date";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--dry-run", &dry_run_,
                   "print the statements instead of running them");
    arguments.Flag("--json", &json_, "as JSON");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto migrator = Open(context.settings);
    if (!migrator) return migrator.error();
    if (dry_run_) return PrintMissing(context, **migrator);
    const Result<int> applied = (*migrator)->Migrate();
    if (!applied) return applied.error();
    if (json_) {
      context.out.Line(JsonLine({{"applied", *applied}}));
    } else if (*applied == 0) {
      context.out.Line("The schema is up to date.");
    } else {
      context.out.Line("Applied " + Counted(*applied, "migration") + ".");
    }
    return Finished(context);
  }

 private:
  Result<ExitCode> PrintMissing(Context& context, Migrator& migrator) const {
    const auto migrations = migrator.Status();
    if (!migrations) return migrations.error();
    for (const Migration& migration : *migrations) {
      if (migration.applied) continue;
      if (json_) {
        context.out.Line(JsonLine({{"number", migration.number},
                                   {"name", migration.name},
                                   {"sql", migration.sql}}));
        continue;
      }
      context.out.Line("-- " + std::to_string(migration.number) + " " +
                       migration.name);
      context.out.Line(migration.sql);
    }
    return Finished(context);
  }

  bool dry_run_ = false, json_ = false;
};

}  // namespace

CommandPtr MakeStoreStatus() { return std::make_unique<StoreStatus>(); }
CommandPtr MakeStoreMigrate() { return std::make_unique<StoreMigrate>(); }

}  // namespace newsmill
