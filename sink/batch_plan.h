#pragma once

#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sink/store.h"
#include "sink/value.h"

// A batch as statements, in the order (table, key) in which every sink writes,
// so that two of them that meet on the same rows wait for each other and not in
// a circle: articles, dead_letters, ledger, and last the offsets.

namespace newsmill::sql {

struct Write {
  const Statement* statement = nullptr;
  std::vector<Value> values;
  Refusal origin;  // what to name if the database refuses it
};

// A transaction that was begun.
class Transaction {
 public:
  virtual ~Transaction() = default;

  // Executes the statements in order; the first row of each one's answer.
  virtual Result<std::vector<std::optional<Row>>> Run(
      const std::vector<Write>& writes) = 0;
};

struct HalfWritten {
  BatchResult result;
  // What is left to write, with the ledger as the result demands it; the
  // offsets go behind it.
  std::vector<Write> rest;
};

// Writes the articles table and plans the rest. `now` stands in the bookkeeping
// columns. With `history` former contents are kept.
Result<HalfWritten> WriteArticles(Transaction& transaction,
                                  const StoreBatch& batch, Timestamp now,
                                  bool history);

// Every statement that a plan may hold, to be prepared.
std::vector<const Statement*> AllStatements();

}  // namespace newsmill::sql
