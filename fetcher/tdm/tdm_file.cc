#include "fetcher/tdm/tdm_file.h"

#include <simdjson.h>

#include "fetcher/robots/robots_policy.h"

namespace newsmill {
namespace {

using simdjson::dom::element;

// 0 or 1, as a number or, which is often seen, as text.
std::optional<bool> ReadReservation(const element& value) {
  int64_t number = -1;
  if (value.get_int64().get(number) == simdjson::SUCCESS) {
    if (number == 0 || number == 1) return number == 1;
    return std::nullopt;
  }
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  if (text != "0" && text != "1") return std::nullopt;
  return text == "1";
}

std::optional<v1::TdmRule> ReadRule(const element& member) {
  element location, reservation;
  std::string_view path, policy;
  if (member["location"].get(location) != simdjson::SUCCESS ||
      location.get_string().get(path) != simdjson::SUCCESS || path.empty() ||
      member["tdm-reservation"].get(reservation) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  const std::optional<bool> reserved = ReadReservation(reservation);
  if (!reserved) return std::nullopt;
  v1::TdmRule rule;
  rule.set_reserved(*reserved);
  rule.set_location(std::string(path));
  if (member["tdm-policy"].get_string().get(policy) == simdjson::SUCCESS) {
    rule.set_policy_url(std::string(policy));
  }
  return rule;
}

}  // namespace

Result<TdmFile> TdmFile::Parse(std::string_view json) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (json.starts_with(kByteOrderMark)) {
    json.remove_prefix(kByteOrderMark.size());
  }
  simdjson::dom::parser parser;
  simdjson::dom::array members;
  const auto error =
      parser.parse(simdjson::padded_string(json)).get_array().get(members);
  if (error != simdjson::SUCCESS) {
    return Error{Code::kInvalidArgument,
                 std::string("an array of rules in JSON is expected: ") +
                     simdjson::error_message(error)};
  }
  TdmFile file;
  for (const element& member : members) {
    std::optional<v1::TdmRule> rule = ReadRule(member);
    if (!rule) continue;
    RobotsPattern location(rule->location());
    file.rules_.push_back({std::move(location), *std::move(rule)});
  }
  return file;
}

const v1::TdmRule* TdmFile::Find(const Url& url) const {
  if (rules_.empty()) return nullptr;
  const std::string target = RobotsTarget(TargetOf(url));
  for (const Rule& rule : rules_) {
    if (rule.location.Matches(target)) return &rule.rule;
  }
  return nullptr;
}

size_t TdmFile::bytes() const {
  size_t bytes = sizeof(*this);
  for (const Rule& rule : rules_) {
    bytes += sizeof(rule) + rule.location.text().capacity() +
             rule.rule.location().size() + rule.rule.policy_url().size();
  }
  return bytes;
}

}  // namespace newsmill
