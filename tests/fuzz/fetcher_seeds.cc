#include "tests/fuzz/fetcher_targets.h"

namespace newsmill::fuzz {
namespace {

Seeds RobotsSeeds() {
  return {{"User-agent: *\nDisallow: /*a$\nAllow: /b\nCrawl-delay: 1.5\n"
           "Sitemap: https://a.example/s.xml\n\nUser-agent: newsmill\n"
           "User-agent: a\nDisallow: /x%2Fy?z=%3a*\n/xa",
           "\xEF\xBB\xBFuser-agent:newsmill/1 # x\r\ndisallow: a*b*c\r\n/abc"},
          {"User-agent: ",
           "Disallow: ",
           "Allow: ",
           "Crawl-delay: ",
           "Sitemap: ",
           "newsmill",
           "-images",
           "*",
           "$",
           "\n",
           "\r",
           "\r\n",
           "#",
           ":",
           "%",
           "%2",
           "%2A",
           "%24",
           "%e3",
           "/",
           "?",
           "a",
           "\xE6\x96\xB0",
           "\xFF",
           std::string(1, '\0'),
           "99999999999999999999",
           " "}};
}

}  // namespace

Seeds FetcherSeeds(std::string_view target) {
  if (target == "robots") return RobotsSeeds();
  return {};
}

}  // namespace newsmill::fuzz
