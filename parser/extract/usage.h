#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/fetched_page.pb.h"

namespace newsmill {

class MetaTable;

// What an answer says of usage beside its page.
struct UsageHeaders {
  // X-Robots-Tag, field by field: an agent that one names counts for it alone.
  std::vector<std::string> robots_tags = {};
  // "1" reserves, "0" says that nothing is; empty: it is not said.
  std::string tdm_reservation = {};
  std::string tdm_policy = {};
  // What the host's tdmrep.json says to the page's URL; nullptr: nothing is
  // known of it. Outlives this.
  const v1::TdmRule* tdm_rule = nullptr;
};

// Of the page as it was fetched.
UsageHeaders UsageHeadersOf(const v1::FetchedPage& page);

// What a page opts out of: X-Robots-Tag ("otherbot: noindex, noarchive"),
// tdm-reservation and tdm-policy, the host's tdmrep.json where neither header
// nor page speaks of text and data mining (they go before it), and <meta
// name="robots"> with its forms for one agent. "none" is noindex. In the order
// headers, file, page; each signal of an agent and place once.
std::vector<v1::UsageSignal> ReadUsage(const UsageHeaders& headers,
                                       const MetaTable& metas);

// Whether `signal` is for everybody or for `agent`, a product token such as
// "newsmill" in lower case.
bool Concerns(const v1::UsageSignal& signal, std::string_view agent);

}  // namespace newsmill
