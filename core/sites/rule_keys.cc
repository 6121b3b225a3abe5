#include "core/sites/rule_keys.h"

namespace newsmill {
namespace {

constexpr RuleKey kUrlKeys[] = {
    {"hosts", "list of host names", "required",
     "The names that the site answers under; the first one stands in the keys "
     "of articles without an ID.",
     R"(hosts = ["www.news.example", "m.news.example"])"},
    {"id", "list of expressions", "none",
     "How a URL's path and query show the article's ID: group 1 of the first "
     "expression that is found.",
     R"(id = ['/story_(\d+)\.html'])"},
    {"id_form", "expression", "any text",
     "What a whole ID looks like; others are refused before anything is asked.",
     R"(id_form = '\d{1,12}')"},
    {"article_url", "text with {id}", "none",
     "How an ID becomes the URL that is asked and that stands in the row; "
     "without it the site's articles are asked for by URL alone.",
     R"(article_url = "https://www.news.example/story_{id}.html")"},
    {"list", "list of expressions", "none", "URLs of pages that list articles.",
     R"(list = ['^/section/'])"},
    {"tracking_parameters", "list of texts", "none",
     "Query parameters that say nothing of the article; `utm_*` stands for "
     "all that begin so.",
     R"(tracking_parameters = ["from", "utm_*"])"},
};

constexpr RuleKey kFetchKeys[] = {
    {"delay", "duration up to a day", "`fetcher.host_delay`",
     "The time between two requests to one of the site's hosts.",
     R"(delay = "2s")"},
    {"concurrency", "number from 1 to 64", "`fetcher.host_concurrency`",
     "Requests to one of its hosts at the same time.", "concurrency = 1"},
    {"duplicate_window", "duration up to a year", "`fetcher.duplicate_window`",
     "For how long after a fetch an article is not fetched again.",
     R"(duplicate_window = "6h")"},
    {"requests_per_day", "number from 1", "`fetcher.requests_per_day`",
     "Requests to all of its hosts in a day of `zone`.",
     "requests_per_day = 20000"},
    {"bytes_per_day", "number from 1", "`fetcher.bytes_per_day`",
     "Bytes taken from all of its hosts in a day of `zone`.",
     "bytes_per_day = 2000000000"},
    {"hours", "text HH:MM-HH:MM", "all day",
     "The part of the day in which the site is asked; it may go past midnight.",
     R"(hours = "22:00-06:00")"},
    {"zone", "text", "\"UTC\"",
     "Whose midnight begins the site's day: UTC, a distance from it, or a name "
     "such as Europe/Berlin.",
     R"(zone = "+08:00")"},
};

}  // namespace

const RuleKey* RuleTable::Find(std::string_view key) const {
  for (const RuleKey& known : keys) {
    if (known.name == key) return &known;
  }
  return nullptr;
}

const RuleTable& UrlTable() {
  static constexpr RuleTable table = {
      "[url]", "Which addresses are the site's, and what their IDs are.",
      kUrlKeys};
  return table;
}

const RuleTable& FetchTable() {
  static constexpr RuleTable table = {
      "[fetch]",
      "How often the site may be asked, where it is not as the configuration "
      "says for all.",
      kFetchKeys};
  return table;
}

}  // namespace newsmill
