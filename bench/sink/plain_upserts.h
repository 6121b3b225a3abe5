#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"

namespace newsmill::bench {

// What libpq alone can do: the rows of a table, read beforehand and kept as
// text, are upserted into a table like it, in pipeline mode, 500 to a
// transaction. No log, no decoding, no guard, no offsets, no epoch.
class PlainUpserts {
 public:
  // Reads `from`.ARTICLES (and LEDGER) and makes the same tables in `to`.
  static Result<PlainUpserts> Prepare(const std::string& url,
                                      const std::string& from,
                                      const std::string& to, bool ledger);
  ~PlainUpserts();
  PlainUpserts(PlainUpserts&& other) noexcept;
  PlainUpserts& operator=(PlainUpserts&&) = delete;

  Result<void> Run();

 private:
  struct State;
  explicit PlainUpserts(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace newsmill::bench
