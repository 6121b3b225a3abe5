#include "parser/rules/steps.h"

#include <cmath>

#include "parser/html/regex_text.h"
#include "parser/html/text.h"

namespace newsmill::rules {
namespace {

std::optional<std::string> Match(const RE2& pattern, std::string_view text) {
  re2::StringPiece groups[2];
  const int wanted = pattern.NumberOfCapturingGroups() > 0 ? 2 : 1;
  if (!pattern.Match(ForRegex(text), 0, text.size(), RE2::UNANCHORED, groups,
                     wanted)) {
    return std::nullopt;
  }
  return std::string(FromRegex(groups[wanted - 1]));
}

std::vector<std::string> Split(const RE2& pattern, std::string_view text) {
  std::vector<std::string> pieces;
  size_t start = 0;
  size_t from = 0;
  re2::StringPiece hit;
  while (from <= text.size() && pattern.Match(ForRegex(text), from, text.size(),
                                              RE2::UNANCHORED, &hit, 1)) {
    const size_t at = static_cast<size_t>(hit.data() - text.data());
    if (hit.empty()) {  // separates nothing
      from = at + 1;
      continue;
    }
    pieces.emplace_back(text.substr(start, at - start));
    start = from = at + hit.size();
  }
  pieces.emplace_back(text.substr(start));
  return pieces;
}

std::optional<bool> ParseBool(std::string_view text) {
  if (text == "true" || text == "1" || text == "yes") return true;
  if (text == "false" || text == "0" || text == "no") return false;
  return std::nullopt;
}

std::optional<std::string> Convert(const Step& step, const Url& base,
                                   std::string_view text) {
  switch (step.kind) {
    case Step::Kind::kStripPrefix:
      if (text.substr(0, step.text.size()) == step.text) {
        text.remove_prefix(step.text.size());
      }
      return std::string(text);
    case Step::Kind::kMatch:
      return Match(*step.pattern, text);
    case Step::Kind::kReplace: {
      std::string replaced(text);
      RE2::GlobalReplace(&replaced, *step.pattern, step.text);
      return replaced;
    }
    case Step::Kind::kCount:
      if (const auto count = ParseCount(text)) return std::to_string(*count);
      return std::nullopt;
    case Step::Kind::kBool:
    case Step::Kind::kNot:
      if (const auto value = ParseBool(text)) {
        return *value == (step.kind == Step::Kind::kBool) ? "true" : "false";
      }
      return std::nullopt;
    case Step::Kind::kAbsoluteUrl:
      return AbsoluteUrl(base, text);
    case Step::Kind::kDate:   // read with the time of the fetch, by the field
    case Step::Kind::kSplit:  // makes several of one
      break;
  }
  return std::string(text);
}

}  // namespace

std::optional<int64_t> ParseCount(std::string_view text) {
  static const RE2 form(
      R"(\s*([0-9][0-9,]*(?:\.[0-9]+)?)\s*([kKwW万亿]?)\+?\s*)");
  std::string digits;
  std::string unit;
  if (!RE2::FullMatch(ForRegex(text), form, &digits, &unit))
    return std::nullopt;
  std::erase(digits, ',');
  if (digits.size() > 15) return std::nullopt;
  const double factor = unit == "k" || unit == "K" ? 1e3
                        : unit.empty()             ? 1
                        : unit == "亿"             ? 1e8
                                                   : 1e4;
  const double count = std::strtod(digits.c_str(), nullptr) * factor;
  constexpr double kMost = 1e15;  // doubles still count one by one there
  if (count > kMost) return std::nullopt;
  return std::llround(count);
}

std::vector<std::string> ApplySteps(const std::vector<Step>& steps,
                                    const Url& base,
                                    std::vector<std::string> values) {
  for (const Step& step : steps) {
    std::vector<std::string> next;
    for (const std::string& value : values) {
      if (step.kind == Step::Kind::kSplit) {
        for (std::string& piece : Split(*step.pattern, value)) {
          next.push_back(std::move(piece));
        }
      } else if (auto converted = Convert(step, base, value)) {
        next.push_back(*std::move(converted));
      }
    }
    values = std::move(next);
  }
  std::vector<std::string> result;
  for (const std::string& value : values) {
    const std::string_view trimmed = TrimBlanks(value);
    if (!trimmed.empty()) result.emplace_back(trimmed);
  }
  return result;
}

}  // namespace newsmill::rules
