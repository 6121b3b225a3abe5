#include "core/sites/rule_file.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

#include <re2/re2.h>
#include <toml++/toml.h>

#include "core/base/url.h"
#include "core/sites/rule_keys.h"

namespace newsmill {
namespace {

constexpr Duration kLongestDelay = std::chrono::hours(24);
constexpr Duration kLongestWindow = std::chrono::days(365);
constexpr int64_t kMostConcurrent = 64;

// One file while it is read; keeps the first error, so that readers of keys
// follow each other without a branch after each.
class Reader {
 public:
  Reader(const std::string& name, const std::string& path) : path_(path) {
    site_.name = name;
  }

  Result<Site> Read(const toml::table& root) {
    ReadUrl(root);
    ReadFetch(root);
    site_.revision = root["revision"].value_or(int64_t{0});
    if (!error_.empty()) return Error{Code::kBadConfiguration, error_};
    return std::move(site_);
  }

 private:
  void ReadUrl(const toml::table& root) {
    const toml::node* node = root.get("url");
    if (node == nullptr) {
      Fail(root, "a [url] section with `hosts` is missing");
      return;
    }
    const toml::table* url = Section(*node, "url", UrlTable());
    if (url == nullptr) return;
    site_.hosts = Hosts(*url);
    site_.id_patterns = Patterns(*url, "id", 1);
    site_.id_form = Pattern(*url, "id_form");
    site_.list_patterns = Patterns(*url, "list", 0);
    site_.tracking_parameters = Strings(*url, "tracking_parameters");
    site_.article_url = ArticleUrl(*url);
  }

  void ReadFetch(const toml::table& root) {
    const toml::node* node = root.get("fetch");
    if (node == nullptr) return;
    const toml::table* fetch = Section(*node, "fetch", FetchTable());
    if (fetch == nullptr) return;
    site_.delay =
        Time(*fetch, "delay", kLongestDelay, "up to a day, such as \"2s\"");
    site_.duplicate_window = Time(*fetch, "duplicate_window", kLongestWindow,
                                  "up to a year, such as \"6h\"");
    ReadConcurrency(*fetch);
    ReadPlan(*fetch);
  }

  void ReadPlan(const toml::table& fetch) {
    DayPlan& plan = site_.plan;
    plan.requests = Count(fetch, "requests_per_day");
    plan.bytes = Count(fetch, "bytes_per_day");
    if (const toml::node* node = fetch.get("hours")) {
      const Result<HourSpan> hours = ParseHours(String(*node, "fetch.hours"));
      if (!hours) return Fail(*node, "fetch.hours: " + hours.error().message);
      plan.hours = *hours;
    }
    if (const toml::node* node = fetch.get("zone")) {
      const Result<Zone> zone = Zone::Parse(String(*node, "fetch.zone"));
      if (!zone) return Fail(*node, "fetch.zone: " + zone.error().message);
      plan.zone = *zone;
    }
  }

  std::optional<int64_t> Count(const toml::table& fetch, const char* key) {
    const toml::node* node = fetch.get(key);
    if (node == nullptr) return std::nullopt;
    const auto number = node->value_exact<int64_t>();
    if (!number || *number < 1) {
      Fail(*node,
           std::string("fetch.") + key + ": expected a whole number from 1 on");
    }
    return number;
  }

  std::optional<Duration> Time(const toml::table& fetch, const char* key,
                               Duration most, const char* example) {
    const toml::node* node = fetch.get(key);
    if (node == nullptr) return std::nullopt;
    const std::string name = std::string("fetch.") + key;
    const std::string text = String(*node, name);
    if (!error_.empty()) return std::nullopt;
    const Result<Duration> time = ParseDuration(text);
    if (time && *time >= Duration::zero() && *time <= most) return *time;
    Fail(*node, name + " is '" + text + "'; expected a duration " + example);
    return std::nullopt;
  }

  void ReadConcurrency(const toml::table& fetch) {
    const toml::node* node = fetch.get("concurrency");
    if (node == nullptr) return;
    const auto number = node->value_exact<int64_t>();
    if (!number || *number < 1 || *number > kMostConcurrent) {
      Fail(*node, "fetch.concurrency: expected a whole number from 1 to " +
                      std::to_string(kMostConcurrent));
      return;
    }
    site_.concurrency = static_cast<int>(*number);
  }

  const toml::table* Section(const toml::node& node, std::string_view name,
                             const RuleTable& schema) {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      Fail(node, "`" + std::string(name) + "` is not a section");
      return nullptr;
    }
    for (const auto& [key, value] : *table) {
      if (schema.Find(key.str()) == nullptr) {
        FailAt(key.source(), "unknown key '" + std::string(key.str()) +
                                 "' in [" + std::string(name) +
                                 "]; known: " + Names(schema));
        return nullptr;
      }
    }
    return table;
  }

  std::vector<std::string> Hosts(const toml::table& url) {
    const toml::node* node = url.get("hosts");
    if (node == nullptr || node->as_array() == nullptr ||
        node->as_array()->empty()) {
      Fail(node == nullptr ? static_cast<const toml::node&>(url) : *node,
           "url.hosts: expected the site's host names, such as "
           "[\"www.news.example\"]");
      return {};
    }
    std::vector<std::string> hosts;
    for (const std::string& text : Strings(url, "hosts")) {
      const Result<Url> parsed = Url::Parse("https://" + text + "/");
      if (!parsed || parsed->path() != "/" || !parsed->query().empty()) {
        Fail(*node, "url.hosts: '" + text + "' is not a host name");
        return {};
      }
      hosts.push_back(parsed->HostKey());
    }
    return hosts;
  }

  std::string ArticleUrl(const toml::table& url) {
    const toml::node* node = url.get("article_url");
    if (node == nullptr) return {};
    const std::string text = String(*node, "url.article_url");
    const size_t at = text.find("{id}");
    if (at == std::string::npos) {
      Fail(*node, "url.article_url has no {id} in it");
      return {};
    }
    const Result<Url> probe = Url::Parse(std::string(text).replace(at, 4, "1"));
    if (!probe) {
      Fail(*node, "url.article_url: " + probe.error().message);
      return {};
    }
    const auto is_ours = [&](const std::string& host) {
      return host == probe->HostKey() || host == probe->host();
    };
    if (std::none_of(site_.hosts.begin(), site_.hosts.end(), is_ours)) {
      Fail(*node, "url.article_url is on " + probe->HostKey() +
                      ", which is not one of url.hosts");
    }
    return text;
  }

  std::vector<std::string> Patterns(const toml::table& url, const char* key,
                                    int least_groups) {
    const toml::node* node = url.get(key);
    std::vector<std::string> patterns = Strings(url, key);
    for (const std::string& pattern : patterns) {
      CheckPattern(*node, key, pattern, least_groups);
    }
    return patterns;
  }

  std::string Pattern(const toml::table& url, const char* key) {
    const toml::node* node = url.get(key);
    if (node == nullptr) return {};
    std::string pattern = String(*node, std::string("url.") + key);
    CheckPattern(*node, key, pattern, 0);
    return pattern;
  }

  void CheckPattern(const toml::node& node, const std::string& key,
                    const std::string& pattern, int least_groups) {
    const RE2 regex(pattern, RE2::Quiet);
    if (!regex.ok()) {
      Fail(node, "url." + key + ": '" + pattern +
                     "' is not a regular expression: " + regex.error());
    } else if (regex.NumberOfCapturingGroups() < least_groups) {
      Fail(node, "url." + key + ": '" + pattern +
                     "' has no group; expected the ID in parentheses");
    }
  }

  std::vector<std::string> Strings(const toml::table& table, const char* key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return {};
    const toml::array* array = node->as_array();
    if (array == nullptr) {
      Fail(*node, std::string("url.") + key + ": expected a list of strings");
      return {};
    }
    std::vector<std::string> strings;
    for (const toml::node& item : *array) {
      strings.push_back(String(item, std::string("url.") + key));
    }
    return strings;
  }

  std::string String(const toml::node& node, const std::string& key) {
    const auto text = node.value_exact<std::string>();
    if (!text) Fail(node, key + ": expected a string");
    if (text && text->empty()) Fail(node, key + " is empty");
    return text.value_or("");
  }

  void Fail(const toml::node& node, const std::string& what) {
    FailAt(node.source(), what);
  }

  void FailAt(const toml::source_region& where, const std::string& what) {
    if (!error_.empty()) return;
    const auto line = std::max<toml::source_index>(where.begin.line, 1);
    error_ = path_ + ":" + std::to_string(line) + ": " + what;
  }

  static std::string Names(const RuleTable& schema) {
    std::string names;
    for (const RuleKey& key : schema.keys) {
      names.append(names.empty() ? "" : ", ").append(key.name);
    }
    return names;
  }

  const std::string& path_;
  Site site_;
  std::string error_;
};

}  // namespace

Result<Site> ReadSiteText(const std::string& name, const std::string& path,
                          std::string_view text) {
  try {  // the library's border: it speaks in exceptions
    const toml::table root = toml::parse(text, path);
    return Reader(name, path).Read(root);
  } catch (const toml::parse_error& error) {
    return Error{Code::kBadConfiguration,
                 path + ":" + std::to_string(error.source().begin.line) +
                     ": not TOML: " + std::string(error.description())};
  }
}

Result<Site> ReadSite(const std::string& name, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file) {
    return Error{Code::kBadConfiguration, path + ": cannot be read"};
  }
  return ReadSiteText(name, path, text.str());
}

}  // namespace newsmill
