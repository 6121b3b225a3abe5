#pragma once

#include <string>
#include <vector>

#include "newsmill/v1/article.pb.h"
#include "parser/extract/candidates.h"
#include "parser/extract/decision.h"

namespace newsmill {

struct ExplainedCandidate {
  std::string text;
  v1::Provenance::Source source = v1::Provenance::SOURCE_UNSPECIFIED;
  std::string detail;
  double score = 0;  // what speaks for it, agreement included; 0: left out
  bool beside = false;
  bool won = false;
};

// How one field was decided: the candidates, the best first.
struct ExplainedField {
  std::string field;  // of Article
  std::string value;  // empty where nothing was good enough
  std::string why;
  std::vector<ExplainedCandidate> candidates;
};

using Explanation = std::vector<ExplainedField>;

// Puts the candidates in order and says why, where the decision does not.
void FinishExplanation(ExplainedField* field);

// Adds how `decision` was made among `candidates`.
template <typename T>
void Explain(const char* field, const std::vector<T>& candidates,
             const Decision& decision, Explanation* explanation) {
  if (explanation == nullptr) return;
  ExplainedField explained{field, decision.value, decision.why, {}};
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    const double score = i < decision.scores.size() ? decision.scores[i] : 0;
    explained.candidates.push_back({candidate.text, candidate.source,
                                    candidate.detail, score, candidate.beside,
                                    i == decision.winner});
  }
  FinishExplanation(&explained);
  explanation->push_back(std::move(explained));
}

}  // namespace newsmill
