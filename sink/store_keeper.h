#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sink/store_reader.h"

namespace newsmill {

// What the store holds of articles that are to be gone.
struct StoredTraces {
  int64_t rows = 0;  // with content
  int64_t versions = 0;
  int64_t candidates = 0;  // bodies that were kept back
  int64_t dead_letters = 0;

  int64_t all() const { return rows + versions + candidates + dead_letters; }
};

// What operators change in the store, beside running sinks. Each call is one
// transaction, where it does not say otherwise. Used by one thread at a time.
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

  // Erasure. Keys are handed and given in order, each once.

  // Of the rows and tasks that have this text as their key or as one of their
  // addresses; of all of a site.
  virtual Result<std::vector<std::string>> KeysNamed(
      const std::string& text) = 0;
  virtual Result<std::vector<std::string>> KeysOfSite(
      const std::string& site) = 0;
  // Addresses that rows and tasks of these articles have.
  virtual Result<std::vector<std::string>> UrlsOf(
      const std::vector<std::string>& keys) = 0;

  // Leaves of each article a row without content, whose state is ERASED, and of
  // its history, kept-back bodies and dead letters nothing; no Commit brings
  // anything back under these keys. What was deleted. In portions, each a
  // transaction: after an error it may be called again, and a second call does
  // no harm.
  virtual Result<StoredTraces> Erase(const std::vector<std::string>& keys,
                                     const std::string& who,
                                     const std::string& why) = 0;
  virtual Result<StoredTraces> TracesOf(
      const std::vector<std::string>& keys) = 0;
  // All that were ever erased, ordered by key.
  virtual Result<std::vector<SuppressedKey>> Suppressed() = 0;
};

}  // namespace newsmill
