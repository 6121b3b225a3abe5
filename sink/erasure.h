#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sink/sql_keeper.h"
#include "sink/store_keeper.h"

namespace newsmill::sql {

// What StoreKeeper says of erasure, in the SQL that both databases share.
//
// The row that is left is what keeps an article out: a sink whose transaction
// runs at this moment does not see the key in `suppressed`, but it waits for
// the row, and the guard never writes one whose state is ERASED. That is why a
// key that has no row gets one. Everything else of a key is deleted while its
// row is held.
class Erasure {
 public:
  // `changes` outlives this.
  explicit Erasure(Changes& changes) : changes_(changes) {}

  using Keys = std::vector<std::string>;
  Result<Keys> KeysNamed(const std::string& text);
  Result<Keys> KeysOfSite(const std::string& site);
  Result<std::vector<std::string>> UrlsOf(const Keys& keys);
  Result<StoredTraces> Erase(const Keys& keys, const std::string& who,
                             const std::string& why, Timestamp now);
  Result<StoredTraces> TracesOf(const Keys& keys);
  Result<std::vector<SuppressedKey>> Suppressed();

 private:
  // The first column of the answer.
  Result<std::vector<std::string>> Texts(const std::string& sql,
                                         const std::vector<Value>& values);
  Result<int64_t> Count(const std::string& sql, const Keys& keys);
  Result<void> Bury(const std::string& key, const std::string& who,
                    const std::string& why, Timestamp now);
  Result<StoredTraces> EraseTogether(const Keys& keys, const std::string& who,
                                     const std::string& why, Timestamp now);
  // Those that are about a record with one of the keys.
  Result<std::vector<int64_t>> DeadLettersOf(const Keys& keys);

  Changes& changes_;
};

}  // namespace newsmill::sql
