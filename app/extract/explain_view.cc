#include "app/extract/explain_view.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "parser/html/text.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

constexpr size_t kShownCandidates = 12;
constexpr size_t kShownLetters = 100;

// On one line, and not longer than a line.
std::string Short(std::string_view text) {
  const std::string line = CollapseBlanks(text);
  size_t at = 0;
  for (size_t i = 0; i < kShownLetters && at < line.size(); ++i) {
    NextCodePoint(line, &at);
  }
  return at == line.size() ? line : line.substr(0, at) + "…";
}

std::string PlaceOf(const ExplainedCandidate& candidate) {
  return v1::Provenance::Source_Name(candidate.source) + " " + candidate.detail;
}

}  // namespace

void PrintExplanation(const Explanation& explanation, Output& out) {
  for (const ExplainedField& field : explanation) {
    const std::string value = field.value.empty() ? "(none)" : field.value;
    out.Line(out.Styled(Style::kBold, field.field) + ": " + value);
    out.Line(out.Styled(Style::kDim, "  " + field.why));
    size_t shown = 0;
    for (const ExplainedCandidate& candidate : field.candidates) {
      if (++shown > kShownCandidates) {
        out.Line(fmt::format("    and {} more",
                             field.candidates.size() - kShownCandidates));
        break;
      }
      out.Line(fmt::format("  {} {:>5.0f}  {}  {}{}", candidate.won ? '*' : ' ',
                           candidate.score, PlaceOf(candidate),
                           Short(candidate.text),
                           candidate.beside ? "  (beside the article)" : ""));
    }
  }
}

nlohmann::ordered_json ExplanationJson(const Explanation& explanation) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const ExplainedField& field : explanation) {
    nlohmann::ordered_json candidates = nlohmann::ordered_json::array();
    for (const ExplainedCandidate& candidate : field.candidates) {
      candidates.push_back(
          {{"text", candidate.text},
           {"source", v1::Provenance::Source_Name(candidate.source)},
           {"detail", candidate.detail},
           {"score", candidate.score},
           {"beside", candidate.beside},
           {"won", candidate.won}});
    }
    json[field.field] = {{"value", field.value},
                         {"why", field.why},
                         {"candidates", std::move(candidates)}};
  }
  return json;
}

}  // namespace newsmill
