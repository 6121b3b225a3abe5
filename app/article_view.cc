#include "app/article_view.h"

#include <algorithm>

#include <google/protobuf/descriptor.h>
#include <nlohmann/json.hpp>

#include "app/cli/message_json.h"
#include "core/base/nearest.h"
#include "core/base/time.h"

namespace newsmill {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Json = nlohmann::ordered_json;

void PrintField(Output& out, const std::string& name,
                const std::string& value) {
  if (value.empty()) return;
  out.Line(out.Styled(Style::kDim, name + ": ") + value);
}

std::string PeopleText(
    const google::protobuf::RepeatedPtrField<v1::Person>& people) {
  std::string text;
  for (const v1::Person& person : people) {
    text += (text.empty() ? "" : ", ") + person.name();
    if (!person.role().empty()) text += " (" + person.role() + ")";
  }
  return text;
}

template <typename Strings>
std::string Joined(const Strings& strings, const std::string& separator) {
  std::string text;
  for (const auto& item : strings) {
    text += (text.empty() ? "" : separator) + item;
  }
  return text;
}

// The line under the headline: when, who, from where.
std::string Subtitle(const v1::Article& article) {
  std::vector<std::string> parts;
  const auto add = [&](const std::string& part) {
    const bool said =
        std::find(parts.begin(), parts.end(), part) != parts.end();
    if (!part.empty() && !said) parts.push_back(part);
  };
  add(DateText(article.date_published()));
  add(article.byline().empty() ? PeopleText(article.authors())
                               : article.byline());
  add(article.source_organization().name());
  add(article.article_section().name());
  return Joined(parts, " · ");
}

void PrintBlock(const v1::Article& article, const v1::Block& block,
                Output& out) {
  switch (block.kind()) {
    case v1::Block::SUBHEADING:
      out.Line(out.Styled(Style::kBold, block.text()));
      break;
    case v1::Block::QUOTE:
      out.Line("> " + block.text());
      break;
    case v1::Block::LIST_ITEM:
      out.Line("- " + block.text());
      break;
    case v1::Block::IMAGE:
      if (block.image() < article.images_size()) {
        out.Line(out.Styled(Style::kDim,
                            "[" + article.images(block.image()).url() + "]"));
      }
      break;
    case v1::Block::VIDEO:
      if (block.video() < article.videos_size()) {
        out.Line(out.Styled(Style::kDim,
                            "[" + article.videos(block.video()).url() + "]"));
      }
      break;
    case v1::Block::CAPTION:
    case v1::Block::CREDIT:
    case v1::Block::EDITOR_NOTE:
    case v1::Block::ORIGINAL_TITLE_NOTE:
      out.Line(out.Styled(Style::kDim, block.text()));
      break;
    default:
      out.Line(block.text());
  }
}

void PrintBody(const v1::Article& article, Output& out) {
  if (article.blocks().empty()) {
    if (!article.article_body().empty()) out.Line(article.article_body());
    return;
  }
  for (const v1::Block& block : article.blocks()) {
    PrintBlock(article, block, out);
    out.Line("");
  }
}

std::string CountsText(const v1::Article& article) {
  std::string text;
  const auto add = [&](bool known, int64_t count, const char* noun) {
    if (!known) return;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + noun;
  };
  add(article.has_comment_count(), article.comment_count(), "comments");
  add(article.has_like_count(), article.like_count(), "likes");
  add(article.has_view_count(), article.view_count(), "views");
  add(article.has_share_count(), article.share_count(), "shares");
  return text;
}

// The field that a dotted path names, or nullptr.
const FieldDescriptor* FindField(const std::string& path) {
  const Descriptor* type = v1::Article::descriptor();
  const FieldDescriptor* field = nullptr;
  for (size_t start = 0; start <= path.size();) {
    if (type == nullptr) return nullptr;
    const size_t end = std::min(path.find('.', start), path.size());
    field = type->FindFieldByName(path.substr(start, end - start));
    if (field == nullptr) return nullptr;
    const bool enters = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
                        !field->is_repeated();
    type = enters ? field->message_type() : nullptr;
    start = end + 1;
  }
  return field;
}

Error UnknownField(const std::string& path) {
  std::vector<std::string> known;
  const Descriptor* type = v1::Article::descriptor();
  known.reserve(static_cast<size_t>(type->field_count()));
  for (int i = 0; i < type->field_count(); ++i) {
    known.push_back(type->field(i)->name());
  }
  const std::string nearest = Nearest(path, known);
  return {Code::kInvalidArgument,
          "--fields: an article has no field '" + path + "'" +
              (nearest.empty() ? "; docs/sql.md and article.proto list them"
                               : "; did you mean '" + nearest + "'?")};
}

}  // namespace

std::string DateText(const v1::PageDate& date) {
  if (!date.has_time()) return date.raw();
  const Duration offset = std::chrono::minutes(date.utc_offset_minutes());
  std::string text = FormatRfc3339(FromProto(date.time()) + offset);
  text[10] = ' ';
  switch (date.precision()) {
    case v1::PageDate::YEAR:
      return text.substr(0, 4);
    case v1::PageDate::MONTH:
      return text.substr(0, 7);
    case v1::PageDate::DAY:
      return text.substr(0, 10);
    default:
      return text.substr(0, 16);
  }
}

void PrintArticle(const v1::Article& article, Output& out) {
  out.Line(out.Styled(Style::kBold, article.headline()));
  out.Line(Subtitle(article));
  out.Line(out.Styled(Style::kDim, article.url()));
  out.Line("");
  PrintBody(article, out);
  PrintField(out, "original headline", article.alternative_headline());
  PrintField(out, "editors", PeopleText(article.editors()));
  PrintField(out, "keywords", Joined(article.keywords(), ", "));
  PrintField(out, "counts", CountsText(article));
  PrintField(out, "key", article.article_key());
  PrintField(out, "layout", article.layout());
}

Result<FieldSelection> FieldSelection::Parse(const std::string& list) {
  FieldSelection selection;
  for (size_t start = 0; start < list.size();) {
    const size_t end = std::min(list.find(',', start), list.size());
    const std::string field = list.substr(start, end - start);
    if (FindField(field) == nullptr) return UnknownField(field);
    selection.fields_.push_back(field);
    start = end + 1;
  }
  return selection;
}

Json FieldSelection::Apply(const v1::Article& article) const {
  Json whole = MessageToJson(article);
  if (fields_.empty()) return whole;
  Json selected = Json::object();
  for (const std::string& field : fields_) {
    const Json* at = &whole;
    for (size_t start = 0; at != nullptr && start <= field.size();) {
      const size_t end = std::min(field.find('.', start), field.size());
      const auto found = at->find(field.substr(start, end - start));
      at = found == at->end() ? nullptr : &*found;
      start = end + 1;
    }
    selected[field] = at == nullptr ? Json() : *at;
  }
  return selected;
}

}  // namespace newsmill
