#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "sink/store_reader.h"

namespace newsmill {

// What operators change in the store, beside running sinks. Each call is one
// transaction. Used by one thread at a time.
class StoreKeeper {
 public:
  virtual ~StoreKeeper() = default;

  // Deletes dead letters; the number of them. The ledger keeps their tasks as
  // DEAD. Those of these IDs, else those that the filter means (its limit does
  // not count).
  virtual Result<int64_t> DropDead(const std::vector<int64_t>& ids,
                                   const DeadFilter& filter) = 0;

  // Writes the article that was kept beside the row because its body had
  // shrunk, as if the rule against that were not there. kNotFound: none is
  // kept, or the row holds a newer fetch by now.
  virtual Result<void> AcceptShrunk(const std::string& article_key) = 0;
};

}  // namespace newsmill
