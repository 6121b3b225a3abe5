#include <charconv>

#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "sink/registry.h"

namespace newsmill {
namespace {

class DeadDrop : public Command {
 public:
  std::string name() const override { return "dead drop"; }
  std::string summary() const override {
    return "Delete dead letters for good; the ledger keeps their tasks as DEAD";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", &ids_, "as `dead list` prints it");
    arguments.Option("--site", "NAME", &filter_.site, "all of this site");
    arguments.Option("--batch", "NAME", &filter_.batch, "all of this batch");
    arguments.Option("--reason", "REASON", &filter_.reason,
                     "all of this reason, such as TIMED_OUT");
    arguments.Option("--before", "TIME", &before_,
                     "that died before then: RFC 3339, 30d, yesterday");
    arguments.Flag("--dry-run", &dry_run_, "only count them");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    if (auto known = CheckReason(filter_.reason); !known) return known.error();
    const auto before = ResolveInstant(context, "--before", before_);
    if (!before) return before.error();
    filter_.died_before = *before;
    const auto ids = ParseIds();
    if (!ids) return ids.error();
    const bool all = filter_.site.empty() && filter_.batch.empty() &&
                     filter_.reason.empty() && !filter_.died_before;
    if (ids->empty() == all) {
      return Error{Code::kInvalidArgument,
                   "expected IDs, or one of --site, --batch, --reason and "
                   "--before; `--before 0s` means all"};
    }
    const auto count = dry_run_ ? Count(context, *ids) : Drop(context, *ids);
    if (!count) return count.error();
    if (json_) {
      context.out.Line(
          JsonLine({{"dropped", dry_run_ ? 0 : *count}, {"found", *count}}));
    } else {
      context.err.Line((dry_run_ ? "Would drop " : "Dropped ") +
                       Counted(*count, "dead letter") + ".");
    }
    // An ID that is not there was meant to be.
    const bool missing = *count < std::ssize(*ids);
    return Finished(context, missing ? kExitCheckFailed : kExitDone);
  }

 private:
  Result<std::vector<int64_t>> ParseIds() const {
    std::vector<int64_t> ids;
    for (const std::string& text : ids_) {
      int64_t id = 0;
      const char* const end = text.data() + text.size();
      const auto [at, failed] = std::from_chars(text.data(), end, id);
      if (failed != std::errc() || at != end) {
        return Error{Code::kInvalidArgument,
                     "'" + text +
                         "' is no ID; expected a number as `dead "
                         "list` prints it"};
      }
      ids.push_back(id);
    }
    return ids;
  }

  Result<int64_t> Count(Context& context,
                        const std::vector<int64_t>& ids) const {
    const auto reader = OpenReader(context.settings);
    if (!reader) return reader.error();
    int64_t count = 0;
    for (const int64_t id : ids) {
      const auto letter = (*reader)->FindDead(id);
      if (letter) ++count;
      if (!letter && letter.error().code != Code::kNotFound) {
        return letter.error();
      }
    }
    if (!ids.empty()) return count;
    const auto visited =
        (*reader)->VisitDead(filter_, [&](int64_t, const v1::DeadLetter&) {
          ++count;
          return true;
        });
    if (!visited) return visited.error();
    return count;
  }

  Result<int64_t> Drop(Context& context,
                       const std::vector<int64_t>& ids) const {
    if (auto there = CheckStoreIsThere(context.settings); !there) {
      return there.error();
    }
    const auto keeper =
        OpenStoreKeeper(context.settings.sink, context.settings.data_dir());
    if (!keeper) return keeper.error();
    return (*keeper)->DropDead(ids, filter_);
  }

  std::vector<std::string> ids_;
  DeadFilter filter_;
  std::string before_;
  bool dry_run_ = false, json_ = false;
};

}  // namespace

CommandPtr MakeDeadDrop() { return std::make_unique<DeadDrop>(); }

}  // namespace newsmill
