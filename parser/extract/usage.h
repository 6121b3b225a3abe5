#pragma once

#include <string_view>
#include <vector>

#include "newsmill/v1/article.pb.h"

namespace newsmill {

class MetaTable;

// The header fields that speak of usage; each value as received, several of one
// name joined by ", ".
struct UsageHeaders {
  std::string_view robots_tag;       // X-Robots-Tag
  std::string_view tdm_reservation;  // "1" reserves
  std::string_view tdm_policy;
};

// What a page opts out of: <meta name="robots"> and its forms for one agent,
// X-Robots-Tag ("otherbot: noindex, noarchive"), tdm-reservation and
// tdm-policy. "none" is noindex. In the order headers, page; each signal of an
// agent and place once.
std::vector<v1::UsageSignal> ReadUsage(const UsageHeaders& headers,
                                       const MetaTable& metas);

// Whether `signal` is for everybody or for `agent`, a product token such as
// "newsmill" in lower case.
bool Concerns(const v1::UsageSignal& signal, std::string_view agent);

}  // namespace newsmill
