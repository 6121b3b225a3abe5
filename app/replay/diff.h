#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/cli/output.h"
#include "newsmill/v1/article.pb.h"

namespace newsmill {

// What a replay would change in the store, field by field.
class ReplayDiff {
 public:
  // `examples`: most that are kept of each field.
  explicit ReplayDiff(size_t examples) : examples_(examples) {}

  void CountFiltered() { ++filtered_; }
  void CountOlder() { ++older_; }  // the store has a newer one
  void CountUnchanged() { ++unchanged_; }
  void CountDead() { ++dead_; }
  // A page of which the store has no article.
  void AddNew(const v1::Article& article);
  // A stored article whose page would give none.
  void AddLost(const std::string& key, const std::string& why);
  void AddChanged(const v1::Article& before, const v1::Article& after);

  int64_t read() const {
    return filtered_ + older_ + unchanged_ + dead_ + changed_ + new_ + lost_;
  }
  // Articles that would not be as they are.
  int64_t changed() const { return changed_ + new_ + lost_; }

  nlohmann::ordered_json ToJson() const;
  void Print(Output& out) const;

 private:
  struct Example {
    std::string key;
    std::string before, after;  // as JSON; empty: absent
  };
  struct Field {
    int64_t changed = 0, added = 0, removed = 0;
    std::vector<Example> examples;
  };
  void AddField(const std::string& name, Example example);

  const size_t examples_;
  int64_t filtered_ = 0, older_ = 0, unchanged_ = 0, dead_ = 0;
  int64_t changed_ = 0, new_ = 0, lost_ = 0;
  std::map<std::string, Field> fields_;
  std::vector<Example> new_examples_, lost_examples_;
};

}  // namespace newsmill
