#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sink/batch_plan.h"
#include "sink/store_keeper.h"
#include "sink/value.h"

namespace newsmill::sql {

// A database that can be changed, a transaction at a time.
class Changes {
 public:
  virtual ~Changes() = default;

  virtual Result<void> Begin() = 0;
  virtual Result<void> Commit() = 0;
  virtual void Rollback() = 0;
  // One statement of its own; parameters are $1, $2 …, their types as the
  // statement's columns say.
  virtual Result<std::vector<Row>> Ask(const std::string& text,
                                       const std::vector<Value>& values) = 0;
  // The statements of a sink.
  virtual Transaction& transaction() = 0;
  // An expression that gives a column of times as RFC 3339.
  virtual std::string TimeText(const std::string& column) const = 0;
};

// All of it or nothing.
Result<void> Together(Changes& changes,
                      const std::function<Result<void>()>& change);

// In the SQL that both databases share; with `history` former contents are
// kept. The clock outlives the keeper.
std::unique_ptr<StoreKeeper> NewSqlKeeper(std::unique_ptr<Changes> changes,
                                          bool history, const Clock& clock);

}  // namespace newsmill::sql
