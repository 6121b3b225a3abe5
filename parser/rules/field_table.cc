#include "parser/rules/field_table.h"

#include <cstdlib>

#include <google/protobuf/descriptor.h>

namespace newsmill::rules {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr FieldInfo kFields[] = {
    {"account_name", FieldType::kText},
    {"alternative_headline", FieldType::kText},
    {"article_id", FieldType::kText},
    {"article_section.name", FieldType::kText},
    {"article_section.section_id", FieldType::kText},
    {"article_section.url", FieldType::kUrl},
    {"audios", FieldType::kAudios},
    {"authors", FieldType::kPeople},
    {"breadcrumbs", FieldType::kLinks},
    {"byline", FieldType::kText},
    {"canonical_url", FieldType::kUrl},
    {"comment_count", FieldType::kCount},
    {"copyright_notice", FieldType::kText},
    {"date_modified", FieldType::kDate},
    {"date_published", FieldType::kDate},
    {"dateline", FieldType::kText},
    {"description", FieldType::kText},
    {"disclaimer", FieldType::kText},
    {"editors", FieldType::kPeople},
    {"external_link", FieldType::kUrl},
    {"headline", FieldType::kText},
    {"images", FieldType::kImages},
    {"in_language", FieldType::kText},
    {"is_accessible_for_free", FieldType::kBool},
    {"keywords", FieldType::kTexts},
    {"lead_image", FieldType::kImageUrl},
    {"like_count", FieldType::kCount},
    {"next_page", FieldType::kUrl},
    {"related", FieldType::kLinks},
    {"share_count", FieldType::kCount},
    {"source_organization.name", FieldType::kText},
    {"source_organization.url", FieldType::kUrl},
    {"tracking_keyword", FieldType::kText},
    {"videos", FieldType::kVideos},
    {"view_count", FieldType::kCount},
};

// A name of the table, found in the message: a broken table is a bug.
const FieldDescriptor* Descriptor(const Message& message,
                                  std::string_view name) {
  const FieldDescriptor* field =
      message.GetDescriptor()->FindFieldByName(std::string(name));
  if (field == nullptr) std::abort();
  return field;
}

struct Place {
  Message* message;
  const FieldDescriptor* field;
};

Place MutablePlace(Message* message, std::string_view path) {
  const size_t dot = path.find('.');
  const FieldDescriptor* field = Descriptor(*message, path.substr(0, dot));
  if (dot == std::string_view::npos) return {message, field};
  return MutablePlace(message->GetReflection()->MutableMessage(message, field),
                      path.substr(dot + 1));
}

}  // namespace

std::vector<std::string> FieldInfo::PartNames() const {
  switch (type) {
    case FieldType::kPeople:
      return {"name", "role", "url"};
    case FieldType::kLinks:
      return {"name", "url"};
    case FieldType::kImages:
      return {"url",     "width",      "height", "alternate_text",
              "caption", "credit_text"};
    case FieldType::kVideos:
      return {"url", "thumbnail_url", "duration"};
    case FieldType::kAudios:
      return {"url"};
    default:
      return {};
  }
}

const FieldInfo* FindField(std::string_view name) {
  for (const FieldInfo& field : kFields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::vector<std::string> FieldNames() {
  std::vector<std::string> names;
  for (const FieldInfo& field : kFields) names.emplace_back(field.name);
  return names;
}

bool IsSet(const v1::Article& article, std::string_view name) {
  const Message* message = &article;
  for (;;) {
    const size_t dot = name.find('.');
    const FieldDescriptor* field = Descriptor(*message, name.substr(0, dot));
    const auto* reflection = message->GetReflection();
    if (field->is_repeated()) return reflection->FieldSize(*message, field) > 0;
    if (!reflection->HasField(*message, field)) return false;
    if (dot == std::string_view::npos) return true;
    message = &reflection->GetMessage(*message, field);
    name = name.substr(dot + 1);
  }
}

void SetText(v1::Article* article, std::string_view name, std::string value) {
  const Place place = MutablePlace(article, name);
  place.message->GetReflection()->SetString(place.message, place.field,
                                            std::move(value));
}

void SetCount(v1::Article* article, std::string_view name, int64_t value) {
  const Place place = MutablePlace(article, name);
  place.message->GetReflection()->SetInt64(place.message, place.field, value);
}

void SetBool(v1::Article* article, std::string_view name, bool value) {
  const Place place = MutablePlace(article, name);
  place.message->GetReflection()->SetBool(place.message, place.field, value);
}

}  // namespace newsmill::rules
