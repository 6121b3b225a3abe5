#include "tests/support/pages/page_maker.h"

namespace newsmill::pages {
namespace {

class Comparison {
 public:
  void Check(const char* field, const std::string& want,
             const std::string& got) {
    if (want == got) return;
    lines_.push_back(std::string(field) + ": want '" + want + "', got '" + got +
                     "'");
  }

  // A field that the truth leaves open is not looked at.
  void CheckIfSet(const char* field, const std::string& want,
                  const std::string& got) {
    if (!want.empty()) Check(field, want, got);
  }

  std::vector<std::string> lines() && { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

std::string Count(bool has, int64_t count) {
  return has ? std::to_string(count) : "";
}

template <typename Persons>
std::string Names(const Persons& persons) {
  std::string names;
  for (const v1::Person& person : persons) names += person.name() + "|";
  return names;
}

std::string Joined(const google::protobuf::RepeatedPtrField<std::string>& all) {
  std::string joined;
  for (const std::string& one : all) joined += one + "|";
  return joined;
}

std::string Printed(const v1::Block& block) {
  std::string text = v1::Block::Kind_Name(block.kind()) + " " + block.text();
  if (block.has_image()) text += " #" + std::to_string(block.image());
  return text;
}

void CheckBlocks(const v1::Article& truth, const v1::Article& got,
                 Comparison& comparison) {
  if (truth.blocks_size() == 0) return;
  comparison.Check("number of blocks", std::to_string(truth.blocks_size()),
                   std::to_string(got.blocks_size()));
  for (int i = 0; i < std::min(truth.blocks_size(), got.blocks_size()); ++i) {
    comparison.Check(("block " + std::to_string(i)).c_str(),
                     Printed(truth.blocks(i)), Printed(got.blocks(i)));
  }
}

void CheckImages(const v1::Article& truth, const v1::Article& got,
                 Comparison& comparison) {
  if (truth.images_size() == 0) return;
  comparison.Check("number of images", std::to_string(truth.images_size()),
                   std::to_string(got.images_size()));
  for (int i = 0; i < std::min(truth.images_size(), got.images_size()); ++i) {
    const v1::Image& want = truth.images(i);
    const v1::Image& have = got.images(i);
    comparison.Check("image", want.url(), have.url());
    comparison.Check("caption", want.caption(), have.caption());
    comparison.Check("width", Count(want.has_width(), want.width()),
                     Count(have.has_width(), have.width()));
  }
}

std::string TimeOf(const v1::PageDate& date) {
  return date.has_time() ? std::to_string(date.time().seconds()) : "";
}

}  // namespace

std::vector<std::string> Differences(const v1::Article& truth,
                                     const v1::Article& got) {
  Comparison c;
  c.CheckIfSet("article_key", truth.article_key(), got.article_key());
  c.CheckIfSet("site", truth.site(), got.site());
  c.CheckIfSet("article_id", truth.article_id(), got.article_id());
  c.CheckIfSet("url", truth.url(), got.url());
  c.CheckIfSet("charset", truth.charset(), got.charset());
  c.CheckIfSet("charset_label", truth.charset_label(), got.charset_label());
  c.Check("headline", truth.headline(), got.headline());
  c.CheckIfSet("alternative_headline", truth.alternative_headline(),
               got.alternative_headline());
  c.CheckIfSet("description", truth.description(), got.description());
  c.CheckIfSet("byline", truth.byline(), got.byline());
  if (truth.has_byline() || truth.authors_size() > 0) {
    c.Check("authors", Names(truth.authors()), Names(got.authors()));
  }
  c.CheckIfSet("editors", Names(truth.editors()), Names(got.editors()));
  c.CheckIfSet("source_organization", truth.source_organization().name(),
               got.source_organization().name());
  c.CheckIfSet("date_published", TimeOf(truth.date_published()),
               TimeOf(got.date_published()));
  c.CheckIfSet("article_section.section_id",
               truth.article_section().section_id(),
               got.article_section().section_id());
  c.CheckIfSet("article_section.name", truth.article_section().name(),
               got.article_section().name());
  c.CheckIfSet("keywords", Joined(truth.keywords()), Joined(got.keywords()));
  c.CheckIfSet("tracking_keyword", truth.tracking_keyword(),
               got.tracking_keyword());
  c.CheckIfSet("like_count", Count(truth.has_like_count(), truth.like_count()),
               Count(got.has_like_count(), got.like_count()));
  c.CheckIfSet("comment_count",
               Count(truth.has_comment_count(), truth.comment_count()),
               Count(got.has_comment_count(), got.comment_count()));
  CheckBlocks(truth, got, c);
  CheckImages(truth, got, c);
  if (truth.videos_size() > 0) {
    c.Check("video", truth.videos(0).url(),
            got.videos_size() > 0 ? got.videos(0).url() : "");
  }
  c.CheckIfSet("article_body", truth.article_body(), got.article_body());
  return std::move(c).lines();
}

}  // namespace newsmill::pages
