// The fetcher beside what it is built on and what it is compared with: client
// CPU seconds per 1,000 pages, all in one run on one origin (nginx).

#include <sys/resource.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>

#include "bench/fetch/clients.h"
#include "bench/fetch/frontier_bench.h"
#include "bench/fetch/measure.h"
#include "bench/fetch/nginx.h"
#include "bench/fetch/slow_origin.h"

namespace newsmill::bench {
namespace {

struct Options {
  int64_t pages = 30'000;
  std::string python;  // one that has Scrapy; empty: not compared
  std::string colly;   // its client; empty: not compared
  std::string only;    // of the parts; empty: all
  bool alone = false;  // beside bare libcurl, and no other client
};

void PrintHead(const std::string& title, const Load& load) {
  std::printf("%s: %lld pages, %lld in flight\n", title.c_str(),
              static_cast<long long>(load.pages),
              static_cast<long long>(load.in_flight));
  std::printf("  %-28s %9s %8s %10s %9s\n", "", "CPU s/1k", "x bare", "pages/s",
              "peak MiB");
}

void Print(const std::string& name, const Usage& usage, double bare,
           int64_t wanted) {
  std::printf("  %-28s %9.4f %8.2f %10.0f %9.1f", name.c_str(),
              usage.PerThousand(), bare == 0 ? 1.0 : usage.PerThousand() / bare,
              static_cast<double>(usage.pages) / usage.elapsed, usage.peak_mib);
  if (usage.pages < wanted) {
    std::printf("  (%lld pages came)", static_cast<long long>(usage.pages));
  }
  std::printf("\n");
  std::fflush(stdout);
}

void Absent(const std::string& name, const std::string& why) {
  std::printf("  %-28s not compared: %s\n", name.c_str(), why.c_str());
  std::fflush(stdout);
}

// Bare libcurl before and after, because the machine changes meanwhile: the
// unit is their mean.
double CompareOurs(const std::string& title, const Load& load) {
  PrintHead(title, load);
  const Usage before = Measure([&] { return RunBareLibcurl(load); });
  const Usage ours = Measure([&] { return RunFetcher(load); });
  const Usage after = Measure([&] { return RunBareLibcurl(load); });
  const double unit = (before.PerThousand() + after.PerThousand()) / 2;
  Print("libcurl, a bare loop", before, unit, load.pages);
  Print("newsmill fetcher", ours, unit, load.pages);
  Print("libcurl, again", after, unit, load.pages);
  return unit;
}

// wrk runs for a time, not for a number of pages: its own count is read.
int64_t RunWrk(const std::string& url, int64_t in_flight) {
  process::TempFolder folder;
  const std::string out = folder / "wrk.txt";
  (void)!std::system(
      ("wrk -t1 -c" + std::to_string(in_flight) + " -d5s " + url + " > " + out)
          .c_str());
  std::ifstream said(out);
  std::string number, word;
  while (said >> word) {
    if (word == "requests") return std::stoll(number);
    number = word;
  }
  return 0;
}

void ComparePeers(const Load& load, const Options& options, double unit) {
  if (options.alone) return;
  const std::string url = "http://" + load.addresses.front() + load.path;
  if (IsThere("wrk")) {
    Print("wrk", Measure([&] { return RunWrk(url, load.in_flight); }), unit, 0);
  } else {
    Absent("wrk", "apt-get install wrk");
  }
  const auto client = [&](const std::string& name,
                          std::vector<std::string> argv, int64_t pages) {
    for (const std::string& word :
         {url, std::to_string(pages), std::to_string(load.in_flight)}) {
      argv.push_back(word);
    }
    Print(name,
          Measure([&] { return RunTool(argv) == 0 ? pages : int64_t{0}; }),
          unit, pages);
  };
  if (options.colly.empty()) {
    Absent("colly", "no Go");
  } else {
    client("colly", {options.colly}, load.pages);
  }
  if (options.python.empty()) {
    Absent("Scrapy", "no Scrapy");
  } else {
    client(
        "Scrapy",
        {options.python, NEWSMILL_SOURCE_DIR "/bench/fetch/scrapy_client.py"},
        std::min<int64_t>(load.pages, 3'000));
  }
  const int64_t pages = std::min<int64_t>(load.pages, 10'000);
  Print("curl --parallel", Measure([&] {
          const int code = RunTool(
              {"curl", "-s", "-Z", "--parallel-max",
               std::to_string(std::min<int64_t>(load.in_flight, 300)), "-o",
               "/dev/null", url + "?[1-" + std::to_string(pages) + "]"});
          return code == 0 ? pages : int64_t{0};
        }),
        unit, pages);
}

void CompareHosts(const std::vector<std::string>& all, const Options& options) {
  const int64_t many = std::max<int64_t>(options.pages, 40'000);
  CompareOurs("200 hosts, 14 KB", {all, "/14k", many, 200, 400});
  CompareOurs("20,000 hosts, 14 KB, robots.txt of each besides",
              {all, "/14k", many, 20'000, 400});
  Load without{all, "/14k", many, 20'000, 400};
  without.robots = false;
  CompareOurs("20,000 hosts, 14 KB, no robots.txt asked for", without);
}

void MeasureWaiting() {
  constexpr int64_t kInFlight = 19'000;  // descriptors of both sides
  const SlowOrigin origin(200, std::chrono::seconds(1));
  if (!origin.runs()) {
    std::cerr << "the slow origin does not start\n";
    return;
  }
  const Load load{origin.addresses(), "/", 2 * kInFlight, 200, kInFlight};
  PrintHead("19,000 in flight, an origin that takes a second", load);
  // Alone: a bare loop would poll all of them for each that is ready.
  const Usage ours = Measure([&] { return RunFetcher(load); });
  Print("newsmill fetcher", ours, ours.PerThousand(), load.pages);
}

void MeasurePicks() {
  std::printf("One pick of the frontier:");
  for (const int64_t hosts : {200, 20'000, 100'000}) {
    std::printf("  %.0f ns at %lld hosts", NanosecondsPerPick(hosts),
                static_cast<long long>(hosts));
  }
  std::printf("\n");
  std::fflush(stdout);  // before a fork copies it
}

int Run(const Options& options) {
  const auto wanted = [&](const std::string& part) {
    return options.only.empty() || options.only == part;
  };
  if (wanted("picks")) MeasurePicks();
  const Nginx nginx(200);
  if (!nginx.runs()) {
    std::cerr << "nginx does not start\n";
    return 75;
  }
  const std::vector<std::string>& all = nginx.addresses();
  const Load small{{all.front()}, "/14k", options.pages, 1, 256};
  const Load large{{all.front()}, "/100k", options.pages / 2, 1, 256};
  if (wanted("small")) {
    ComparePeers(small, options, CompareOurs("One host, 14 KB", small));
  }
  if (wanted("large")) {
    ComparePeers(large, options, CompareOurs("One host, 100 KB", large));
  }
  if (wanted("hosts")) CompareHosts(all, options);
  if (wanted("tls")) {
    CompareOurs("A verified TLS handshake for each page, 14 KB",
                {{nginx.tls_address()},
                 "/14k",
                 options.pages / 6,
                 50,
                 50,
                 nginx.ca_file()});
  }
  if (wanted("waiting")) MeasureWaiting();
  return 0;
}

}  // namespace
}  // namespace newsmill::bench

int main(int argc, char** argv) {
  CLI::App app("Measures the fetcher beside others.");
  newsmill::bench::Options options;
  app.add_option("--pages", options.pages, "pages per client");
  app.add_option("--python", options.python, "a python with Scrapy");
  app.add_option("--colly", options.colly, "the client of bench/fetch/colly");
  app.add_option("--only", options.only,
                 "picks, small, large, hosts, tls or waiting");
  app.add_flag("--alone", options.alone, "beside bare libcurl only");
  CLI11_PARSE(app, argc, argv);

  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  return newsmill::bench::Run(options);
}
