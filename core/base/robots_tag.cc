#include "core/base/robots_tag.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace newsmill {
namespace {

// Directives with a value; any other name before a colon is an agent's.
bool HasValue(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames = {
      "unavailable_after", "max-snippet", "max-image-preview",
      "max-video-preview"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Such as "somebot" and "*", but not the hours of a date whose comma was taken
// for the end of a directive.
bool MayBeAgent(std::string_view name) {
  return !name.empty() && name.find_first_of(" \t") == name.npos;
}

// The directive's name; `agent` becomes whom it is for, where it says so.
std::string_view TakeName(std::string_view part, std::string& agent) {
  // "somebot: unavailable_after: 25 Jun 2010 15:00:00": an agent and a value.
  for (size_t colon = part.find(':'); colon != part.npos;
       colon = part.find(':')) {
    const std::string_view before = Trimmed(part.substr(0, colon));
    if (HasValue(before)) return before;
    if (!MayBeAgent(before)) return {};
    agent = before == "*" ? "" : std::string(before);
    part.remove_prefix(colon + 1);
  }
  return Trimmed(part);
}

}  // namespace

std::vector<RobotsDirective> ParseRobotsTag(std::string_view field) {
  std::vector<RobotsDirective> directives;
  std::string agent;
  while (!field.empty()) {
    const size_t end = std::min(field.find(','), field.size());
    const std::string part = AsciiLowered(Trimmed(field.substr(0, end)));
    field.remove_prefix(std::min(end + 1, field.size()));
    const std::string_view name = TakeName(part, agent);
    if (!name.empty()) directives.push_back({agent, std::string(name)});
  }
  return directives;
}

}  // namespace newsmill
