#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/sites/day_plan.h"

namespace newsmill {

// What every stage knows of a site: the [url] and [fetch] parts of
// sites/<site>/rule.toml. (parser/rules reads the rest of the same file.)
struct Site {
  std::string name;  // the folder's name
  std::vector<std::string> hosts;
  // RE2, searched in a URL's path and query; group 1 is the article ID.
  std::vector<std::string> id_patterns;
  // What a whole ID looks like; `thepaper:x` is refused by it. Empty: any.
  std::string id_form;
  // With {id}: how an ID becomes the URL that is asked.
  std::string article_url;
  std::vector<std::string> list_patterns;
  // Query parameters that say nothing of the article.
  std::vector<std::string> tracking_parameters;

  // Politeness; unset: the fetcher's configuration.
  std::optional<Duration> delay;
  std::optional<int> concurrency;
  // Of all its hosts together.
  DayPlan plan;
  // For how long after a fetch an article is not fetched again; unset: the
  // fetcher's configuration.
  std::optional<Duration> duplicate_window;

  // Of the whole rule; 0: it names none.
  int64_t revision = 0;
};

}  // namespace newsmill
