#include "tests/support/pages/made_article.h"

#include <set>
#include <string>

#include "tests/support/pages/dice.h"
#include "tests/support/pages/prose.h"

namespace newsmill::pages {
namespace {

struct SectionName {
  const char* id;
  const char* chinese;
  const char* english;
};
constexpr SectionName kSections[] = {
    {"31001", "城事", "City"},      {"31002", "民生一线", "Daily Life"},
    {"31003", "水岸", "Waterside"}, {"31004", "15%经济", "15% Economy"},
    {"31005", "校园", "Schools"},
};

void SetIdentity(const MadeSite& site, uint64_t id, v1::Article& article) {
  article.set_site(site.name);
  article.set_article_id(std::to_string(id));
  article.set_article_key(site.name + ":" + article.article_id());
  article.set_url(ArticleUrl(site, id));
}

// Between 2014 and 2024, on a whole minute, as most layouts print no more.
void SetDate(Dice& dice, v1::Article& article) {
  const int64_t minutes =
      23'400'000 + static_cast<int64_t>(dice.Below(5'200'000));
  article.mutable_date_published()->mutable_time()->set_seconds(minutes * 60);
  article.mutable_date_published()->set_utc_offset_minutes(480);
}

// A byline of persons, or of an organisation that is then the source too.
void SetByline(const MadeSite& site, const Prose& prose, Dice& dice,
               v1::Article& article) {
  if (dice.Chance(0.4)) {
    const std::string organization = prose.Organization(dice);
    article.set_byline(organization);
    article.mutable_source_organization()->set_name(organization);
    return;
  }
  std::string byline = site.title + "记者";
  const std::string first = prose.Person(dice);
  article.add_authors()->set_name(first);
  byline += " " + first;
  if (dice.Chance(0.3)) {
    const std::string second = prose.Person(dice);
    if (second != first) {
      article.add_authors()->set_name(second);
      byline += " " + second;
    }
  }
  article.set_byline(byline);
  article.mutable_source_organization()->set_name(site.title);
}

v1::Block* AddText(v1::Article& article, v1::Block::Kind kind,
                   std::string text) {
  v1::Block* block = article.add_blocks();
  block->set_kind(kind);
  block->set_text(std::move(text));
  return block;
}

void AddImage(const MadeSite& site, const Prose& prose, Dice& dice,
              v1::Article& article) {
  const int index = article.images_size();
  v1::Image* image = article.add_images();
  image->set_url("https://img." + site.domain + "/news/" +
                 std::to_string(dice.Between(1, 400)) + "/" +
                 std::to_string(index + 1) + "/" + article.article_id() +
                 ".jpg");
  image->set_width(dice.Chance(0.5) ? 600 : 1080);
  image->set_height(dice.Between(300, 720));
  AddText(article, v1::Block::IMAGE, "")->set_image(index);
  if (dice.Chance(0.7)) {
    image->set_caption(prose.Caption(dice));
    AddText(article, v1::Block::CAPTION, image->caption())->set_image(index);
  }
}

void SetBody(const MadeSite& site, const Prose& prose, Dice& dice,
             v1::Article& article) {
  const int paragraphs = dice.Between(3, 24);
  for (int i = 0; i < paragraphs; ++i) {
    if (dice.Chance(i == 0 ? 0.6 : 0.06)) AddImage(site, prose, dice, article);
    if (i > 0 && dice.Chance(0.1)) {
      AddText(article, v1::Block::SUBHEADING, prose.Subheading(dice));
    }
    AddText(article, v1::Block::PARAGRAPH, prose.Paragraph(dice));
  }
  if (dice.Chance(0.3)) {
    article.set_alternative_headline(prose.Headline(dice));
    AddText(article, v1::Block::ORIGINAL_TITLE_NOTE,
            "（原标题为：《" + article.alternative_headline() + "》）");
  }
  article.set_article_body(BodyOf(article));
}

void SetKeywords(const Prose& prose, Dice& dice, v1::Article& article) {
  std::set<std::string> seen;
  const int wanted = dice.Between(1, 4);
  for (int i = 0; i < wanted; ++i) {
    const std::string keyword = prose.Keyword(dice);
    if (seen.insert(keyword).second) article.add_keywords(keyword);
  }
  article.set_tracking_keyword(article.keywords(0));
}

}  // namespace

std::string BodyOf(const v1::Article& article) {
  std::string body;
  for (const v1::Block& block : article.blocks()) {
    if (block.kind() != v1::Block::PARAGRAPH &&
        block.kind() != v1::Block::SUBHEADING) {
      continue;
    }
    if (!body.empty()) body += '\n';
    body += block.text();
  }
  return body;
}

v1::Article MakeArticle(const MadeSite& site, uint64_t id, uint64_t seed) {
  Dice dice(seed ^ (id * 0x9e3779b97f4a7c15ULL), site.name);
  const Prose prose(site.language);
  v1::Article article;
  SetIdentity(site, id, article);
  article.set_headline(prose.Headline(dice));
  SetDate(dice, article);
  SetByline(site, prose, dice, article);
  const SectionName& section = dice.Pick(kSections);
  article.mutable_article_section()->set_section_id(section.id);
  article.mutable_article_section()->set_name(
      site.language == Language::kChinese ? section.chinese : section.english);
  v1::Person* editor = article.add_editors();
  editor->set_name(prose.Editor(dice));
  editor->set_role("责任编辑");
  SetKeywords(prose, dice, article);
  article.set_description(prose.Paragraph(dice));
  article.set_like_count(dice.Between(0, 900));
  article.set_comment_count(dice.Between(0, 60));
  SetBody(site, prose, dice, article);
  return article;
}

}  // namespace newsmill::pages
