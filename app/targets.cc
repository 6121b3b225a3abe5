#include "app/targets.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/text.h"

namespace newsmill {
namespace {

constexpr int64_t kLargestRange = 10'000'000;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool ParseNumber(std::string_view text, int64_t* number) {
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size() &&
         *number >= 0;
}

Error BadRange(const std::string& range, const std::string& why) {
  return {Code::kInvalidArgument,
          "--range '" + range + "': " + why +
              "; expected such as thepaper:2731000-2731999"};
}

}  // namespace

std::vector<GivenTarget> ReadTargets(std::string_view text,
                                     const std::string& name) {
  std::vector<GivenTarget> targets;
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    targets.push_back({std::string(line), name + ":" + std::to_string(number)});
  }
  return targets;
}

Result<std::vector<GivenTarget>> ExpandRange(const std::string& range) {
  const size_t colon = range.rfind(':');
  const size_t dash = range.find('-', colon == std::string::npos ? 0 : colon);
  if (colon == std::string::npos || dash == std::string::npos) {
    return BadRange(range, "it has no site, colon and dash");
  }
  const std::string first_text = range.substr(colon + 1, dash - colon - 1);
  int64_t first = 0, last = 0;
  if (!ParseNumber(first_text, &first) ||
      !ParseNumber(std::string_view(range).substr(dash + 1), &last)) {
    return BadRange(range, "its ends are not whole numbers");
  }
  if (last < first) return BadRange(range, "it ends before it begins");
  if (last - first >= kLargestRange) {
    return BadRange(range, "it holds more than ten million IDs");
  }
  const bool padded = first_text.size() > 1 && first_text.front() == '0';
  std::vector<GivenTarget> targets;
  targets.reserve(static_cast<size_t>(last - first + 1));
  for (int64_t id = first; id <= last; ++id) {
    std::string text = std::to_string(id);
    if (padded && text.size() < first_text.size()) {
      text.insert(0, first_text.size() - text.size(), '0');
    }
    targets.push_back({range.substr(0, colon + 1) + text, "--range " + range});
  }
  return targets;
}

ResolvedTargets ResolveTargets(const std::vector<GivenTarget>& given,
                               const SiteCatalogue& sites) {
  ResolvedTargets resolved;
  for (const GivenTarget& target : given) {
    Result<Target> understood = sites.Resolve(target.text);
    if (understood) {
      resolved.good.push_back({target.text, std::move(*understood)});
    } else {
      resolved.bad.push_back({target, understood.error().message});
    }
  }
  return resolved;
}

Estimate EstimateTime(const ResolvedTargets& targets,
                      const SiteCatalogue& sites, const Politeness& usual) {
  struct Host {
    int64_t tasks = 0;
    Politeness politeness;
  };
  std::map<std::string, Host> hosts;
  for (const ResolvedTargets::Good& good : targets.good) {
    const Target& target = good.target;
    Host& host = hosts[target.url.HostKey()];
    if (host.tasks++ > 0) continue;
    const Site* site = sites.Find(target.site);
    host.politeness = usual;
    if (site != nullptr && site->delay) host.politeness.delay = *site->delay;
    if (site != nullptr && site->concurrency) {
      host.politeness.concurrency = *site->concurrency;
    }
  }
  Estimate estimate;
  estimate.hosts = static_cast<int64_t>(hosts.size());
  for (const auto& [name, host] : hosts) {
    const Duration total =
        host.politeness.delay * (host.tasks - 1) / host.politeness.concurrency;
    if (!estimate.slowest_host.empty() && total <= estimate.total) continue;
    estimate.slowest_host = name;
    estimate.slowest_tasks = host.tasks;
    estimate.slowest_delay = host.politeness.delay;
    estimate.total = total;
  }
  return estimate;
}

}  // namespace newsmill
