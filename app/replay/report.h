#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "app/cli/output.h"
#include "app/replay/plan_book.h"
#include "newsmill/v1/replay_plan.pb.h"

namespace newsmill {

// "pages", "articles", "dead".
std::string SourceName(v1::ReplayPlan::Source source);
std::string StateName(v1::ReplayPlan::State state);

// What a plan is and how far it is, for programs and for people.
nlohmann::ordered_json PlanJson(const v1::ReplayPlan& plan,
                                const PlanProgress& progress);
void PrintPlan(const v1::ReplayPlan& plan, const PlanProgress& progress,
               Output& out);

// Of a plan that ended, what was noted with it; else what the offsets say.
Result<PlanProgress> StandingOf(Admin& admin, const std::string& prefix,
                                const v1::ReplayPlan& plan);

}  // namespace newsmill
