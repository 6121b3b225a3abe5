#include "parser/extract/explanation.h"

#include <algorithm>
#include <set>

#include "parser/extract/text_key.h"

namespace newsmill {

void FinishExplanation(ExplainedField* field) {
  std::stable_sort(
      field->candidates.begin(), field->candidates.end(),
      [](const ExplainedCandidate& a, const ExplainedCandidate& b) {
        return a.won != b.won ? a.won : a.score > b.score;
      });
  if (!field->why.empty()) return;
  if (field->candidates.empty() || !field->candidates[0].won) {
    field->why = field->candidates.empty() ? "the page offers none"
                                           : "none is good enough";
    return;
  }
  const std::string key = TextKey(field->value);
  std::set<std::string> places;
  for (const ExplainedCandidate& candidate : field->candidates) {
    if (candidate.won || candidate.score <= 0) continue;
    const std::string other = TextKey(candidate.text);
    if (other.find(key) != other.npos) places.insert(candidate.detail);
  }
  if (places.empty()) {
    field->why = "the best place that names one";
    return;
  }
  field->why = "confirmed by";
  for (const std::string& place : places) {
    field->why += (field->why.ends_with("by") ? " " : ", ") + place;
  }
}

}  // namespace newsmill
