#include "parser/rules/field_table.h"

#include <cstdlib>

#include <google/protobuf/descriptor.h>

namespace newsmill::rules {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr FieldInfo kFields[] = {
    {"account_name", FieldType::kText,
     "The account of a platform that published it."},
    {"alternative_headline", FieldType::kText,
     "The title of what was reprinted."},
    {"article_id", FieldType::kText, "The site's own number or name for it."},
    {"article_section.name", FieldType::kText, "The section it stands in."},
    {"article_section.section_id", FieldType::kText,
     "The section's number or name in URLs."},
    {"article_section.url", FieldType::kUrl, "The section's page."},
    {"audios", FieldType::kAudios, "Recordings that belong to it."},
    {"authors", FieldType::kPeople, "Who wrote it."},
    {"breadcrumbs", FieldType::kLinks, "The path of sections above it."},
    {"byline", FieldType::kText,
     "The line that names authors or a medium, as printed."},
    {"canonical_url", FieldType::kUrl,
     "rel=canonical; a field and never a key."},
    {"comment_count", FieldType::kCount,
     "Comments that the page names; 0 differs from none named."},
    {"copyright_notice", FieldType::kText, "Who holds the rights."},
    {"date_modified", FieldType::kDate, "When it was last changed."},
    {"date_published", FieldType::kDate, "When it was published."},
    {"dateline", FieldType::kText, "Place and day at the front of the text."},
    {"description", FieldType::kText, "The summary."},
    {"disclaimer", FieldType::kText,
     "What the site says it does not answer for."},
    {"editors", FieldType::kPeople, "Who edited it, with their roles."},
    {"external_link", FieldType::kUrl,
     "The page elsewhere that it only points to."},
    {"headline", FieldType::kText, "The title."},
    {"images", FieldType::kImages, "Images beyond those of the body."},
    {"in_language", FieldType::kText, "BCP 47."},
    {"is_accessible_for_free", FieldType::kBool,
     "Whether all may read it without paying."},
    {"keywords", FieldType::kTexts, "Its tags."},
    {"lead_image", FieldType::kImageUrl, "Which image stands for the article."},
    {"like_count", FieldType::kCount, "Likes that the page names."},
    {"next_page", FieldType::kUrl,
     "The next page of an article on several pages."},
    {"related", FieldType::kLinks, "Other articles that it points to."},
    {"share_count", FieldType::kCount, "Shares that the page names."},
    {"source_organization.name", FieldType::kText,
     "The medium it was reprinted from."},
    {"source_organization.url", FieldType::kUrl, "That medium's page."},
    {"tracking_keyword", FieldType::kText,
     "The topic that the site follows with it."},
    {"videos", FieldType::kVideos, "Films that belong to it."},
    {"view_count", FieldType::kCount, "Readers that the page names."},
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

std::span<const FieldInfo> AllFields() { return kFields; }

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
