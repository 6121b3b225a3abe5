#include "app/extract/prediction.h"

#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/cli/format.h"

namespace newsmill {
namespace {

std::string Offset(int minutes) {
  return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+',
                     std::abs(minutes) / 60, std::abs(minutes) % 60);
}

std::string LeadImage(const v1::Article& article) {
  const int lead = article.lead_image();
  return lead >= 0 && lead < article.images_size() ? article.images(lead).url()
                                                   : std::string();
}

}  // namespace

std::string IsoDate(const v1::PageDate& date) {
  if (!date.has_time()) return {};
  const Timestamp local =
      FromProto(date.time()) + std::chrono::minutes(date.utc_offset_minutes());
  const std::string text = FormatRfc3339(local);  // …T07:08:09.123Z
  constexpr size_t kDay = 10, kSecond = 19;
  if (date.precision() <= v1::PageDate::DAY) return text.substr(0, kDay);
  const std::string time = text.substr(0, kSecond);
  return date.zone_assumed() ? time : time + Offset(date.utc_offset_minutes());
}

nlohmann::ordered_json PredictionJson(const ListedPage& page,
                                      const ExtractedPage& result) {
  const Extraction& extraction = result.extraction;
  const v1::Article& article = extraction.article;
  nlohmann::ordered_json json = {{"id", page.id}};
  if (!page.set.empty()) json["set"] = page.set;
  json["title"] = article.headline();
  json["authors"] = nlohmann::ordered_json::array();
  for (const v1::Person& author : article.authors()) {
    json["authors"].push_back(author.name());
  }
  json["published"] = IsoDate(article.date_published());
  json["text"] = article.article_body();
  json["lang"] = article.in_language();
  json["image"] = LeadImage(article);
  const double micros =
      std::chrono::duration<double, std::micro>(result.cpu).count();
  json["cpu_ms"] = std::round(micros) / 1000;
  if (!result.remark.empty()) json["remark"] = result.remark;
  if (extraction.verdict) {
    json["verdict"] = ReasonName(extraction.verdict->reason);
    if (!extraction.verdict->detail.empty()) {
      json["detail"] = extraction.verdict->detail;
    }
  }
  return json;
}

}  // namespace newsmill
