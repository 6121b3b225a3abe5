#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "newsmill/v1/replay_plan.pb.h"

namespace newsmill {

// What `replay plan` and `dead replay` take.
struct PlanOptions {
  std::string source, name;
  std::string from, to;
  std::vector<std::string> offsets;
  std::string site, url_prefix, batch, outcome, reason;
  std::optional<int64_t> rate;
  bool allow_gap = false;

  // All but source and name.
  void Declare(Arguments& arguments);
};

// Freezes the wish and writes the plan. kInvalidArgument where it is no sound
// one or the name is taken; kOutOfRange where some of it is deleted already.
Result<v1::ReplayPlan> MakePlan(Context& context, const PlanOptions& options);

}  // namespace newsmill
