#include "tests/support/hostile/behaviours.h"

#include <ctime>

#include <array>
#include <functional>
#include <map>

namespace newsmill::testing {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using Request = ScriptedServer::Request;
using Behaviour = std::function<Script(const Request&)>;

constexpr size_t kBombBytes = 64 << 20;
constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

// A head with these further lines, and what follows it.
Script Raw(const std::string& lines, const std::string& rest) {
  return {Send(kOk + lines + "\r\n" + rest)};
}

Script RawAndClose(const std::string& lines, const std::string& rest) {
  return {Send(kOk + lines + "\r\n" + rest), Close()};
}

// Sent again and again, for longer than anybody waits.
Script Repeated(const std::string& first, const std::string& again, int times,
                std::chrono::milliseconds every = 0ms) {
  Script script = {Send(first)};
  for (int i = 0; i < times; ++i) {
    if (every > 0ms) script.push_back(Pause(every));
    script.push_back(Send(again));
  }
  return script;
}

Script Busy(const std::string& status, const std::string& retry_after) {
  return Answer(status, "busy", {"Retry-After: " + retry_after});
}

// An HTTP date, that many seconds from now.
std::string DateIn(int seconds) {
  const time_t at = time(nullptr) + seconds;
  std::tm parts{};
  gmtime_r(&at, &parts);
  std::array<char, 64> text{};
  strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text.data();
}

Script Bomb(const std::string& coding, const std::string& body) {
  return Answer("200 OK", body,
                {"Content-Type: text/html", "Content-Encoding: " + coding});
}

// "/calendar/2026/7/24" leads on to the next day, for ever.
Script Calendar(const Request& request) {
  return Html("<a href=\"" + request.target + "/1\">the next day</a>");
}

void AddBroken(std::map<std::string, Behaviour>& all) {
  all["drip"] = [](const Request&) {
    return Repeated(std::string(kOk) + "Content-Length: 100000\r\n\r\nx", "x",
                    3600, 1s);
  };
  all["never"] = [](const Request&) { return Script{Hang()}; };
  all["close-before"] = [](const Request&) { return Script{Close()}; };
  all["close-in-headers"] = [](const Request&) {
    return Script{Send(kOk), Close()};
  };
  all["close-in-body"] = [](const Request&) {
    return RawAndClose("Transfer-Encoding: chunked\r\n", "5\r\n<p>ha");
  };
  all["length-too-long"] = [](const Request&) {
    return RawAndClose("Content-Length: 1000\r\n", "<p>half a page");
  };
  all["length-too-short"] = [](const Request&) {
    return Raw("Content-Length: 4\r\n", "<p>and more than was announced");
  };
  all["length-nonsense"] = [](const Request&) {
    return RawAndClose("Content-Length: many\r\n", "<p>page");
  };
  all["length-twice"] = [](const Request&) {
    return RawAndClose("Content-Length: 7\r\nContent-Length: 70\r\n",
                       "<p>page");
  };
  all["endless"] = [](const Request&) {
    return Repeated(std::string(kOk) + "\r\n", std::string(64 << 10, 'x'), 64);
  };
  all["chunk-size-wrong"] = [](const Request&) {
    return RawAndClose("Transfer-Encoding: chunked\r\n", "zz\r\n<p>page\r\n");
  };
  all["chunk-size-huge"] = [](const Request&) {
    return RawAndClose("Transfer-Encoding: chunked\r\n",
                       "fffffffffffffffff\r\n<p>page\r\n");
  };
  all["chunk-short"] = [](const Request&) {
    return RawAndClose("Transfer-Encoding: chunked\r\n",
                       "3\r\n<p>page\r\n0\r\n");
  };
  all["film"] = [](const Request&) {
    return Script{Send("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n"
                       "Content-Length: 99999999999\r\n\r\nxx"),
                  Hang()};
  };
}

void AddHeads(std::map<std::string, Behaviour>& all) {
  all["endless-headers"] = [](const Request&) {
    return Repeated(kOk, "X-More: " + std::string(8000, 'x') + "\r\n", 100);
  };
  all["headers-50000"] = [](const Request&) {
    std::string lines;
    for (int i = 0; i < 50'000; ++i) lines += "A: b\r\n";
    return Raw(lines, "");
  };
  all["header-1mb"] = [](const Request&) {
    return Raw("X-Large: " + std::string(1 << 20, 'x') + "\r\n", "");
  };
  all["nul-header"] = [](const Request&) {
    return RawAndClose(std::string("X-Nul: a\0b\r\n", 12), "<p>page");
  };
  all["nul-body"] = [](const Request&) {
    return Html(std::string("<p>a\0b\0</p>", 11));
  };
  all["continue"] = [](const Request&) {
    Script script = {Send("HTTP/1.1 100 Continue\r\n\r\n")};
    for (Step& step : Html("<p>page")) script.push_back(std::move(step));
    return script;
  };
  all["continue-endless"] = [](const Request&) {
    return Repeated("", "HTTP/1.1 100 Continue\r\n\r\n", 20'000);
  };
  all["switching"] = [](const Request&) {
    return Script{
        Send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
        Close()};
  };
  all["http09"] = [](const Request&) {
    return Script{Send("<html><p>a page without a head"), Close()};
  };
  all["garbage"] = [](const Request&) {
    return Script{Send(std::string("\x16\x03\x01\x00\xff\x00\r\n\r\n", 10)),
                  Close()};
  };
  all["no-status"] = [](const Request&) {
    return Script{Send("HTTP/1.1 OK\r\n\r\n<p>page"), Close()};
  };
}

void AddRedirects(std::map<std::string, Behaviour>& all) {
  all["redirect-circle"] = [](const Request&) {
    return RedirectTo("/redirect-circle");
  };
  all["redirect-endless"] = [](const Request& request) {
    return RedirectTo(request.target + "/x");
  };
  const std::map<std::string, std::string> targets = {
      {"redirect-private", "http://10.0.0.1/"},
      {"redirect-metadata", "http://169.254.169.254/latest/meta-data/"},
      {"redirect-file", "file:///etc/passwd"},
      {"redirect-gopher", "gopher://127.0.0.1:6379/_FLUSHALL"},
      {"redirect-nowhere", "http://nowhere.invalid/"}};
  for (const auto& [name, target] : targets) {
    all[name] = [to = target](const Request&) { return RedirectTo(to); };
  }
}

void AddTheRest(std::map<std::string, Behaviour>& all) {
  all["bomb-gzip"] = [](const Request&) {
    static const std::string body = GzipBomb(kBombBytes);
    return Bomb("gzip", body);
  };
  all["bomb-deflate"] = [](const Request&) {
    static const std::string body = DeflateBomb(kBombBytes);
    return Bomb("deflate", body);
  };
  all["bomb-br"] = [](const Request&) {
    static const std::string body = BrotliBomb(kBombBytes);
    return Bomb("br", body);
  };
  all["bomb-zstd"] = [](const Request&) {
    static const std::string body = ZstdBomb(kBombBytes);
    return Bomb("zstd", body);
  };
  for (const std::string status : {"429", "503"}) {
    const std::string line =
        status + (status == "429" ? " Too Many Requests" : " Unavailable");
    all[status + "-seconds"] = [line](const Request&) {
      return Busy(line, "120");
    };
    all[status + "-date"] = [line](const Request&) {
      return Busy(line, DateIn(120));
    };
    all[status + "-nonsense"] = [line](const Request&) {
      return Busy(line, "after the war");
    };
  }
  all["calendar"] = &Calendar;
}

const std::map<std::string, Behaviour>& Behaviours() {
  static const std::map<std::string, Behaviour> behaviours = [] {
    std::map<std::string, Behaviour> all;
    AddBroken(all);
    AddHeads(all);
    AddRedirects(all);
    AddTheRest(all);
    return all;
  }();
  return behaviours;
}

Script Text(const std::string& body) {
  return Answer("200 OK", body, {"Content-Type: text/plain"});
}

std::string TenMegabytesOfRobots() {
  std::string body = "User-agent: *\nDisallow: /secret\n";
  while (body.size() < 10 << 20) body += "# nothing to see, move along\n";
  return body + "Disallow: /\n";
}

Script RobotsAnswer(const Request& request) {
  static const std::map<std::string, Behaviour> behaviours = {
      {"10mb", [](const Request&) { return Text(TenMegabytesOfRobots()); }},
      {"loop", [](const Request&) { return RedirectTo("/robots.txt"); }},
      {"ping",
       [](const Request&) {
         return RedirectTo("http://robots-pong.example/robots.txt");
       }},
      {"pong",
       [](const Request&) {
         return RedirectTo("http://robots-ping.example/robots.txt");
       }},
      {"500",
       [](const Request&) {
         return Answer("500 Internal Server Error",
                       "User-agent: *\nAllow: /\n");
       }},
      {"503", [](const Request&) { return Answer("503 Unavailable", "busy"); }},
      {"429",
       [](const Request&) { return Busy("429 Too Many Requests", "1"); }},
      {"bom",
       [](const Request&) {
         return Text("\xEF\xBB\xBFUser-agent: *\nDisallow: /secret\n");
       }},
      {"html",
       [](const Request&) {
         return Html(
             "<!doctype html><title>Not found</title>\n"
             "<p>User-agent: none of your business\n"
             "<p>Disallow: /\n");
       }},
      {"drip",
       [](const Request&) {
         return Repeated(std::string(kOk) + "Content-Length: 100000\r\n\r\n",
                         "x", 3600, 1s);
       }},
      {"never", [](const Request&) { return Script{Hang()}; }},
      {"cut",
       [](const Request&) {
         return RawAndClose("Content-Length: 1000\r\n",
                            "User-agent: *\nDisallow: /secret\nDisal");
       }},
  };
  constexpr std::string_view kPrefix = "robots-";
  if (!request.host.starts_with(kPrefix)) return Answer("404 Not Found", "");
  const auto found = behaviours.find(request.host.substr(
      kPrefix.size(), request.host.find('.') - kPrefix.size()));
  if (found == behaviours.end()) return Answer("404 Not Found", "");
  return found->second(request);
}

}  // namespace

Script HostileAnswer(const Request& request) {
  if (request.target == "/robots.txt") return RobotsAnswer(request);
  const size_t end = request.target.find('/', 1);
  const std::string name =
      request.target.substr(1, end == std::string::npos ? end : end - 1);
  const auto found = Behaviours().find(name);
  if (found == Behaviours().end()) return Answer("404 Not Found", "");
  return found->second(request);
}

const std::vector<std::string>& HostileNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, behaviour] : Behaviours()) all.push_back(name);
    return all;
  }();
  return names;
}

}  // namespace newsmill::testing
