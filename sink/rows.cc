#include "sink/rows.h"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "core/base/id.h"
#include "core/base/simhash.h"

namespace newsmill::sql {
namespace {

using Json = nlohmann::ordered_json;

// Years 1 and 10000 as seconds: what both databases can hold as a date.
constexpr int64_t kFirstSecond = -62135596800;
constexpr int64_t kEndSecond = 253402300800;

std::string WithoutNul(std::string text) {
  std::erase(text, '\0');
  return text;
}

Value Dump(const Json& json) {
  if (json.empty()) return Null{};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void Put(Json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = WithoutNul(text);
}

Json PersonJson(const v1::Person& person) {
  Json object = Json::object();
  Put(object, "name", person.name());
  Put(object, "role", person.role());
  Put(object, "url", person.url());
  return object;
}

Json LinkJson(const v1::Link& link) {
  Json object = Json::object();
  Put(object, "name", link.name());
  Put(object, "url", link.url());
  return object;
}

Json BlockJson(const v1::Block& block) {
  Json object = Json::object();
  object["kind"] = v1::Block::Kind_Name(block.kind());
  Put(object, "text", block.text());
  if (block.has_image()) object["image"] = block.image();
  if (block.has_video()) object["video"] = block.video();
  return object;
}

Json ImageJson(const v1::Image& image) {
  Json object = Json::object();
  Put(object, "url", image.url());
  if (image.has_width()) object["width"] = image.width();
  if (image.has_height()) object["height"] = image.height();
  Put(object, "alternate_text", image.alternate_text());
  Put(object, "caption", image.caption());
  Put(object, "credit_text", image.credit_text());
  return object;
}

Json VideoJson(const v1::Video& video) {
  Json object = Json::object();
  Put(object, "url", video.url());
  Put(object, "thumbnail_url", video.thumbnail_url());
  Put(object, "duration", video.duration());
  return object;
}

Json AudioJson(const v1::Audio& audio) {
  Json object = Json::object();
  Put(object, "url", audio.url());
  return object;
}

Json ProvenanceJson(const v1::Provenance& provenance) {
  Json object = Json::object();
  Put(object, "field", provenance.field());
  object["source"] = v1::Provenance::Source_Name(provenance.source());
  Put(object, "detail", provenance.detail());
  return object;
}

Json UsageJson(const v1::UsageSignal& usage) {
  Json object = Json::object();
  object["signal"] = v1::UsageSignal::Signal_Name(usage.signal());
  object["where"] = v1::UsageSignal::Where_Name(usage.where());
  Put(object, "agent", usage.agent());
  Put(object, "policy_url", usage.policy_url());
  return object;
}

template <typename Items, typename Convert>
Value List(const Items& items, Convert convert) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(convert(item));
  return Dump(list);
}

// A row that is being filled: name, type and value of a column together, so
// that names and values cannot drift apart.
class RowBuilder {
 public:
  void Add(const char* name, Type type, Value value) {
    columns_.push_back({name, type});
    values_.push_back(std::move(value));
  }
  void Add(const char* name, const std::string& text) {
    Add(name, Type::kText, TextOrNull(text));
  }
  // A field with presence: empty is a value.
  void AddOptional(const char* name, bool has, const std::string& text) {
    Add(name, Type::kText, has ? Text(text) : Value(Null{}));
  }
  void AddCount(const char* name, bool has, int64_t count) {
    Add(name, Type::kBigint, has ? Value(count) : Value(Null{}));
  }
  void AddDate(const std::string& name, bool has, const v1::PageDate& date);

  std::vector<Column> columns_;
  std::vector<Value> values_;
};

void RowBuilder::AddDate(const std::string& name, bool has,
                         const v1::PageDate& date) {
  const Value null = Null{};
  Add(name.c_str(), Type::kTime,
      has && date.has_time() ? TimeOrNull(date.time()) : null);
  Add((name + "_raw").c_str(), has ? date.raw() : "");
  const bool precise = has && date.precision() != 0;
  Add((name + "_precision").c_str(), Type::kText,
      precise ? Value(v1::PageDate::Precision_Name(date.precision())) : null);
  Add((name + "_zone_assumed").c_str(), Type::kBoolean,
      has ? Value(date.zone_assumed()) : null);
  Add((name + "_year_assumed").c_str(), Type::kBoolean,
      has ? Value(date.year_assumed()) : null);
}

void AddIdentity(const v1::Article& article, RowBuilder& row) {
  row.Add("article_key", Type::kText, Text(article.article_key()));
  row.Add("site", article.site());
  row.Add("article_id", article.article_id());
  row.Add("url", article.url());
  row.Add("canonical_url", article.canonical_url());
  row.Add("requested_url", article.requested_url());
  row.Add("final_url", article.final_url());
  row.Add("page_type", article.page_type() == v1::Article::PAGE_TYPE_UNSPECIFIED
                           ? ""
                           : v1::Article::PageType_Name(article.page_type()));
}

void AddPeople(const v1::Article& article, RowBuilder& row) {
  std::vector<std::string> names;
  for (const v1::Person& author : article.authors())
    names.push_back(WithoutNul(author.name()));
  row.AddOptional("byline", article.has_byline(), article.byline());
  row.Add("authors", Type::kTextList,
          names.empty() ? Value(Null{}) : Value(std::move(names)));
  row.Add("author_details", Type::kJson, List(article.authors(), PersonJson));
  row.Add("editors", Type::kJson, List(article.editors(), PersonJson));
  row.Add("source_organization", article.source_organization().name());
  row.Add("publisher", article.publisher().name());
  row.AddOptional("account_name", article.has_account_name(),
                  article.account_name());
}

void AddTexts(const v1::Article& article, RowBuilder& row) {
  std::vector<std::string> keywords;
  for (const std::string& keyword : article.keywords())
    keywords.push_back(WithoutNul(keyword));
  row.AddOptional("in_language", article.has_in_language(),
                  article.in_language());
  row.AddOptional("dateline", article.has_dateline(), article.dateline());
  row.Add("article_section", article.article_section().name());
  row.Add("article_section_id", article.article_section().section_id());
  row.Add("breadcrumbs", Type::kJson, List(article.breadcrumbs(), LinkJson));
  row.Add("keywords", Type::kTextList,
          keywords.empty() ? Value(Null{}) : Value(std::move(keywords)));
  row.AddOptional("tracking_keyword", article.has_tracking_keyword(),
                  article.tracking_keyword());
  row.Add("blocks", Type::kJson, List(article.blocks(), BlockJson));
  row.Add("article_body", article.article_body());
  row.Add("has_body", Type::kBoolean, !article.article_body().empty());
}

void AddMediaAndCounts(const v1::Article& article, RowBuilder& row) {
  row.Add("images", Type::kJson, List(article.images(), ImageJson));
  row.Add("lead_image", Type::kInteger,
          article.has_lead_image() ? Value(int64_t{article.lead_image()})
                                   : Value(Null{}));
  row.Add("videos", Type::kJson, List(article.videos(), VideoJson));
  row.Add("audios", Type::kJson, List(article.audios(), AudioJson));
  row.AddCount("comment_count", article.has_comment_count(),
               article.comment_count());
  row.AddCount("like_count", article.has_like_count(), article.like_count());
  row.AddCount("view_count", article.has_view_count(), article.view_count());
  row.AddCount("share_count", article.has_share_count(), article.share_count());
  row.Add("is_accessible_for_free", Type::kBoolean,
          article.has_is_accessible_for_free()
              ? Value(article.is_accessible_for_free())
              : Value(Null{}));
  row.AddOptional("copyright_notice", article.has_copyright_notice(),
                  article.copyright_notice());
  row.AddOptional("disclaimer", article.has_disclaimer(), article.disclaimer());
  row.Add("related", Type::kJson, List(article.related(), LinkJson));
  row.AddOptional("next_page", article.has_next_page(), article.next_page());
  row.AddOptional("external_link", article.has_external_link(),
                  article.external_link());
}

void AddOrigin(const v1::Article& article, RowBuilder& row) {
  row.Add("labels", Type::kJson, LabelsJson(article.labels()));
  row.Add("batch", article.batch());
  row.Add("task_id", article.task_id());
  row.Add("traceparent", article.traceparent());
  row.Add("fetched_at", Type::kTime,
          article.has_fetched_at() ? TimeOrNull(article.fetched_at())
                                   : Value(Null{}));
  row.Add("parse_generation", Type::kBigint, article.parse_generation());
  row.Add("content_hash", Type::kText, Text(article.content_hash()));
  row.Add("rule_sha256", article.rule_sha256());
  row.Add("layout", article.layout());
  row.Add("charset", article.charset());
  row.Add("charset_label", article.charset_label());
  row.Add("http_status", Type::kInteger,
          article.http_status() == 0 ? Value(Null{})
                                     : Value(int64_t{article.http_status()}));
  row.Add("provenance", Type::kJson,
          List(article.provenance(), ProvenanceJson));
  row.Add("record", Type::kBytes, article.SerializeAsString());
}

// What tells articles apart that say the same; of the texts as they are stored.
void AddLikeness(const v1::Article& article, RowBuilder& row) {
  const std::string body = WithoutNul(article.article_body());
  row.Add("text_sha256", Type::kText,
          body.empty() ? Value(Null{})
                       : Value(HexEncode(Sha256(WithoutNul(article.headline()) +
                                                "\n" + body))));
  row.Add("body_length", Type::kInteger, BodyLength(article));
  const std::optional<uint64_t> hash = SimHash(body);
  const auto bands = SimHashBands(hash.value_or(0));
  row.Add("simhash", Type::kBigint,
          hash ? Value(static_cast<int64_t>(*hash)) : Value(Null{}));
  for (size_t i = 0; i < bands.size(); ++i) {
    row.Add(("simhash_band_" + std::to_string(i)).c_str(), Type::kInteger,
            hash ? Value(int64_t{bands[i]}) : Value(Null{}));
  }
}

RowBuilder BuildArticle(const v1::Article& article) {
  RowBuilder row;
  AddIdentity(article, row);
  row.Add("headline", article.headline());
  row.AddOptional("alternative_headline", article.has_alternative_headline(),
                  article.alternative_headline());
  row.AddOptional("description", article.has_description(),
                  article.description());
  AddPeople(article, row);
  row.AddDate("date_published", article.has_date_published(),
              article.date_published());
  row.AddDate("date_modified", article.has_date_modified(),
              article.date_modified());
  AddTexts(article, row);
  AddMediaAndCounts(article, row);
  row.AddOptional("amp_url", article.has_amp_url(), article.amp_url());
  row.Add("usage", Type::kJson, List(article.usage(), UsageJson));
  AddLikeness(article, row);
  AddOrigin(article, row);
  return row;
}

RowBuilder BuildDeadLetter(const v1::DeadLetter& dead) {
  RowBuilder row;
  row.Add("task_id", dead.task_id());
  row.Add("stage", Type::kText, StageName(dead.stage()));
  row.Add("reason", Type::kText, ReasonName(dead.reason()));
  row.Add("detail", dead.detail());
  row.Add("target", dead.target());
  row.Add("url", dead.url());
  row.Add("site", dead.site());
  row.Add("batch", dead.batch());
  row.Add("labels", Type::kJson, LabelsJson(dead.labels()));
  row.Add("topic", Type::kText, Text(dead.topic()));
  row.Add("partition", Type::kInteger, int64_t{dead.partition()});
  row.Add("record_offset", Type::kBigint, dead.offset());
  row.Add("appended_at", Type::kTime, FromProto(dead.appended_at()));
  row.Add("died_at", Type::kTime,
          dead.has_died_at() ? TimeOrNull(dead.died_at()) : Value(Null{}));
  row.Add("attempts", Type::kInteger, int64_t{dead.attempts_size()});
  row.Add("value_size", Type::kBigint, dead.value_size());
  row.Add("record", Type::kBytes, dead.SerializeAsString());
  return row;
}

// Enum names without their prefix, and back.
std::string Stripped(const std::string& name, const std::string& prefix) {
  return name.substr(0, prefix.size()) == prefix ? name.substr(prefix.size())
                                                 : name;
}

}  // namespace

const std::vector<Column>& ArticleColumns() {
  static const std::vector<Column> columns =
      BuildArticle(v1::Article()).columns_;
  return columns;
}

std::vector<Value> ArticleValues(const v1::Article& article) {
  return BuildArticle(article).values_;
}

const std::vector<Column>& DeadLetterColumns() {
  static const std::vector<Column> columns =
      BuildDeadLetter(v1::DeadLetter()).columns_;
  return columns;
}

std::vector<Value> DeadLetterValues(const v1::DeadLetter& dead) {
  return BuildDeadLetter(dead).values_;
}

Value TextOrNull(const std::string& text) {
  return text.empty() ? Value(Null{}) : Text(text);
}

Value BodyLength(const v1::Article& article) {
  const std::string& body = article.article_body();
  // Every character has one byte that continues none.
  const auto begins = [](char c) { return c != 0 && (c & 0xc0) != 0x80; };
  const int64_t length = std::count_if(body.begin(), body.end(), begins);
  return body.empty() ? Value(Null{}) : Value(length);
}

Value Text(const std::string& text) { return WithoutNul(text); }

Value TimeOrNull(const google::protobuf::Timestamp& time) {
  if (time.seconds() < kFirstSecond || time.seconds() >= kEndSecond)
    return Null{};
  return FromProto(time);
}

Value LabelsJson(const google::protobuf::RepeatedPtrField<v1::Label>& labels) {
  Json object = Json::object();
  for (const v1::Label& label : labels)
    object[WithoutNul(label.name())] = WithoutNul(label.value());
  return Dump(object);
}

Value ReasonName(v1::Reason reason) {
  if (reason == v1::REASON_UNSPECIFIED) return Null{};
  // An older binary does not know the names of a newer one's reasons.
  if (!v1::Reason_IsValid(reason)) return std::to_string(reason);
  return Stripped(v1::Reason_Name(reason), "REASON_");
}

Value KindName(v1::OutcomeKind kind) {
  if (kind == v1::OUTCOME_KIND_UNSPECIFIED) return Null{};
  return v1::OutcomeKind_Name(kind);
}

Value StageName(v1::Stage stage) {
  if (stage == v1::STAGE_UNSPECIFIED) return Null{};
  return Stripped(v1::Stage_Name(stage), "STAGE_");
}

v1::Reason ReasonFromName(const std::string& name) {
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  if (!v1::Reason_Parse("REASON_" + name, &reason))
    return v1::REASON_UNSPECIFIED;
  return reason;
}

v1::OutcomeKind KindFromName(const std::string& name) {
  v1::OutcomeKind kind = v1::OUTCOME_KIND_UNSPECIFIED;
  if (!v1::OutcomeKind_Parse(name, &kind)) return v1::OUTCOME_KIND_UNSPECIFIED;
  return kind;
}

int64_t ReadInteger(const std::optional<std::string>& text) {
  int64_t number = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

Result<Claimed> ReadClaimed(const Row& row) {
  Claimed claimed;
  if (row.at(0)) claimed.next = ReadInteger(row[0]);
  claimed.epoch = ReadInteger(row.at(1));
  if (row.at(2) && row.at(3)) {
    const Result<Timestamp> time = ParseRfc3339(*row[3]);
    if (!time) return time.error();
    claimed.last = RecordIdentity{ReadInteger(row[2]), *time};
  }
  claimed.cluster_id = row.at(4).value_or("");
  return claimed;
}

}  // namespace newsmill::sql
