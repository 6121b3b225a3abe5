#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/hosts_view.h"
#include "app/open.h"
#include "app/ordering.h"
#include "core/bus/partitioner.h"
#include "core/flow/plain_text.h"
#include "fetcher/hosts/host_book.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

constexpr Duration kLongestRate = std::chrono::hours(24);

// The time zone of a state's times has no say: as everywhere, UTC.
std::string TimeOrNothing(Timestamp time) {
  return time == Timestamp() ? "" : FormatTime(time);
}

// The bytes of robots.txt say nothing in a list.
Json StateToJson(v1::HostState state, const HostStanding& standing) {
  for (v1::RobotsCopy& copy : *state.mutable_robots()) copy.clear_body();
  Json json = {{"host", state.host()}, {"standing", standing.word}};
  if (!standing.why.empty()) json["why"] = standing.why;
  if (standing.until != Timestamp()) {
    json["until"] = FormatRfc3339(standing.until);
  }
  Json rest = MessageToJson(state);
  rest.erase("host");
  json.update(rest);
  return json;
}

// What the hosts commands open.
struct Opened {
  std::unique_ptr<Bus> bus;
  Topics topics;
  SiteCatalogue sites;
};

Result<Opened> Open(const Settings& settings,
                    decltype(&OpenLog) open_log = OpenLogToLook) {
  auto sites = LoadSites(settings);
  if (!sites) return sites.error();
  auto bus = open_log(settings);
  if (!bus) return bus.error();
  return Opened{*std::move(bus), TopicsOf(settings), *std::move(sites)};
}

class HostsList : public Command {
 public:
  std::string name() const override { return "hosts list"; }
  std::string summary() const override {
    return "List what operators ordered and hosts that are not as any other";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "one object a line");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto opened = Open(context.settings);
    if (!opened) return opened.error();
    const auto view = HostsView::Read(*opened->bus, opened->topics,
                                      opened->sites, context.clock);
    if (!view) return view.error();
    json_ ? PrintLines(context, *view) : PrintTable(context, *view);
    return Finished(context);
  }

 private:
  static void PrintLines(Context& context, const HostsView& view) {
    const Timestamp now = context.clock.Now();
    for (const v1::Order& order : view.orders.All(now)) {
      context.out.Line(JsonLine({{"order", MessageToJson(order)}}));
    }
    for (const v1::HostState& state : view.states) {
      context.out.Line(
          JsonLine(StateToJson(state, StandingOf(state, view.orders, now))));
    }
  }

  static void PrintTable(Context& context, const HostsView& view) {
    const Timestamp now = context.clock.Now();
    Table table({{"ABOUT"},
                 {"STANDING"},
                 {"UNTIL"},
                 {"DELAY", Table::Align::kRight},
                 {"WHY", Table::Align::kLeft, 200}});
    for (const v1::Order& order : view.orders.All(now)) {
      table.Add(
          {{order.host().empty() ? "site " + order.site() : order.host()},
           {WordOf(order), Style::kYellow},
           {order.has_until() ? FormatTime(FromProto(order.until())) : ""},
           {order.action() == v1::Order::SLOW
                ? FormatDuration(Duration(order.delay_ms()))
                : ""},
           {WhoSaid(order, "ordered"), Style::kDim}});
    }
    for (const v1::HostState& state : view.states) {
      const HostStanding standing = StandingOf(state, view.orders, now);
      if (standing.word == "asked") continue;
      table.Add({{state.host()},
                 {standing.word},
                 {TimeOrNothing(standing.until)},
                 {state.learned_delay_ms() > 0
                      ? FormatDuration(Duration(state.learned_delay_ms()))
                      : ""},
                 {standing.why, Style::kDim}});
    }
    if (table.empty()) {
      context.err.Line("No host is out of the ordinary.");
    } else {
      table.Print(context.out);
    }
  }

  static std::string WordOf(const v1::Order& order) {
    switch (order.action()) {
      case v1::Order::PAUSE:
        return "paused";
      case v1::Order::BLOCK:
        return "blocked";
      default:
        return "rate";
    }
  }

  bool json_ = false;
};

class HostsShow : public Command {
 public:
  std::string name() const override { return "hosts show"; }
  std::string summary() const override {
    return "Show what is known and ordered of one host";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("HOST", &host_, true, "as `hosts list` prints it");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto opened = Open(context.settings);
    if (!opened) return opened.error();
    const auto subject = ParseOrderSubject(host_, opened->sites);
    if (!subject) return subject.error();
    if (subject->host.empty()) {
      return Error{Code::kInvalidArgument,
                   "'" + host_ + "' is a site; expected one of its hosts: " +
                       Hosts(*opened->sites.Find(subject->site))};
    }
    const auto view = HostsView::Read(*opened->bus, opened->topics,
                                      opened->sites, context.clock);
    if (!view) return view.error();
    HostBook book(context.settings.fetcher, opened->sites, 1, {});
    const Timestamp now = context.clock.Now();
    book.Load(0, {view->StateOf(subject->host)}, now);
    book.Obey(view->orders.All(now));
    const v1::HostState state = view->StateOf(subject->host);
    Print(context, *opened, state, StandingOf(state, view->orders, now),
          book.LimitsOf(subject->host, now));
    return Finished(context);
  }

 private:
  static std::string Hosts(const Site& site) {
    std::string all;
    for (const std::string& host : site.hosts) {
      all += (all.empty() ? "" : ", ") + host;
    }
    return all;
  }

  void Print(Context& context, const Opened& opened, const v1::HostState& state,
             const HostStanding& standing, const HostLimits& limits) const {
    const int32_t partition = PartitionForKey(
        state.host(), opened.topics.PartitionsOf(opened.topics.tasks));
    if (json_) {
      Json json = StateToJson(state, standing);
      json["partition"] = partition;
      json["delay_ms"] = limits.delay.count();
      json["concurrency"] = limits.concurrency;
      context.out.Line(JsonText(json));
      return;
    }
    const auto field = [&](const char* label, const std::string& value) {
      if (value.empty()) return;
      context.out.Line(context.out.Styled(Style::kDim, label) + "  " + value);
    };
    field("host       ", state.host());
    field("standing   ", standing.word);
    field("why        ", standing.why);
    field("until      ", TimeOrNothing(standing.until));
    field("delay      ", FormatDuration(limits.delay));
    field("concurrency", std::to_string(limits.concurrency));
    field("partition  ", std::to_string(partition));
    if (state.has_updated_at()) {
      field("noted      ", FormatTime(FromProto(state.updated_at())));
    }
    if (state.has_use()) {
      field("used       ", Counted(state.use().requests(), "request") + ", " +
                               Counted(state.use().bytes(), "byte") + " on " +
                               state.use().day());
    }
    for (const v1::RobotsCopy& copy : state.robots()) {
      if (copy.has_fetched_at()) {
        field("robots.txt ", copy.url() + ", status " +
                                 std::to_string(copy.status()) + ", " +
                                 FormatTime(FromProto(copy.fetched_at())));
      }
      if (copy.has_unreachable_since()) {
        field("robots.txt ",
              copy.url() + " cannot be read since " +
                  FormatTime(FromProto(copy.unreachable_since())) + ": " +
                  copy.why());
      }
    }
  }

  std::string host_;
  bool json_ = false;
};

// pause, resume, block, rate.
class HostsOrder : public Command {
 public:
  HostsOrder(v1::Order::Kind kind, v1::Order::Action action)
      : kind_(kind), action_(action) {}

  std::string name() const override {
    switch (action_) {
      case v1::Order::PAUSE:
        return "hosts pause";
      case v1::Order::BLOCK:
        return "hosts block";
      case v1::Order::SLOW:
        return "hosts rate";
      default:
        return "hosts resume";
    }
  }
  std::string summary() const override {
    switch (action_) {
      case v1::Order::PAUSE:
        return "Ask a host or a site nothing more; its tasks wait";
      case v1::Order::BLOCK:
        return "Ask a host or a site nothing more; its tasks end as SKIPPED";
      case v1::Order::SLOW:
        return "Set the delay between requests to a host or a site's hosts";
      default:
        return "End a pause or a block";
    }
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("HOST|SITE", &subject_, true,
                         "news.example, or a site's name");
    if (action_ == v1::Order::SLOW) {
      arguments.Positional("DELAY", &delay_, true,
                           "such as 5s, or `default` for the rule's own");
    }
    if (action_ != v1::Order::RESUME) {
      arguments.Option("--for", "SPAN", &span_,
                       "the order ends by itself after that, such as 6h");
    }
    arguments.Option("--reason", "TEXT", &why_, "why; kept with the order");
    arguments.Option("--who", "NAME", &who_, "who; default: user@machine");
    arguments.Flag("--json", &json_, "the order as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto opened = Open(context.settings, OpenLog);
    if (!opened) return opened.error();
    const auto order = MakeOrder(opened->sites, context.clock.Now());
    if (!order) return order.error();
    const auto sent = WriteOrders(*opened->bus, opened->topics, {*order});
    if (!sent) return sent.error();
    if (json_) {
      context.out.Line(JsonText(MessageToJson(*order)));
    } else {
      context.err.Line("Ordered; every running fetcher knows within 5 s.");
    }
    return Finished(context);
  }

 private:
  Result<v1::Order> MakeOrder(const SiteCatalogue& sites, Timestamp now) const {
    const auto subject = ParseOrderSubject(subject_, sites);
    if (!subject) return subject.error();
    v1::Order order;
    order.set_kind(kind_);
    order.set_action(action_);
    order.set_host(subject->host);
    order.set_site(subject->site);
    order.set_who(ToValidUtf8(who_.empty() ? WhoAmI() : who_));
    order.set_why(ToValidUtf8(why_));
    *order.mutable_given_at() = ToProto(now);
    if (span_) {
      if (*span_ <= Duration(0)) {
        return Error{Code::kInvalidArgument,
                     "--for: expected a span above zero, such as 6h"};
      }
      *order.mutable_until() = ToProto(now + *span_);
    }
    if (action_ == v1::Order::SLOW) {
      if (auto set = SetDelay(order); !set) return set.error();
    }
    return order;
  }

  Result<void> SetDelay(v1::Order& order) const {
    if (delay_ == "default") {
      order.set_action(v1::Order::RESUME);
      return {};
    }
    const Result<Duration> delay = ParseDuration(delay_);
    if (!delay || *delay < Duration(0) || *delay > kLongestRate) {
      return Error{Code::kInvalidArgument,
                   "DELAY is '" + delay_ +
                       "'; expected a duration up to a day, such as 5s, or "
                       "`default`"};
    }
    order.set_delay_ms(delay->count());
    return {};
  }

  const v1::Order::Kind kind_;
  const v1::Order::Action action_;
  std::string subject_, delay_, why_, who_;
  std::optional<Duration> span_;
  bool json_ = false;
};

}  // namespace

CommandPtr MakeHostsList() { return std::make_unique<HostsList>(); }
CommandPtr MakeHostsShow() { return std::make_unique<HostsShow>(); }
CommandPtr MakeHostsPause() {
  return std::make_unique<HostsOrder>(v1::Order::HOLD, v1::Order::PAUSE);
}
CommandPtr MakeHostsResume() {
  return std::make_unique<HostsOrder>(v1::Order::HOLD, v1::Order::RESUME);
}
CommandPtr MakeHostsBlock() {
  return std::make_unique<HostsOrder>(v1::Order::HOLD, v1::Order::BLOCK);
}
CommandPtr MakeHostsRate() {
  return std::make_unique<HostsOrder>(v1::Order::RATE, v1::Order::SLOW);
}

}  // namespace newsmill
