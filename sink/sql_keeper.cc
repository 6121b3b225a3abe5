#include "sink/sql_keeper.h"

#include <functional>

#include <fmt/format.h>

#include "sink/sql_where.h"

namespace newsmill::sql {
namespace {

class SqlKeeper final : public StoreKeeper {
 public:
  SqlKeeper(std::unique_ptr<Changes> changes, const Clock& clock)
      : changes_(std::move(changes)), clock_(clock) {}

  Result<int64_t> DropDead(const std::vector<int64_t>& ids,
                           const DeadFilter& filter) override;

 private:
  // All of it or nothing.
  Result<void> Together(const std::function<Result<void>()>& change);

  std::unique_ptr<Changes> changes_;
  const Clock& clock_;
};

Result<void> SqlKeeper::Together(const std::function<Result<void>()>& change) {
  const Result<void> begun = changes_->Begin();
  if (!begun) return begun;
  Result<void> done = change();
  if (done) done = changes_->Commit();
  if (!done) changes_->Rollback();
  return done;
}

Result<int64_t> SqlKeeper::DropDead(const std::vector<int64_t>& ids,
                                    const DeadFilter& filter) {
  Where where = DeadWhere(filter);
  if (!ids.empty()) where.And(fmt::format("id IN ({})", fmt::join(ids, ", ")));
  int64_t dropped = 0;
  const Result<void> done = Together([&]() -> Result<void> {
    const auto rows = changes_->Ask(
        "DELETE FROM dead_letters" + where.text() + " RETURNING id",
        where.values());
    if (!rows) return rows.error();
    dropped = static_cast<int64_t>(rows->size());
    return {};
  });
  if (!done) return done.error();
  return dropped;
}

}  // namespace

std::unique_ptr<StoreKeeper> NewSqlKeeper(std::unique_ptr<Changes> changes,
                                          const Clock& clock) {
  return std::make_unique<SqlKeeper>(std::move(changes), clock);
}

}  // namespace newsmill::sql
