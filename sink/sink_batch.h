#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/bus/topics.h"
#include "core/flow/delivery.h"
#include "core/sites/site_catalogue.h"
#include "sink/store.h"

namespace newsmill {

// A partition that is ours.
struct Owned {
  int64_t epoch = 0;
  int64_t next = 0;  // what the store holds
};

// Records in hand, together with the rows that they become in one store
// transaction. Used by the worker's thread.
class SinkBatch {
 public:
  SinkBatch(const Topics& topics, const SiteCatalogue& sites,
            const Clock& clock);

  // Reads the record. What cannot be read becomes a dead letter.
  void Add(Delivery delivery);

  bool empty() const { return entries_.empty(); }
  size_t records() const { return entries_.size(); }
  size_t bytes() const { return bytes_; }

  // The rows, and how far each partition moves from where `owned` says.
  const StoreBatch& Rows(const std::map<TopicPartition, Owned>& owned);

  // The store refuses a row: its record becomes a dead letter, or, where that
  // is refused too, one that settles no task. False: nothing is left to try.
  bool Refuse(const Refusal& refusal, const std::string& why);

  // Lets go of a partition's records; they are read again by its next owner.
  void Drop(const TopicPartition& partition);

  // Empties the batch. The deliveries are the caller's to settle.
  std::vector<Delivery> Take();

 private:
  // How a record goes into the batch.
  enum class Form { kRow, kDeadLetter, kDeadLetterAlone };
  struct Entry {
    Delivery delivery;
    Form form = Form::kRow;
    std::string why;  // of a dead letter
  };

  void Convert(size_t index);
  void ConvertArticle(size_t index);
  void ConvertOutcome(size_t index);
  void ConvertDeadLetter(size_t index);
  void ConvertTask(size_t index);
  void AddDeadLetter(size_t index, v1::Reason reason, const std::string& why,
                     const std::string& task_id);
  void Rebuild();
  void ClearRows();

  const Topics& topics_;
  const SiteCatalogue& sites_;
  const Clock& clock_;
  std::vector<Entry> entries_;
  size_t bytes_ = 0;
  StoreBatch rows_;
  // Per vector of rows_: the entry that a row came from.
  std::vector<size_t> article_entry_, outcome_entry_, accepted_entry_,
      dead_letter_entry_;
};

}  // namespace newsmill
