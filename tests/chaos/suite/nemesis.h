#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "tests/chaos/suite/findings.h"
#include "tests/chaos/suite/system.h"
#include "tests/support/pages/dice.h"

namespace newsmill::chaos {

// Somebody who harms the system while tasks come in, and leaves it whole: as
// many workers of each kind, broker and database up, nothing frozen.
class Nemesis {
 public:
  virtual ~Nemesis() = default;
  virtual std::string name() const = 0;
  // About for so long. An error: it could not do what it is for.
  virtual Result<void> Strike(System& system, pages::Dice& dice,
                              Duration time) = 0;

  // What it has planted and how that has to end.
  struct Planted {
    // Records that nobody can read, by the topic they were put on.
    int64_t unreadable_tasks = 0;
    int64_t unreadable_records = 0;  // of the topics between the workers
    // Tasks whose page aborts its parser.
    int64_t crashing = 0;
  };
  const Planted& planted() const { return planted_; }
  // Of a nemesis that strikes a system of its own: what was found there by the
  // strike. Others: nothing.
  const std::optional<Findings>& own() const { return own_; }

 protected:
  std::optional<Findings> own_;
  Planted planted_;
};

void AddNemesesOfWorkers(std::vector<std::unique_ptr<Nemesis>>* all);
void AddNemesesOfServices(std::vector<std::unique_ptr<Nemesis>>* all);
void AddNemesesOfRecords(std::vector<std::unique_ptr<Nemesis>>* all);
void AddNemesesOfDisks(std::vector<std::unique_ptr<Nemesis>>* all);
void AddNemesesOfOperators(std::vector<std::unique_ptr<Nemesis>>* all);

// One of each of these.
std::vector<std::unique_ptr<Nemesis>> AllNemeses();

}  // namespace newsmill::chaos
