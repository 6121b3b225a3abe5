#include "fetcher/config.h"

namespace newsmill {

FetcherConfig::FetcherConfig() {
  using std::chrono_literals::operator""s;
  using std::chrono_literals::operator""min;
  using std::chrono_literals::operator""h;
  retry_delays = {10s, 1min, 10min, 1h, 6h};
}

void FetcherConfig::Declare(config::Schema& schema) {
  schema.Add("fetcher.user_agent", &user_agent,
             "Names the crawler to the servers it asks.");
  schema.Add("fetcher.contact", &contact,
             "A URL or an e-mail address that a site's owner can write to; "
             "joined to the user agent, and required before any host but "
             "loopback is asked.");
  schema.AddChoice("fetcher.robots", &robots, {"obey", "off"},
                   "Whether robots.txt is obeyed; with \"off\" it is not even "
                   "asked for, which you then answer for.");
  schema.Add("fetcher.robots_agent", &robots_agent,
             "The name by which robots.txt may call this crawler; empty: the "
             "letters, '-' and '_' that the user agent begins with.");
  schema.Add("fetcher.robots_patience", &robots_patience,
             "How long tasks wait for a robots.txt that cannot be read and of "
             "which no copy is left; then they are skipped "
             "(ROBOTS_UNAVAILABLE).");
  schema.AddChoice("fetcher.tdmrep", &tdmrep, {"off", "ask"},
                   "Whether /.well-known/tdmrep.json of every host is asked "
                   "for, which costs each host one more request a day; what it "
                   "reserves becomes the article's usage. Header fields and "
                   "the page's own are read in any case.");
  schema.Add("fetcher.robots_cache_bytes", &robots_cache_bytes,
             "Memory for what is known of robots.txt files, and as much again "
             "for tdmrep.json files.");
  schema.Add("fetcher.max_crawl_delay", &max_crawl_delay,
             "A longer Crawl-delay of robots.txt counts as this one.");
  schema.Add("fetcher.host_delay", &host_delay,
             "Between the end of a request and the next one to the same host, "
             "where the site's rule has no delay of its own.");
  schema.AddInteger(
      "fetcher.host_delay_jitter", &host_delay_jitter, 0,
      "In hundredths of the delay: up to so much is added to it at "
      "random, so that hosts and workers that began together drift "
      "apart.");
  schema.Add("fetcher.host_concurrency", &host_concurrency,
             "Requests to one host at the same time, where the site's rule "
             "does not say.");
  schema.Add("fetcher.max_host_delay", &max_host_delay,
             "Up to here the delay grows for a host that answers slowly, with "
             "429 or 503, or not in time; a longer delay of the rule or of "
             "robots.txt stands.");
  schema.AddInteger(
      "fetcher.requests_per_day", &requests_per_day, 0,
      "Of the whole fleet, each partition of tasks having an equal "
      "share; 0: no bound.");
  schema.AddInteger(
      "fetcher.bytes_per_day", &bytes_per_day, 0,
      "Of bodies as received by the whole fleet, shared in the same "
      "way; 0: no bound.");
  schema.Add("fetcher.hours", &hours,
             "When anybody is asked, such as \"22:00-06:00\"; empty: all day. "
             "A rule's own hours narrow this for its site.");
  schema.Add("fetcher.zone", &zone,
             "Of fetcher.hours and of the day of the two budgets: UTC, a "
             "distance from it such as +08:00, or a name such as "
             "Europe/Berlin.");
  schema.Add("fetcher.address_concurrency", &address_concurrency,
             "Requests at the same time from one fetcher to one address, "
             "whatever its hosts are called.");
  schema.Add("fetcher.address_delay", &address_delay,
             "Between the starts of two requests from one fetcher to one "
             "address, whatever its hosts are called; 0: only the hosts' own "
             "delays count.");
  schema.Add("fetcher.shared_addresses", &shared_addresses,
             "CIDRs of addresses that many hosts share, such as a CDN's, to "
             "which fetcher.address_concurrency and fetcher.address_delay do "
             "not apply.");
  schema.Add("fetcher.max_in_flight", &max_in_flight,
             "Requests at the same time in one fetcher.");
  schema.Add("fetcher.max_queued_bytes", &max_queued_bytes,
             "Memory of one fetcher for tasks that wait, and as much again for "
             "the index of the backlog; what has no room waits on the log.");
  schema.Add("fetcher.connect_timeout", &connect_timeout,
             "Until the connection stands, TLS included.");
  schema.Add("fetcher.first_byte_timeout", &first_byte_timeout,
             "From the request to the first byte of its answer.");
  schema.Add("fetcher.total_timeout", &total_timeout,
             "For one request from its start to the last byte of its answer.");
  schema.AddInteger("fetcher.low_speed_limit", &low_speed_limit, 0,
                    "Bytes per second; an answer that stays slower for "
                    "low_speed_time is given up.");
  schema.Add("fetcher.low_speed_time", &low_speed_time,
             "How long an answer may stay below low_speed_limit; whole "
             "seconds.");
  schema.Add("fetcher.max_body_bytes", &max_body_bytes,
             "Of a page, as sent by the server; a larger one is dead "
             "(TOO_LARGE). At most 786432, which fits an untouched broker.");
  schema.Add("fetcher.keep_truncated", &keep_truncated,
             "Whether what arrived of a page that broke off is kept, marked "
             "`truncated`, once no attempt is left; if not, its task is dead "
             "(TRUNCATED, TIMED_OUT).");
  schema.AddInteger("fetcher.max_redirects", &max_redirects, 0,
                    "Redirects that are followed for one task.");
  schema.Add("fetcher.conditional", &conditional,
             "Whether a page that was fetched before is asked for with its "
             "ETag and Last-Modified; a 304, and the same bytes, end the task "
             "as UNCHANGED.");
  schema.Add("fetcher.seen_bytes", &seen_bytes,
             "Memory of one fetcher for what it knows of pages that were "
             "fetched while log.pages_retention lasts, some 600 bytes each; "
             "those that were fetched first go.");
  schema.Add("fetcher.duplicate_window", &duplicate_window,
             "For how long after a fetch an article is not fetched again: its "
             "tasks are skipped (DUPLICATE), but for those that `enqueue` was "
             "told of one by one; 0s: never. A rule's own duplicate_window "
             "goes before.");
  schema.Add("fetcher.longest_revisit", &longest_revisit,
             "Up to here the interval grows at which `enqueue --revisit` has "
             "an article fetched again that does not change.");
  schema.Add("fetcher.retry_delays", &retry_delays,
             "After which delay a failed task is tried again, attempt by "
             "attempt; each is a retry topic.");
  schema.Add("fetcher.connect_to", &connect_to,
             "host:port = address:port; serves real names from elsewhere, as "
             "tests do from loopback.");
  schema.Add("fetcher.ca_file", &ca_file,
             "PEM file of trusted authorities; empty: the system's.");
  schema.Add("fetcher.warc", &warc,
             "A folder that every exchange is kept in as WARC 1.1 records; "
             "empty: none. Also --warc.");
  schema.Add("fetcher.warc_max_bytes", &warc_max_bytes,
             "A WARC file that has grown so large is completed.");
  schema.Add("fetcher.warc_max_age", &warc_max_age,
             "A WARC file that is so old is completed; until then it is called "
             "*.open.");
  schema.Add("fetcher.http2", &http2,
             "Whether HTTP/2 is spoken where a server offers it over TLS.");
  schema.Add("fetcher.proxy", &proxy,
             "http://host:port of a proxy that all requests go through; it "
             "resolves names itself, so that the address guard judges only "
             "hosts given by address. The environment's proxies are never "
             "used.");
  schema.Add("fetcher.proxy_credentials_file", &proxy_credentials_file,
             "A file with user:password for the proxy.");
  schema.Add("fetcher.basic_auth_file", &basic_auth_file,
             "Host (over https alone) or origin (http://host:port) = a file "
             "with user:password; sent to that origin and to no other.");
  schema.Add("fetcher.bearer_token_file", &bearer_token_file,
             "Host or origin, as for basic_auth_file = a file with a bearer "
             "token.");
  schema.Add("fetcher.cookie_hosts", &cookie_hosts,
             "Hosts whose cookies are kept, in memory, and sent back to them; "
             "those of others are ignored.");
  schema.Add("fetcher.dns_servers", &dns_servers,
             "Name servers, address or address:port; empty: the system's "
             "(resolv.conf). Names are absolute: no search list is used.");
  schema.Add(
      "fetcher.allow_addresses", &allow_addresses,
      "CIDRs that the address guard lets pass. Without, it refuses every "
      "address that is not public (loopback, private, link-local, "
      "carrier-grade NAT, multicast, reserved, cloud metadata), on every "
      "hop; what connect_to names is let pass for the host it is named "
      "for.");
}

}  // namespace newsmill
