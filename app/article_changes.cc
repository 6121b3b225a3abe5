#include "app/article_changes.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <google/protobuf/descriptor.h>
#include <nlohmann/json.hpp>

#include "app/cli/message_json.h"
#include "app/csv.h"

namespace newsmill {
namespace {

// Of the task, the fetch and the reading of the page.
constexpr std::array<std::string_view, 16> kNotContent = {
    "fetched_at",  "parse_generation", "content_hash",  "rule_sha256",
    "layout",      "charset",          "charset_label", "http_status",
    "provenance",  "labels",           "batch",         "task_id",
    "traceparent", "requested_url",    "final_url",     "blocks"};

}  // namespace

std::vector<FieldChange> ContentChanges(const v1::Article& before,
                                        const v1::Article& after) {
  const auto old_fields = MessageToJson(before);
  const auto new_fields = MessageToJson(after);
  const auto text = [](const auto& fields, const std::string& name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : CsvCell(*found);
  };
  std::vector<FieldChange> changes;
  const auto* type = v1::Article::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const std::string& name = type->field(i)->name();
    const bool is_content = std::find(kNotContent.begin(), kNotContent.end(),
                                      name) == kNotContent.end();
    if (!is_content) continue;
    std::string was = text(old_fields, name), is = text(new_fields, name);
    if (was != is) changes.push_back({name, std::move(was), std::move(is)});
  }
  return changes;
}

}  // namespace newsmill
