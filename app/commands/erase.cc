#include <algorithm>

#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/erasing.h"
#include "app/open.h"
#include "app/ordering.h"
#include "core/flow/plain_text.h"
#include "sink/registry.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;
using Keys = std::vector<std::string>;

constexpr size_t kShownKeys = 20;

Json ToJson(const StoredTraces& traces) {
  return {{"rows", traces.rows},
          {"versions", traces.versions},
          {"candidates", traces.candidates},
          {"dead_letters", traces.dead_letters}};
}

Json ToJson(const std::vector<ErasurePlace>& places) {
  Json json = Json::array();
  for (const ErasurePlace& place : places) {
    Json each = {{"place", place.name}, {"remains", place.remains}};
    if (!place.detail.empty()) each["detail"] = place.detail;
    if (place.clean_at) each["clean_at"] = FormatRfc3339(*place.clean_at);
    json.push_back(each);
  }
  return json;
}

bool AnyRemains(const std::vector<ErasurePlace>& places) {
  return std::any_of(places.begin(), places.end(),
                     [](const ErasurePlace& place) { return place.remains; });
}

void Print(const std::vector<ErasurePlace>& places, Output& out) {
  Table table(
      {{"PLACE"}, {"CLEAN"}, {"WHAT REMAINS", Table::Align::kLeft, 200}});
  for (const ErasurePlace& place : places) {
    const std::string when = !place.remains   ? "yes"
                             : place.clean_at ? FormatTime(*place.clean_at)
                                              : "no";
    table.Add({{place.name},
               {when, place.remains ? Style::kYellow : Style::kGreen},
               {place.detail, Style::kDim}});
  }
  table.Print(out);
}

void PrintSome(const Keys& keys, Output& out) {
  for (size_t i = 0; i < std::min(keys.size(), kShownKeys); ++i) {
    out.Line("  " + out.Styled(Style::kCyan, keys[i]));
  }
  if (keys.size() > kShownKeys) {
    out.Line("  and " + FormatCount(std::ssize(keys) - int64_t{kShownKeys}) +
             " more; --json lists all");
  }
}

// Store, log and archives.
struct Surroundings {
  std::unique_ptr<StoreKeeper> keeper;
  SiteCatalogue sites;
  std::unique_ptr<Bus> bus;
  Topics topics;
};

Result<Surroundings> Open(const Settings& settings,
                          decltype(&OpenLog) open_log) {
  if (auto there = CheckStoreIsThere(settings); !there) return there.error();
  auto sites = LoadSites(settings);
  if (!sites) return sites.error();
  auto bus = open_log(settings);
  if (!bus) return bus.error();
  auto keeper = OpenStoreKeeper(settings.sink, settings.data_dir());
  if (!keeper) return keeper.error();
  return Surroundings{*std::move(keeper), *std::move(sites), *std::move(bus),
                      TopicsOf(settings)};
}

// Where something of these articles stands.
Result<std::vector<ErasurePlace>> FindPlaces(Context& context,
                                             Surroundings& all,
                                             const Keys& keys, const Keys& urls,
                                             Timestamp at,
                                             const std::string& warc) {
  const auto traces = all.keeper->TracesOf(keys);
  if (!traces) return traces.error();
  std::vector<ErasurePlace> places = {PlaceInStore(*traces)};
  const auto orders = PlaceOfOrders(context, *all.bus, all.topics, keys);
  if (!orders) return orders.error();
  if (*orders) places.push_back(**orders);
  const auto on_log = PlacesOnLog(all.bus->admin(), all.topics, at);
  if (!on_log) return on_log.error();
  places.insert(places.end(), on_log->begin(), on_log->end());
  const auto in_warc = PlacesInWarc(context, warc, urls);
  if (!in_warc) return in_warc.error();
  places.insert(places.end(), in_warc->begin(), in_warc->end());
  return places;
}

// Addresses by which archives may know them.
Result<Keys> AddressesOf(StoreKeeper& keeper, const Keys& keys) {
  auto urls = keeper.UrlsOf(keys);
  if (!urls) return urls.error();
  for (const std::string& key : keys) {
    if (key.find("://") != std::string::npos) urls->push_back(key);
  }
  return urls;
}

class Erase : public Command {
 public:
  std::string name() const override { return "erase"; }
  std::string summary() const override {
    return "Remove articles for good; `erase status` says what remains";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("KEY|URL", &subject_, false,
                         "the article: its key or one of its addresses");
    arguments.Option("--site", "NAME", &site_, "all articles of this site");
    arguments.Option("--reason", "TEXT", &why_, "why; kept with the key");
    arguments.Option("--who", "NAME", &who_, "who; default: user@machine");
    arguments.Option("--warc", "DIR", &warc_,
                     "look for it in the WARC files there, too");
    arguments.Flag("--dry-run", &dry_run_, "only say what would be erased");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    if (subject_.empty() == site_.empty()) {
      return Error{Code::kInvalidArgument,
                   "expected one article, or --site alone"};
    }
    auto all = Open(context.settings, dry_run_ ? OpenLogToLook : OpenLog);
    if (!all) return all.error();
    const auto keys =
        site_.empty()
            ? KeysToErase(*all->keeper, all->sites, subject_)
            : KeysOfSiteToErase(context, *all->keeper, all->sites, site_);
    if (!keys) return keys.error();
    return dry_run_ ? Rehearse(context, *all, *keys)
                    : Perform(context, *all, *keys);
  }

 private:
  Result<ExitCode> Rehearse(Context& context, Surroundings& all,
                            const Keys& keys) const {
    const auto traces = all.keeper->TracesOf(keys);
    if (!traces) return traces.error();
    if (json_) {
      context.out.Line(
          JsonText({{"keys", keys}, {"would_erase", ToJson(*traces)}}));
      return Finished(context);
    }
    context.out.Line("Would erase " + Summary(keys, *traces));
    PrintSome(keys, context.out);
    return Finished(context);
  }

  Result<ExitCode> Perform(Context& context, Surroundings& all,
                           const Keys& keys) const {
    const auto urls = AddressesOf(*all.keeper, keys);
    if (!urls) return urls.error();
    const std::string who = ToValidUtf8(who_.empty() ? WhoAmI() : who_);
    const std::string why = ToValidUtf8(why_);
    // First: from here on nobody fetches or parses it.
    const auto ordered = WriteOrders(
        *all.bus, all.topics, MakeOrders(keys, who, why, context.clock.Now()));
    if (!ordered) return ordered.error();
    const auto erased = all.keeper->Erase(keys, who, why);
    if (!erased) return erased.error();
    const auto places =
        FindPlaces(context, all, keys, *urls, context.clock.Now(), warc_);
    if (!places) return places.error();
    const bool remains = AnyRemains(*places);
    if (json_) {
      context.out.Line(JsonText({{"keys", keys},
                                 {"erased", ToJson(*erased)},
                                 {"places", ToJson(*places)},
                                 {"clean", !remains}}));
    } else {
      context.err.Line("Erased " + Summary(keys, *erased));
      Print(*places, context.out);
    }
    return Finished(context, remains ? kExitCheckFailed : kExitDone);
  }

  static std::vector<v1::Order> MakeOrders(const Keys& keys,
                                           const std::string& who,
                                           const std::string& why,
                                           Timestamp now) {
    std::vector<v1::Order> orders;
    for (const std::string& key : keys) {
      v1::Order& order = orders.emplace_back();
      order.set_kind(v1::Order::SUPPRESS);
      order.set_action(v1::Order::BLOCK);
      order.set_article_key(key);
      order.set_who(who);
      order.set_why(why);
      *order.mutable_given_at() = ToProto(now);
    }
    return orders;
  }

  static std::string Summary(const Keys& keys, const StoredTraces& traces) {
    return Counted(std::ssize(keys), "article") + ": " +
           Counted(traces.rows, "row") + ", " +
           Counted(traces.versions, "former version") + ", " +
           Counted(traces.candidates, "kept-back candidate") + ", " +
           Counted(traces.dead_letters, "dead letter") + ".";
  }

  std::string subject_, site_, why_, who_, warc_;
  bool dry_run_ = false, json_ = false;
};

class EraseStatus : public Command {
 public:
  std::string name() const override { return "erase status"; }
  std::string summary() const override {
    return "Say what remains of erased articles, where, and until when";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("KEY", &key_, false,
                         "of this one only; default: of all");
    arguments.Option("--warc", "DIR", &warc_,
                     "look for them in the WARC files there, too");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    auto all = Open(context.settings, OpenLogToLook);
    if (!all) return all.error();
    const auto erased = Chosen(*all);
    if (!erased) return erased.error();
    Keys keys;
    Timestamp last{};
    for (const SuppressedKey& each : *erased) {
      keys.push_back(each.article_key);
      last = std::max(last, each.at);
    }
    if (keys.empty()) return PrintNothing(context);
    const auto urls = AddressesOf(*all->keeper, keys);
    if (!urls) return urls.error();
    const auto places = FindPlaces(context, *all, keys, *urls, last, warc_);
    if (!places) return places.error();
    const bool remains = AnyRemains(*places);
    if (json_) {
      context.out.Line(JsonText({{"suppressed", ToJson(*erased)},
                                 {"places", ToJson(*places)},
                                 {"clean", !remains}}));
    } else {
      context.out.Line(Counted(std::ssize(keys), "article") +
                       " erased, the last on " + FormatTime(last) + ".");
      PrintSome(keys, context.out);
      Print(*places, context.out);
    }
    return Finished(context, remains ? kExitCheckFailed : kExitDone);
  }

 private:
  static Json ToJson(const std::vector<SuppressedKey>& erased) {
    Json json = Json::array();
    for (const SuppressedKey& each : erased) {
      json.push_back({{"article_key", each.article_key},
                      {"suppressed_at", FormatRfc3339(each.at)},
                      {"who", each.who},
                      {"why", each.why}});
    }
    return json;
  }
  static Json ToJson(const std::vector<ErasurePlace>& places) {
    return newsmill::ToJson(places);
  }

  // By key, or by an address that still leads to one.
  Result<std::vector<SuppressedKey>> Chosen(const Surroundings& all) const {
    auto erased = all.keeper->Suppressed();
    if (!erased || key_.empty()) return erased;
    const auto keys = KeysToErase(*all.keeper, all.sites, key_);
    if (!keys) return keys.error();
    std::erase_if(*erased, [&](const SuppressedKey& each) {
      return !std::binary_search(keys->begin(), keys->end(), each.article_key);
    });
    if (!erased->empty()) return erased;
    return Error{Code::kNotFound, "'" + key_ + "' was not erased"};
  }

  Result<ExitCode> PrintNothing(const Context& context) const {
    if (json_) {
      context.out.Line(JsonText({{"suppressed", Json::array()},
                                 {"places", Json::array()},
                                 {"clean", true}}));
    } else {
      context.err.Line("Nothing was erased.");
    }
    return Finished(context);
  }

  std::string key_, warc_;
  bool json_ = false;
};

}  // namespace

CommandPtr MakeErase() { return std::make_unique<Erase>(); }
CommandPtr MakeEraseStatus() { return std::make_unique<EraseStatus>(); }

}  // namespace newsmill
