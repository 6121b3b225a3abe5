#include "app/replay/diff.h"

#include <google/protobuf/descriptor.h>

#include "app/cli/format.h"
#include "app/cli/message_json.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kShownBytes = 300;
// What the page says begins there; below stand the identity and how it came to
// be known (article.proto).
constexpr int kFirstExtractedField = 40;

bool IsExtracted(const google::protobuf::FieldDescriptor& field) {
  return field.number() >= kFirstExtractedField ||
         field.name() == "page_type" || field.name() == "url" ||
         field.name() == "canonical_url" || field.name() == "article_id";
}

std::string ValueOf(const Json& article, const std::string& field) {
  const auto found = article.find(field);
  return found == article.end() ? "" : JsonLine(*found);
}

// Where the two begin to differ, of what is too long for a line.
std::string Shortened(const std::string& text, const std::string& other) {
  if (text.size() <= kShownBytes) return text;
  size_t same = 0;
  while (same < text.size() && same < other.size() &&
         text[same] == other[same]) {
    ++same;
  }
  size_t from = same > 40 ? same - 40 : 0;
  while (from > 0 && (text[from] & 0xC0) == 0x80) --from;
  size_t to = std::min(text.size(), from + kShownBytes);
  while (to < text.size() && (text[to] & 0xC0) == 0x80) ++to;
  return (from > 0 ? "…" : "") + text.substr(from, to - from) +
         (to < text.size() ? "…" : "");
}

}  // namespace

void ReplayDiff::AddField(const std::string& name, Example example) {
  Field& field = fields_[name];
  ++(example.before.empty()  ? field.added
     : example.after.empty() ? field.removed
                             : field.changed);
  if (field.examples.size() < examples_) {
    field.examples.push_back(std::move(example));
  }
}

void ReplayDiff::AddChanged(const v1::Article& before,
                            const v1::Article& after) {
  ++changed_;
  const Json old_json = MessageToJson(before), new_json = MessageToJson(after);
  const auto* descriptor = v1::Article::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (!IsExtracted(*descriptor->field(i))) continue;
    const std::string& name = descriptor->field(i)->name();
    std::string was = ValueOf(old_json, name), is = ValueOf(new_json, name);
    if (was == is) continue;
    AddField(name, {after.article_key(), std::move(was), std::move(is)});
  }
}

void ReplayDiff::AddNew(const v1::Article& article) {
  ++new_;
  if (new_examples_.size() < examples_) {
    new_examples_.push_back({article.article_key(), "", article.headline()});
  }
}

void ReplayDiff::AddLost(const std::string& key, const std::string& why) {
  ++lost_;
  if (lost_examples_.size() < examples_) {
    lost_examples_.push_back({key, "", why});
  }
}

Json ReplayDiff::ToJson() const {
  Json json = {{"read", read()},
               {"filtered", filtered_},
               {"older", older_},
               {"unchanged", unchanged_},
               {"dead", dead_},
               {"changed", changed_},
               {"new", new_},
               {"no_article", lost_},
               {"fields", Json::object()}};
  for (const auto& [name, field] : fields_) {
    Json one = {{"changed", field.changed},
                {"added", field.added},
                {"removed", field.removed},
                {"examples", Json::array()}};
    for (const Example& example : field.examples) {
      const auto value = [](const std::string& text) {
        return text.empty() ? Json() : Json::parse(text);
      };
      one["examples"].push_back({{"article_key", example.key},
                                 {"before", value(example.before)},
                                 {"after", value(example.after)}});
    }
    json["fields"][name] = std::move(one);
  }
  for (const Example& example : new_examples_) {
    json["new_articles"].push_back(
        {{"article_key", example.key}, {"headline", example.after}});
  }
  for (const Example& example : lost_examples_) {
    json["without_article"].push_back(
        {{"article_key", example.key}, {"why", example.after}});
  }
  return json;
}

void ReplayDiff::Print(Output& out) const {
  for (const auto& [name, field] : fields_) {
    std::string counts;
    const auto add = [&](int64_t count, const char* what) {
      if (count == 0) return;
      counts += (counts.empty() ? "" : ", ") + FormatCount(count) + " " + what;
    };
    add(field.changed, "changed");
    add(field.added, "added");
    add(field.removed, "removed");
    out.Line(out.Styled(Style::kBold, name) + "  " + counts);
    for (const Example& example : field.examples) {
      out.Line("  " + out.Styled(Style::kDim, example.key));
      if (!example.before.empty()) {
        out.Line(out.Styled(Style::kRed,
                            "  - " + Shortened(example.before, example.after)));
      }
      if (!example.after.empty()) {
        out.Line(out.Styled(Style::kGreen,
                            "  + " + Shortened(example.after, example.before)));
      }
    }
  }
  for (const Example& example : new_examples_) {
    out.Line(out.Styled(Style::kGreen, "new  ") + example.key + "  " +
             example.after);
  }
  for (const Example& example : lost_examples_) {
    out.Line(out.Styled(Style::kRed, "no article  ") + example.key + "  " +
             example.after);
  }
  out.Line("Of " + Counted(read(), "record") + ": " + FormatCount(changed_) +
           " would change, " + FormatCount(new_) + " would be new, " +
           FormatCount(lost_) + " would give no article, " +
           FormatCount(unchanged_) + " unchanged, " + FormatCount(older_) +
           " older than the store's, " + FormatCount(dead_) + " dead, " +
           FormatCount(filtered_) + " filtered.");
}

}  // namespace newsmill
