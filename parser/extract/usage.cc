#include "parser/extract/usage.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/robots_tag.h"
#include "core/base/text.h"
#include "parser/extract/open_graph.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

using v1::UsageSignal;

constexpr size_t kMaxSignals = 50;

UsageSignal::Signal SignalOf(std::string_view word) {
  struct Known {
    std::string_view word;
    UsageSignal::Signal signal;
  };
  static constexpr std::array kKnown = std::to_array<Known>({
      {"noindex", UsageSignal::NOINDEX},
      {"none", UsageSignal::NOINDEX},
      {"noarchive", UsageSignal::NOARCHIVE},
      {"nosnippet", UsageSignal::NOSNIPPET},
      {"noai", UsageSignal::NO_AI},
      {"noimageai", UsageSignal::NO_IMAGE_AI},
  });
  for (const Known& known : kKnown) {
    if (known.word == word) return known.signal;
  }
  return UsageSignal::SIGNAL_UNSPECIFIED;
}

// <meta> names that address one crawler as "robots" addresses all.
bool IsAgentName(std::string_view name) {
  return name.ends_with("bot") || name.ends_with("bot-news") ||
         name.ends_with("spider") || name == "newsmill" || name == "slurp" ||
         name == "google-extended" || name == "ccbot" || name == "yandex";
}

class Collector {
 public:
  void Add(UsageSignal::Signal signal, UsageSignal::Where where,
           const std::string& agent, std::string_view policy = {}) {
    if (signal == UsageSignal::SIGNAL_UNSPECIFIED) return;
    const bool known = std::any_of(
        signals_.begin(), signals_.end(), [&](const UsageSignal& other) {
          return other.signal() == signal && other.where() == where &&
                 other.agent() == agent;
        });
    if (known || signals_.size() >= kMaxSignals) return;
    UsageSignal& added = signals_.emplace_back();
    added.set_signal(signal);
    added.set_where(where);
    added.set_agent(agent);
    added.set_policy_url(std::string(policy));
  }

  // The content of a <meta>: "noindex, noarchive".
  void AddList(std::string_view list, const std::string& agent) {
    while (!list.empty()) {
      const size_t end = std::min(list.find(','), list.size());
      const std::string word = AsciiLowered(TrimBlanks(list.substr(0, end)));
      list.remove_prefix(std::min(end + 1, list.size()));
      Add(SignalOf(word), UsageSignal::META, agent);
    }
  }

  void AddRobotsTag(std::string_view field) {
    for (const RobotsDirective& directive : ParseRobotsTag(field)) {
      Add(SignalOf(directive.name), UsageSignal::HEADER, directive.agent);
    }
  }

  void AddTdm(std::string_view reservation, std::string_view policy,
              UsageSignal::Where where) {
    if (TrimBlanks(reservation) != "1") return;
    Add(UsageSignal::TDM_RESERVED, where, {}, TrimBlanks(policy));
  }

  std::vector<UsageSignal> Take() { return std::move(signals_); }

 private:
  std::vector<UsageSignal> signals_;
};

}  // namespace

UsageHeaders UsageHeadersOf(const v1::FetchedPage& page) {
  UsageHeaders headers;
  for (const v1::HttpHeader& header : page.headers()) {
    if (EqualsIgnoringCase(header.name(), "x-robots-tag")) {
      headers.robots_tags.push_back(header.value());
    } else if (EqualsIgnoringCase(header.name(), "tdm-reservation")) {
      headers.tdm_reservation = header.value();
    } else if (EqualsIgnoringCase(header.name(), "tdm-policy")) {
      headers.tdm_policy = header.value();
    }
  }
  if (page.has_tdm_rule()) headers.tdm_rule = &page.tdm_rule();
  return headers;
}

std::vector<UsageSignal> ReadUsage(const UsageHeaders& headers,
                                   const MetaTable& metas) {
  Collector collector;
  for (const std::string& field : headers.robots_tags) {
    collector.AddRobotsTag(field);
  }
  collector.AddTdm(headers.tdm_reservation, headers.tdm_policy,
                   UsageSignal::HEADER);
  const std::string_view in_page = metas.First("tdm-reservation");
  const bool said = !TrimBlanks(headers.tdm_reservation).empty() ||
                    !TrimBlanks(in_page).empty();
  if (!said && headers.tdm_rule != nullptr && headers.tdm_rule->reserved()) {
    collector.AddTdm("1", headers.tdm_rule->policy_url(),
                     UsageSignal::WELL_KNOWN);
  }
  for (const MetaTable::Entry& entry : metas.entries()) {
    if (entry.name == "robots") {
      collector.AddList(entry.content, {});
    } else if (IsAgentName(entry.name)) {
      collector.AddList(entry.content, entry.name);
    }
  }
  collector.AddTdm(in_page, metas.First("tdm-policy"), UsageSignal::META);
  return collector.Take();
}

bool Concerns(const UsageSignal& signal, std::string_view agent) {
  return signal.agent().empty() || signal.agent() == agent;
}

}  // namespace newsmill
