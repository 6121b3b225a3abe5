#include "parser/rules/fields.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "parser/html/text.h"
#include "parser/rules/image_index.h"
#include "parser/rules/people.h"
#include "parser/rules/provenance.h"

namespace newsmill::rules {
namespace {

struct Target {
  Target(const Scope& where, const DateContext& date_context,
         v1::Article* filled)
      : scope(where), dates(date_context), article(filled), images(filled) {}

  const Scope& scope;
  const DateContext& dates;
  v1::Article* article;
  ImageIndex images;
  RuleTrace* trace = nullptr;
  std::unordered_set<std::string> keywords;

  // Empty for what is no reference to a web page.
  std::string Absolute(const std::string& reference) const {
    return AbsoluteUrl(scope.base, reference).value_or("");
  }
};

bool SetDate(const Target& target, std::string_view field,
             const std::string& text) {
  auto date = ParsePageDate(text, target.dates);
  if (!date) return false;
  *(field == "date_published" ? target.article->mutable_date_published()
                              : target.article->mutable_date_modified()) =
      *std::move(date);
  return true;
}

bool SetCountText(const Target& target, std::string_view field,
                  const std::string& text) {
  int64_t value = 0;
  const auto end = text.data() + text.size();
  if (std::from_chars(text.data(), end, value).ptr != end) return false;
  SetCount(target.article, field, value);
  return true;
}

bool AddKeyword(Target& target, const std::string& text) {
  if (target.keywords.insert(text).second) target.article->add_keywords(text);
  return true;
}

bool AddPeople(const Target& target, std::string_view field,
               const Source& source, const Item& item) {
  const std::string given = item.Part("name");
  bool any = false;
  for (const std::string& name :
       ParseNames(given.empty() ? item.text : given)) {
    v1::Person* person = field == "authors" ? target.article->add_authors()
                                            : target.article->add_editors();
    person->set_name(name);
    const std::string role = item.Part("role");
    person->set_role(role.empty() ? source.role : role);
    person->set_url(target.Absolute(item.Part("url")));
    any = true;
  }
  return any;
}

bool AddLink(const Target& target, std::string_view field, const Item& item) {
  v1::Link* link = field == "related" ? target.article->add_related()
                                      : target.article->add_breadcrumbs();
  link->set_name(item.Part("name"));
  link->set_url(target.Absolute(item.Part("url")));
  return true;
}

std::optional<int32_t> Pixels(const std::string& text) {
  int32_t value = 0;
  const auto end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || value <= 0) return std::nullopt;
  return value;
}

bool AddImage(Target& target, const Item& item) {
  const std::string url = target.Absolute(item.Part("url"));
  if (url.empty()) return false;
  v1::Image* image = target.article->mutable_images(target.images.Of(url));
  // What stands beside the image in the body is nearer than the gallery.
  const auto width = Pixels(item.Part("width"));
  const auto height = Pixels(item.Part("height"));
  if (width && !image->has_width()) image->set_width(*width);
  if (height && !image->has_height()) image->set_height(*height);
  const auto set_missing = [&item](const char* part, bool has, auto setter) {
    const std::string text = item.Part(part);
    if (!has && !text.empty()) setter(text);
  };
  set_missing("alternate_text", image->has_alternate_text(),
              [image](const auto& t) { image->set_alternate_text(t); });
  set_missing("caption", image->has_caption(),
              [image](const auto& t) { image->set_caption(t); });
  set_missing("credit_text", image->has_credit_text(),
              [image](const auto& t) { image->set_credit_text(t); });
  return true;
}

bool AddVideo(const Target& target, const Item& item) {
  const std::string url = target.Absolute(item.Part("url"));
  if (url.empty()) return false;
  for (const v1::Video& known : target.article->videos()) {
    if (known.url() == url) return true;
  }
  v1::Video* video = target.article->add_videos();
  video->set_url(url);
  video->set_thumbnail_url(target.Absolute(item.Part("thumbnail_url")));
  video->set_duration(item.Part("duration"));
  return true;
}

bool AddAudio(const Target& target, const Item& item) {
  const std::string url = target.Absolute(item.Part("url"));
  if (url.empty()) return false;
  target.article->add_audios()->set_url(url);
  return true;
}

// One value into a field; false where it is none of the field's type.
bool SetValue(Target& target, const FieldInfo& field, const Source& source,
              const Item& item) {
  v1::Article* article = target.article;
  switch (field.type) {
    case FieldType::kText:
    case FieldType::kUrl:
      SetText(article, field.name, item.text);
      return true;
    case FieldType::kCount:
      return SetCountText(target, field.name, item.text);
    case FieldType::kBool:
      SetBool(article, field.name, item.text == "true");
      return true;
    case FieldType::kDate:
      return SetDate(target, field.name, item.text);
    case FieldType::kTexts:
      return AddKeyword(target, item.text);
    case FieldType::kPeople:
      return AddPeople(target, field.name, source, item);
    case FieldType::kLinks:
      return AddLink(target, field.name, item);
    case FieldType::kImages:
      return AddImage(target, item);
    case FieldType::kImageUrl:
      article->set_lead_image(target.images.Of(item.text));
      return true;
    case FieldType::kVideos:
      return AddVideo(target, item);
    case FieldType::kAudios:
      return AddAudio(target, item);
  }
  return false;
}

bool IsList(FieldType type) {
  return type == FieldType::kTexts || type == FieldType::kPeople ||
         type == FieldType::kLinks || type == FieldType::kImages ||
         type == FieldType::kVideos || type == FieldType::kAudios;
}

bool FillFromSource(Target& target, const FieldInfo& field,
                    const Source& source) {
  bool any = false;
  for (const Item& item : Evaluate(source, target.scope)) {
    any = SetValue(target, field, source, item) || any;
    if (any && !IsList(field.type)) break;
  }
  return any;
}

void FillField(Target& target, const FieldRule& rule) {
  std::vector<std::string> roles;
  const bool per_role = rule.field->type == FieldType::kPeople;
  for (const Source& source : rule.sources) {
    if (per_role &&
        std::find(roles.begin(), roles.end(), source.role) != roles.end()) {
      continue;
    }
    if (!FillFromSource(target, *rule.field, source)) continue;
    if (target.trace != nullptr) target.trace->sources.push_back(&source);
    if (roles.empty()) {
      Note(rule.field->name, v1::Provenance::RULE, source.Describe(),
           target.article);
    }
    if (!per_role) return;
    roles.push_back(source.role);
  }
}

}  // namespace

void FillFields(const Layout& layout, const Scope& scope,
                const DateContext& dates, v1::Article* article,
                RuleTrace* trace) {
  Target target(scope, dates, article);
  target.trace = trace;
  // The lead image names one of the others, so it comes behind them.
  for (const FieldRule& rule : layout.fields) {
    if (rule.field->type != FieldType::kImageUrl) FillField(target, rule);
  }
  for (const FieldRule& rule : layout.fields) {
    if (rule.field->type == FieldType::kImageUrl) FillField(target, rule);
  }
}

}  // namespace newsmill::rules
