#include "fetcher/hosts/orders.h"

#include <utility>

#include "core/flow/suppressions.h"
#include "core/flow/task_codec.h"
#include "fetcher/politeness.h"

namespace newsmill {
namespace {

bool InForce(const v1::Order& order, Timestamp now) {
  if (order.action() == v1::Order::RESUME) return false;
  return !order.has_until() || FromProto(order.until()) > now;
}

}  // namespace

std::string OrderKey(v1::Order::Kind kind, const std::string& host,
                     const std::string& site) {
  const std::string word = kind == v1::Order::RATE ? "rate" : "hold";
  return host.empty() ? word + ":site:" + site : word + ":host:" + host;
}

void Orders::Take(v1::Order order) {
  if (order.kind() == v1::Order::SUPPRESS) {
    if (order.action() == v1::Order::BLOCK) {
      suppressed_.insert(order.article_key());
    } else {
      suppressed_.erase(order.article_key());
    }
    return;
  }
  const std::string key = OrderKey(order.kind(), order.host(), order.site());
  orders_[key] = std::move(order);
}

const v1::Order* Orders::HoldOn(const std::string& host, Timestamp now) const {
  if (orders_.empty()) return nullptr;
  const v1::Order* own = Find(OrderKey(v1::Order::HOLD, host, ""), now);
  const v1::Order* sites =
      Find(OrderKey(v1::Order::HOLD, "", SiteOf(host)), now);
  if (own == nullptr) return sites;
  const bool harder = sites != nullptr && sites->action() == v1::Order::BLOCK;
  return harder ? sites : own;
}

const v1::Order* Orders::RateOf(const std::string& host, Timestamp now) const {
  if (orders_.empty()) return nullptr;
  const v1::Order* own = Find(OrderKey(v1::Order::RATE, host, ""), now);
  if (own != nullptr) return own;
  return Find(OrderKey(v1::Order::RATE, "", SiteOf(host)), now);
}

std::vector<v1::Order> Orders::All(Timestamp now) const {
  std::vector<v1::Order> all;
  for (const auto& [key, order] : orders_) {
    if (InForce(order, now)) all.push_back(order);
  }
  return all;
}

const v1::Order* Orders::Find(const std::string& key, Timestamp now) const {
  const auto found = orders_.find(key);
  if (found == orders_.end() || !InForce(found->second, now)) return nullptr;
  return &found->second;
}

std::string Orders::SiteOf(const std::string& host) const {
  const Site* const site = sites_.ForHost(HostWithoutPort(host));
  return site == nullptr ? "" : site->name;
}

Record EncodeOrder(const v1::Order& order, const std::string& topic) {
  Record record;
  record.topic = topic;
  record.key = order.kind() == v1::Order::SUPPRESS
                   ? SuppressionKey(order.article_key())
                   : OrderKey(order.kind(), order.host(), order.site());
  record.value = order.SerializeAsString();
  record.headers = RecordHeaders(v1::Order::descriptor()->full_name(), "", "");
  return record;
}

Result<v1::Order> DecodeOrder(const Message& message) {
  v1::Order order;
  const bool read = order.ParseFromString(message.value);
  if (read && order.kind() == v1::Order::SUPPRESS &&
      !order.article_key().empty()) {
    return order;
  }
  if (read && order.kind() != v1::Order::SUPPRESS &&
      order.kind() != v1::Order::KIND_UNSPECIFIED &&
      order.host().empty() != order.site().empty()) {
    return order;
  }
  return Error{Code::kCorrupt, "offset " + std::to_string(message.offset) +
                                   " of " + message.topic +
                                   " is no order; expected a newsmill.v1.Order "
                                   "about one host, site or article"};
}

Result<OrderSubject> ParseOrderSubject(const std::string& text,
                                       const SiteCatalogue& sites) {
  if (const Site* const site = sites.Find(text)) {
    return OrderSubject{"", site->name};
  }
  const bool whole = text.find("://") != std::string::npos;
  // A word alone is a mistyped site more often than a host.
  const bool host_like = whole || text == "localhost" ||
                         text.find_first_of(".:") != std::string::npos;
  const Result<Url> url = Url::Parse(whole ? text : "https://" + text);
  if (url && host_like &&
      (whole || (url->path() == "/" && url->query().empty()))) {
    return OrderSubject{url->HostKey(), ""};
  }
  return Error{Code::kInvalidArgument,
               "'" + text +
                   "' is neither a site nor a host; expected a name such as "
                   "news.example, news.example:8443 or thepaper"};
}

}  // namespace newsmill
