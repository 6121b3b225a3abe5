#include "app/cli/format.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>

#include "core/base/nearest.h"

namespace newsmill {
namespace {

std::string WithoutPrefix(const std::string& name, const std::string& prefix) {
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

}  // namespace

std::string FormatCount(int64_t number) {
  std::string digits = std::to_string(number);
  const int64_t first = number < 0 ? 1 : 0;
  for (auto at = static_cast<int64_t>(digits.size()) - 3; at > first; at -= 3) {
    digits.insert(static_cast<size_t>(at), 1, ',');
  }
  return digits;
}

std::string Counted(int64_t number, const std::string& noun) {
  return FormatCount(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string FormatSpan(Duration span) {
  constexpr std::array<std::pair<const char*, int64_t>, 5> kUnits = {
      {{"d", 86'400'000},
       {"h", 3'600'000},
       {"min", 60'000},
       {"s", 1'000},
       {"ms", 1}}};
  int64_t left = span.count();
  for (size_t i = 0; i < kUnits.size(); ++i) {
    const auto& [unit, size] = kUnits[i];
    if (left < size) continue;
    std::string text = std::to_string(left / size) + " " + unit;
    const bool coarse = i + 2 < kUnits.size();  // "4 s" needs no milliseconds
    if (coarse && left % size >= kUnits[i + 1].second) {
      text += " " + std::to_string(left % size / kUnits[i + 1].second) + " " +
              kUnits[i + 1].first;
    }
    return text;
  }
  return "0 s";
}

std::string FormatTime(Timestamp time) {
  std::string text = FormatRfc3339(time).substr(0, 19);
  text[10] = ' ';
  return text;
}

std::string ReasonName(v1::Reason reason) {
  if (!v1::Reason_IsValid(reason)) return std::to_string(reason);
  return WithoutPrefix(v1::Reason_Name(reason), "REASON_");
}

std::string ReasonSentence(v1::Reason reason) {
  const auto* value = v1::Reason_descriptor()->FindValueByNumber(reason);
  return value == nullptr ? "" : value->options().GetExtension(v1::sentence);
}

std::string KindName(v1::OutcomeKind kind) {
  if (kind == v1::OUTCOME_KIND_UNSPECIFIED) return "OPEN";
  if (!v1::OutcomeKind_IsValid(kind)) return std::to_string(kind);
  return v1::OutcomeKind_Name(kind);
}

std::string StageName(v1::Stage stage) {
  switch (stage) {
    case v1::STAGE_FETCHER:
      return "fetcher";
    case v1::STAGE_PARSER:
      return "parser";
    case v1::STAGE_SINK:
      return "sink";
    default:
      return "";
  }
}

Style StyleOf(v1::OutcomeKind kind) {
  switch (kind) {
    case v1::STORED:
      return Style::kGreen;
    case v1::UNCHANGED:
      return Style::kCyan;
    case v1::GONE:
    case v1::SKIPPED:
      return Style::kYellow;
    case v1::DEAD:
      return Style::kRed;
    default:
      return Style::kPlain;
  }
}

Result<void> CheckReason(const std::string& name) {
  std::vector<std::string> known;
  const auto* reasons = v1::Reason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<v1::Reason>(reasons->value(i)->number());
    if (reason != v1::REASON_UNSPECIFIED) known.push_back(ReasonName(reason));
  }
  const bool found = std::find(known.begin(), known.end(), name) != known.end();
  if (name.empty() || found) return {};
  const std::string nearest = Nearest(name, known);
  return Error{Code::kInvalidArgument,
               "--reason: there is no reason '" + name + "'" +
                   (nearest.empty() ? "; docs/outcomes.md lists them"
                                    : "; did you mean '" + nearest + "'?")};
}

}  // namespace newsmill
