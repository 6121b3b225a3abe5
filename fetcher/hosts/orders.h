#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/sites/site_catalogue.h"
#include "newsmill/v1/order.pb.h"

namespace newsmill {

// The orders of operators, as topic `control` has them. Used by one thread.
class Orders {
 public:
  // `sites` outlives this and says which site a host belongs to.
  explicit Orders(const SiteCatalogue& sites) : sites_(sites) {}

  // A newer order of a kind about something replaces the older one.
  void Take(v1::Order order);

  // What holds a host now: PAUSE or BLOCK. BLOCK goes before PAUSE, whether it
  // was said of the host or of its site. nullptr: nothing.
  const v1::Order* HoldOn(const std::string& host, Timestamp now) const;
  // The delay that was ordered for a host; one about the host goes before one
  // about its site. nullptr: none.
  const v1::Order* RateOf(const std::string& host, Timestamp now) const;

  // Whether the article was erased and may not be fetched.
  bool IsSuppressed(const std::string& article_key) const {
    return suppressed_.contains(article_key);
  }
  bool SuppressAny() const { return !suppressed_.empty(); }

  // About hosts and sites, in force now, for lists.
  std::vector<v1::Order> All(Timestamp now) const;
  // Of hosts and sites.
  bool empty() const { return orders_.empty(); }

 private:
  const v1::Order* Find(const std::string& key, Timestamp now) const;
  std::string SiteOf(const std::string& host) const;

  const SiteCatalogue& sites_;
  std::map<std::string, v1::Order> orders_;     // by key
  std::unordered_set<std::string> suppressed_;  // article keys
};

// "hold:host:news.example", "rate:site:gazette"
std::string OrderKey(v1::Order::Kind kind, const std::string& host,
                     const std::string& site);

// The record that carries an order, and back: kCorrupt for what is none.
Record EncodeOrder(const v1::Order& order, const std::string& topic);
Result<v1::Order> DecodeOrder(const Message& message);

// What an operator names: a site of the catalogue, else a host ("news.example",
// "news.example:8443", "[::1]:80"), in the spelling that tasks are keyed by.
struct OrderSubject {
  std::string host;
  std::string site;
};
Result<OrderSubject> ParseOrderSubject(const std::string& text,
                                       const SiteCatalogue& sites);

}  // namespace newsmill
