#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "sink/store_reader.h"
#include "sink/value.h"

namespace newsmill::sql {

// A database that can be asked.
class Queries {
 public:
  virtual ~Queries() = default;

  // Streams the rows of the answer; `visit` ends it with false. Parameters are
  // $1, $2 …. The rows are of one moment.
  virtual Result<void> Query(const std::string& sql,
                             const std::vector<Value>& values,
                             const std::function<bool(const Row&)>& visit) = 0;

  // An expression that gives a column of times as RFC 3339.
  virtual std::string TimeText(const std::string& column) const = 0;
};

// The questions of the commands, in the SQL that both databases share.
std::unique_ptr<StoreReader> NewSqlReader(std::unique_ptr<Queries> queries);

}  // namespace newsmill::sql
