#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "newsmill/v1/article.pb.h"

namespace newsmill::rules {

// What kind of value a field of Article takes, and so which conversion its
// sources end with.
enum class FieldType {
  kText,
  kUrl,       // ends with "abs_url"
  kCount,     // ends with "count"
  kBool,      // ends with "bool" or "not"
  kDate,      // ends with "date"
  kTexts,     // a list
  kPeople,    // a list; one source per role
  kLinks,     // a list of {name, url}
  kImages,    // a list of {url, width, height, alternate_text, caption,
              // credit_text}
  kImageUrl,  // abs_url; names one of the images
  kVideos,    // a list of {url, thumbnail_url, duration}
  kAudios,    // a list of {url}
};

// A field that a rule may fill.
struct FieldInfo {
  std::string_view name;  // path in Article: "article_section.name"
  FieldType type;
  std::string_view meaning;  // one sentence

  // Names of the parts of a structured value; empty for plain ones.
  std::vector<std::string> PartNames() const;
};

// nullptr where no rule may fill a field of this name.
const FieldInfo* FindField(std::string_view name);
std::vector<std::string> FieldNames();
std::span<const FieldInfo> AllFields();

// Whether the field holds a value.
bool IsSet(const v1::Article& article, std::string_view name);
// Puts a value into a plain field, making the messages on its path.
void SetText(v1::Article* article, std::string_view name, std::string value);
void SetCount(v1::Article* article, std::string_view name, int64_t value);
void SetBool(v1::Article* article, std::string_view name, bool value);

}  // namespace newsmill::rules
