#include "parser/extract/decide_language.h"

#include <re2/re2.h>

#include <algorithm>

#include "parser/extract/language.h"
#include "parser/html/regex_text.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

// "nb-NO" is "no-NO": one name for one language.
std::string Declared(std::string_view text) {
  std::string tag = NormaliseLanguage(TrimBlanks(text));
  if (tag == "nb" || tag.starts_with("nb-")) tag.replace(0, 2, "no");
  if (tag == "und" || tag == "mul" || tag == "zxx") tag.clear();
  return tag;
}

std::string Base(std::string_view tag) {
  return std::string(tag.substr(0, tag.find('-')));
}

// Written so much alike that no count of words tells them apart for certain.
bool AreClose(std::string_view a, std::string_view b) {
  constexpr std::string_view kGroups[] = {
      "da no nn", "id ms jv su", "hr sr bs sh me", "cs sk",  "es gl ca",
      "pt gl",    "nl af fy",    "bg mk",          "zh yue", "ru be uk"};
  const auto in = [](std::string_view group, std::string_view code) {
    const size_t at = group.find(code);
    return at != group.npos;
  };
  return std::any_of(
      std::begin(kGroups), std::end(kGroups),
      [&](std::string_view group) { return in(group, a) && in(group, b); });
}

}  // namespace

std::string NormaliseLanguage(std::string_view tag) {
  static const RE2 tag_form(R"([A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3})");
  if (!RE2::FullMatch(ForRegex(tag), tag_form)) {
    return {};
  }
  std::string out;
  for (size_t at = 0; at < tag.size();) {
    const size_t end = std::min(tag.find_first_of("-_", at), tag.size());
    std::string part(tag.substr(at, end - at));
    for (char& c : part) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
    const size_t capitals = at == 0            ? 0
                            : part.size() == 2 ? 2
                            : part.size() == 4 ? 1
                                               : 0;
    for (size_t i = 0; i < capitals; ++i) {
      if (part[i] >= 'a' && part[i] <= 'z') {
        part[i] = static_cast<char>(part[i] & ~0x20);
      }
    }
    if (at != 0) out += '-';
    out += part;
    at = end + 1;
  }
  return out;
}

Decision DecideLanguage(const Candidates& found) {
  Decision decision;
  const DetectedLanguage detected = DetectLanguage(found.text_sample);
  std::string best;
  for (size_t i = 0; i < found.languages.size(); ++i) {
    const std::string tag = Declared(found.languages[i].text);
    const double score = tag.empty() ? 0 : found.languages[i].trust;
    decision.scores.push_back(score);
    if (score <= 0) continue;
    // What the text confirms is more than what stands in a better place.
    if (!decision.decided() || score > decision.scores[decision.winner]) {
      decision.winner = i;
      decision.value = tag;
    }
  }
  if (detected.code.empty()) return decision;
  if (decision.decided()) {
    const std::string base = Base(decision.value);
    if (base == detected.code || AreClose(base, detected.code)) {
      return decision;
    }
    for (size_t i = 0; i < found.languages.size(); ++i) {
      const std::string tag = Declared(found.languages[i].text);
      if (Base(tag) != detected.code) continue;
      decision.winner = i;
      decision.value = tag;
      decision.why = "the text confirms it";
      return decision;
    }
    if (!detected.certain) return decision;
  }
  decision.winner = found.languages.size();
  decision.value = detected.code;
  decision.why = "by its words and script";
  return decision;
}

}  // namespace newsmill
