#pragma once

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sink/store_reader.h"
#include "sink/value.h"

namespace newsmill::sql {

// A WHERE clause that grows with its parameters.
class Where {
 public:
  // `condition` with {} where the parameter goes.
  void And(const std::string& condition, Value value) {
    values_.push_back(std::move(value));
    And(fmt::format(fmt::runtime(condition),
                    fmt::format("${}", values_.size())));
  }
  void And(const std::string& condition) {
    text_ += (text_.empty() ? " WHERE " : " AND ") + condition;
  }
  const std::string& text() const { return text_; }
  const std::vector<Value>& values() const { return values_; }

 private:
  std::string text_;
  std::vector<Value> values_;
};

// Which dead letters a filter means; its limit is not in it.
Where DeadWhere(const DeadFilter& filter);

}  // namespace newsmill::sql
