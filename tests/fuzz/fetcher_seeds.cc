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

Seeds AddressSeeds() {
  return {{"HTTP://News.Example.:080/a/../b/./c?x=1&y=%E6%96%B0#f\n../d?z",
           "https://xn--fiq228c.example/\xE6\x96\xB0\n//other.example/x",
           "http://[2001:db8::1]:8080/\n?q", "http://%6eews.example/a b"},
          {"http://",
           "https://",
           "ftp://",
           "//",
           "/",
           "..",
           "/../",
           "?",
           "#",
           "@",
           "user:secret@",
           ":",
           ":80",
           ":443",
           ":0",
           ":65536",
           "[",
           "]",
           "[::1]",
           "%",
           "%00",
           "%2e",
           "%2F",
           "%zz",
           "xn--",
           "xn--a",
           "127.0.0.1",
           "0x7f.1",
           "2130706433",
           ".",
           "\\",
           "\n",
           "\t",
           "\r",
           " ",
           "\xE3\x80\x82",
           "\xEF\xBC\x8E",
           "\xC3\x9F",
           "\xFF",
           "A",
           std::string(1, '\0'),
           std::string(300, 'a')}};
}

Seeds HeadSeeds() {
  return {{"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n folded\r\n"
           "Content-Length: 12\r\n\r\nX-Trailer: 1\r\n",
           "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/2 503 \r\n"
           "retry-after: Fri, 24 Jul 2026 20:01:01 GMT\r\n\r\n"},
          {"HTTP/1.1 ",
           "HTTP/2 ",
           "HTTP/",
           "200",
           "099",
           "-1",
           "1000",
           "100 Continue",
           "\r\n",
           "\n",
           "\r",
           ":",
           " ",
           "\t",
           "Content-Length: ",
           "99999999999999999999",
           "Retry-After: ",
           "120",
           "Content-Type: ",
           "text/html",
           "/",
           ";",
           "\xFF",
           "\xE6\x96\xB0",
           std::string(1, '\0'),
           std::string(5000, 'x')}};
}

}  // namespace

Seeds FetcherSeeds(std::string_view target) {
  if (target == "robots") return RobotsSeeds();
  if (target == "address") return AddressSeeds();
  if (target == "head") return HeadSeeds();
  return {};
}

}  // namespace newsmill::fuzz
