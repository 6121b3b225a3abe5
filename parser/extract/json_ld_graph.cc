#include "parser/extract/json_ld_graph.h"

#include <algorithm>
#include <array>

namespace newsmill {
namespace {

constexpr int kMaxDepth = 8;
constexpr size_t kMaxNodes = 2000;

bool IsReference(const JsonValue& value) {
  const std::vector<JsonValue::Member> members = value.members();
  return members.size() == 1 && members[0].first == "@id";
}

}  // namespace

JsonLdGraph::JsonLdGraph(const std::vector<JsonValue>& blocks) {
  for (const JsonValue& block : blocks) Add(block, 0);
}

void JsonLdGraph::Add(const JsonValue& value, int depth) {
  if (depth > kMaxDepth || nodes_.size() >= kMaxNodes) return;
  if (value.is_array()) {
    for (const JsonValue& item : value.items()) Add(item, depth + 1);
    return;
  }
  if (!value.is_object() || IsReference(value)) return;
  nodes_.push_back(value);
  if (const auto id = value.member("@id"); id && id->string()) {
    by_id_.emplace(*id->string(), value);
  }
  for (const char* name : {"@graph", "mainEntity", "mainEntityOfPage",
                           "hasPart", "author", "publisher"}) {
    if (const auto inner = value.member(name)) Add(*inner, depth + 1);
  }
}

JsonValue JsonLdGraph::Resolve(const JsonValue& value) const {
  if (!value.is_object() || !IsReference(value)) return value;
  const auto id = value.member("@id")->string();
  const auto found = id ? by_id_.find(*id) : by_id_.end();
  return found == by_id_.end() ? value : found->second;
}

std::optional<JsonValue> JsonLdGraph::Get(const JsonValue& node,
                                          std::string_view name) const {
  const std::optional<JsonValue> value = node.member(name);
  if (!value || value->is_null()) return std::nullopt;
  return Resolve(*value);
}

std::vector<JsonValue> JsonLdGraph::List(const JsonValue& node,
                                         std::string_view name) const {
  const std::optional<JsonValue> value = Get(node, name);
  if (!value) return {};
  if (!value->is_array()) return {*value};
  std::vector<JsonValue> items = value->items();
  for (JsonValue& item : items) item = Resolve(item);
  return items;
}

std::string JsonLdGraph::Text(const JsonValue& node,
                              std::string_view name) const {
  for (const JsonValue& value : List(node, name)) {
    std::string text = TextOf(value);
    if (!text.empty()) return text;
  }
  return {};
}

std::string JsonLdGraph::TextOf(const JsonValue& value) {
  if (!value.is_object()) return value.to_text();
  for (const char* name : {"@value", "name", "@id"}) {
    if (const auto inner = value.member(name)) {
      std::string text = inner->to_text();
      if (!text.empty()) return text;
    }
  }
  return {};
}

bool JsonLdGraph::IsA(const JsonValue& node,
                      const std::vector<std::string_view>& types) {
  const std::optional<JsonValue> type = node.member("@type");
  if (!type) return false;
  const std::vector<JsonValue> names =
      type->is_array() ? type->items() : std::vector<JsonValue>{*type};
  return std::any_of(names.begin(), names.end(), [&](const JsonValue& name) {
    std::string_view text = name.string().value_or("");
    text.remove_prefix(std::min(text.find_last_of("/#:") + 1, text.size()));
    return std::find(types.begin(), types.end(), text) != types.end();
  });
}

bool JsonLdGraph::IsArticle(const JsonValue& node) {
  static const std::vector<std::string_view> article_types = {
      "NewsArticle",
      "Article",
      "ReportageNewsArticle",
      "AnalysisNewsArticle",
      "AskPublicNewsArticle",
      "BackgroundNewsArticle",
      "OpinionNewsArticle",
      "ReviewNewsArticle",
      "AdvertiserContentArticle",
      "SatiricalArticle",
      "LiveBlogPosting",
      "BlogPosting",
      "SocialMediaPosting",
      "DiscussionForumPosting",
      "ScholarlyArticle",
      "TechArticle",
      "Report",
      "Review"};
  return IsA(node, article_types);
}

}  // namespace newsmill
