#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/sites/site_catalogue.h"

namespace newsmill {

// A target as somebody gave it, and where: an argument, a line, a range.
struct GivenTarget {
  std::string text;
  std::string where;  // "tasks.txt:12"; empty: an argument
};

// One target a line. Spaces around it and a byte order mark before the first
// are dropped; empty lines and such that begin with '#' are left out.
std::vector<GivenTarget> ReadTargets(std::string_view text,
                                     const std::string& name);

// `thepaper:2731000-2731999`, both ends included. kInvalidArgument; at most
// ten million. Leading zeros of the first number are kept.
Result<std::vector<GivenTarget>> ExpandRange(const std::string& range);

// A target that cannot be asked, and why.
struct BadTarget {
  GivenTarget given;
  std::string reason;
};

// Of a target that a feed or a sitemap named.
struct SeedNote {
  std::string found_in;  // the URL of the document
  std::string task_id;
  bool bulk = false;
};

// What is to be asked, by host.
struct ResolvedTargets {
  struct Good {
    std::string text;
    Target target;
    std::optional<SeedNote> seed = {};
  };
  std::vector<Good> good;
  std::vector<BadTarget> bad;
};

ResolvedTargets ResolveTargets(const std::vector<GivenTarget>& given,
                               const SiteCatalogue& sites);

// How long a host's tasks take at least, when the delay between requests is
// `delay` (a site's own first) and so many run at once.
struct Politeness {
  Duration delay{};
  int64_t concurrency = 1;
};
struct Estimate {
  int64_t hosts = 0;
  std::string slowest_host;
  int64_t slowest_tasks = 0;
  Duration slowest_delay{};
  Duration total{};  // of the slowest host
};
Estimate EstimateTime(const ResolvedTargets& targets,
                      const SiteCatalogue& sites, const Politeness& usual);

}  // namespace newsmill
