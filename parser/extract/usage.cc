#include "parser/extract/usage.h"

#include <algorithm>
#include <array>
#include <string>

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

  // "noindex, noarchive"; in a header also "agent: noindex".
  void AddList(std::string_view list, UsageSignal::Where where,
               std::string agent) {
    for (size_t at = 0; at < list.size();) {
      const size_t end = std::min(list.find(',', at), list.size());
      std::string word = AsciiLowered(TrimBlanks(list.substr(at, end - at)));
      at = end + 1;
      const size_t colon = word.find(':');
      if (where == UsageSignal::HEADER && colon != word.npos &&
          word.find('-') > colon && !word.starts_with("unavailable_after") &&
          !word.starts_with("max-")) {
        agent = std::string(TrimBlanks(word.substr(0, colon)));
        word = std::string(TrimBlanks(word.substr(colon + 1)));
      } else if (where == UsageSignal::HEADER && colon != word.npos &&
                 SignalOf(TrimBlanks(word.substr(colon + 1))) !=
                     UsageSignal::SIGNAL_UNSPECIFIED) {
        agent = std::string(TrimBlanks(word.substr(0, colon)));
        word = std::string(TrimBlanks(word.substr(colon + 1)));
      }
      Add(SignalOf(word), where, agent);
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

std::vector<UsageSignal> ReadUsage(const UsageHeaders& headers,
                                   const MetaTable& metas) {
  Collector collector;
  collector.AddList(headers.robots_tag, UsageSignal::HEADER, {});
  collector.AddTdm(headers.tdm_reservation, headers.tdm_policy,
                   UsageSignal::HEADER);
  for (const MetaTable::Entry& entry : metas.entries()) {
    if (entry.name == "robots") {
      collector.AddList(entry.content, UsageSignal::META, {});
    } else if (IsAgentName(entry.name)) {
      collector.AddList(entry.content, UsageSignal::META, entry.name);
    }
  }
  collector.AddTdm(metas.First("tdm-reservation"), metas.First("tdm-policy"),
                   UsageSignal::META);
  return collector.Take();
}

bool Concerns(const UsageSignal& signal, std::string_view agent) {
  return signal.agent().empty() || signal.agent() == agent;
}

}  // namespace newsmill
