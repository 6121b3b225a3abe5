#pragma once

#include <cstdint>
#include <string>

#include "app/cli/output.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "newsmill/v1/common.pb.h"

namespace newsmill {

// "12,345".
std::string FormatCount(int64_t number);
// "1 task", "2 tasks".
std::string Counted(int64_t number, const std::string& noun);
// A time span as people say it, in its two largest units: "2 d 3 h", "4 s".
std::string FormatSpan(Duration span);
// The zone of the terminal's user has no say: always UTC, "2026-11-23
// 09:20:36".
std::string FormatTime(Timestamp time);

// Enum values as tables and files show them, without their prefix
// ("TIMED_OUT"), and the sentence that documents them.
std::string ReasonName(v1::Reason reason);
std::string ReasonSentence(v1::Reason reason);
std::string KindName(v1::OutcomeKind kind);  // UNSPECIFIED: "OPEN"
std::string StageName(v1::Stage stage);      // "fetcher"
Style StyleOf(v1::OutcomeKind kind);

// Whether --reason names one; empty: any. kInvalidArgument suggests another.
Result<void> CheckReason(const std::string& name);

}  // namespace newsmill
