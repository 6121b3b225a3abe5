#include "parser/extract/article_filler.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "parser/extract/dates.h"
#include "parser/extract/decide_language.h"
#include "parser/html/regex_text.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

constexpr size_t kLongestName = 60;
// A page that names more is up to something.
constexpr int kMaxListed = 100;
// What is put into attributes and JSON is short; a bomb in it is no text.
constexpr size_t kMaxMarkedUp = 64 << 10;
constexpr ParseLimits kSnippetLimits = {
    .max_tree_bytes = 16 << 20, .max_depth = 64, .deadline = Duration(100)};

// Staff numbers and rows of dashes stand where names should.
bool HasLetter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    const int lower = byte | 0x20;
    return byte >= 0x80 || (lower >= 'a' && lower <= 'z');
  });
}

bool IsName(std::string_view name) {
  static const RE2 no_name(
      R"((?i)^https?:|^www\.|@|^(?:null|none|undefined|unknown|admin|author|editor)$|[。！？]|\.\s)");
  return HasLetter(name) && CountCodePoints(name) <= kLongestName &&
         !RE2::PartialMatch(ForRegex(name), no_name);
}

}  // namespace

ArticleFiller::ArticleFiller(const Document& document,
                             const PageContext& context, v1::Article* article)
    : context_(context),
      base_(BaseUrl(document, context.final_url)),
      article_(*article) {}

void ArticleFiller::Note(const char* field, std::string_view detail) {
  v1::Provenance* const entry = article_.add_provenance();
  entry->set_field(field);
  entry->set_source(source_);
  entry->set_detail(std::string(detail));
}

void ArticleFiller::Headline(std::string_view text, std::string_view detail) {
  const std::string headline = PlainText(text);
  if (headline.empty() || !article_.headline().empty()) return;
  article_.set_headline(headline);
  Note("headline", detail);
}

void ArticleFiller::Description(std::string_view text,
                                std::string_view detail) {
  const std::string description = PlainText(text);
  if (description.empty() || article_.has_description()) return;
  article_.set_description(description);
  Note("description", detail);
}

std::vector<v1::Person> ArticleFiller::Names(
    const std::vector<v1::Person>& people) const {
  std::vector<v1::Person> out;
  for (v1::Person person : people) {
    if (out.size() == kMaxListed) break;
    person.set_name(PlainText(person.name()));
    const bool known = std::any_of(
        out.begin(), out.end(),
        [&](const v1::Person& other) { return other.name() == person.name(); });
    if (known || !IsName(person.name())) continue;
    // The medium is no person, however often a page says so.
    if (person.name() != article_.publisher().name())
      out.push_back(std::move(person));
  }
  return out;
}

void ArticleFiller::Authors(const std::vector<v1::Person>& people,
                            std::string_view detail) {
  if (article_.authors_size() > 0) return;
  const std::vector<v1::Person> names = Names(people);
  if (names.empty()) return;
  *article_.mutable_authors() = {names.begin(), names.end()};
  Note("authors", detail);
}

void ArticleFiller::DecidedAuthors(const std::vector<v1::Person>& people,
                                   std::string_view detail) {
  if (article_.authors_size() > 0 || people.empty()) return;
  for (const v1::Person& person : people) {
    if (article_.authors_size() == kMaxListed) break;
    v1::Person* const author = article_.add_authors();
    *author = person;
    author->set_url(AbsoluteUrl(base_, person.url()).value_or(""));
  }
  Note("authors", detail);
}

void ArticleFiller::Editors(const std::vector<v1::Person>& people,
                            std::string_view detail) {
  if (article_.editors_size() > 0) return;
  const std::vector<v1::Person> names = Names(people);
  if (names.empty()) return;
  *article_.mutable_editors() = {names.begin(), names.end()};
  Note("editors", detail);
}

void ArticleFiller::Publisher(v1::Organization organization,
                              std::string_view detail) {
  organization.set_name(PlainText(organization.name()));
  if (organization.name().empty() || article_.has_publisher()) return;
  const auto url = AbsoluteUrl(base_, organization.url());
  organization.set_url(url.value_or(""));
  *article_.mutable_publisher() = std::move(organization);
  Note("publisher", detail);
}

bool ArticleFiller::Date(std::string_view text, v1::PageDate* date) const {
  const std::optional<v1::PageDate> found = ParsePageDate(
      text, {context_.fetched_at, context_.default_utc_offset_minutes});
  if (found) *date = *found;
  return found.has_value();
}

void ArticleFiller::DatePublished(std::string_view text,
                                  std::string_view detail) {
  v1::PageDate date;
  if (article_.has_date_published() || !Date(text, &date)) return;
  *article_.mutable_date_published() = std::move(date);
  Note("date_published", detail);
}

void ArticleFiller::DateModified(std::string_view text,
                                 std::string_view detail) {
  v1::PageDate date;
  if (article_.has_date_modified() || !Date(text, &date)) return;
  *article_.mutable_date_modified() = std::move(date);
  Note("date_modified", detail);
}

void ArticleFiller::DecidedPublished(const v1::PageDate& date,
                                     std::string_view detail) {
  if (article_.has_date_published()) return;
  *article_.mutable_date_published() = date;
  Note("date_published", detail);
}

void ArticleFiller::DecidedModified(const v1::PageDate& date,
                                    std::string_view detail) {
  if (article_.has_date_modified()) return;
  *article_.mutable_date_modified() = date;
  Note("date_modified", detail);
}

void ArticleFiller::Language(std::string_view tag, std::string_view detail) {
  const std::string language = NormaliseLanguage(TrimBlanks(tag));
  if (language.empty() || article_.has_in_language()) return;
  article_.set_in_language(language);
  Note("in_language", detail);
}

void ArticleFiller::Section(std::string_view name, std::string_view detail) {
  const std::string section = PlainText(name);
  if (section.empty() || article_.has_article_section()) return;
  article_.mutable_article_section()->set_name(section);
  Note("article_section", detail);
}

void ArticleFiller::Keywords(const std::vector<std::string>& words,
                             std::string_view detail) {
  if (article_.keywords_size() > 0) return;
  for (const std::string& word : words) {
    if (article_.keywords_size() == kMaxListed) break;
    const std::string keyword = PlainText(word);
    const auto& known = article_.keywords();
    if (keyword.empty() ||
        std::find(known.begin(), known.end(), keyword) != known.end()) {
      continue;
    }
    article_.add_keywords(keyword);
  }
  if (article_.keywords_size() > 0) Note("keywords", detail);
}

void ArticleFiller::Images(const std::vector<v1::Image>& images,
                           std::string_view detail) {
  if (article_.images_size() > 0) return;
  for (v1::Image image : images) {
    const auto url = AbsoluteUrl(base_, image.url());
    if (article_.images_size() == kMaxListed) break;
    if (!url) continue;
    image.set_url(*url);
    *article_.add_images() = std::move(image);
  }
  if (article_.images_size() == 0) return;
  Note("images", detail);
  if (article_.has_lead_image()) return;
  article_.set_lead_image(0);
  Note("lead_image", detail);
}

void ArticleFiller::Videos(const std::vector<v1::Video>& videos,
                           std::string_view detail) {
  if (article_.videos_size() > 0) return;
  for (v1::Video video : videos) {
    if (article_.videos_size() == kMaxListed) break;
    const auto url = AbsoluteUrl(base_, video.url());
    if (!url) continue;
    video.set_url(*url);
    video.set_thumbnail_url(
        AbsoluteUrl(base_, video.thumbnail_url()).value_or(""));
    *article_.add_videos() = std::move(video);
  }
  if (article_.videos_size() > 0) Note("videos", detail);
}

void ArticleFiller::Breadcrumbs(const std::vector<v1::Link>& links,
                                std::string_view detail) {
  if (article_.breadcrumbs_size() > 0) return;
  for (const v1::Link& link : links) {
    if (article_.breadcrumbs_size() == kMaxListed) break;
    const std::string name = PlainText(link.name());
    if (name.empty()) continue;
    v1::Link* const added = article_.add_breadcrumbs();
    added->set_name(name);
    added->set_url(AbsoluteUrl(base_, link.url()).value_or(""));
  }
  if (article_.breadcrumbs_size() > 0) Note("breadcrumbs", detail);
}

void ArticleFiller::CanonicalUrl(std::string_view reference,
                                 std::string_view detail) {
  const auto url = AbsoluteUrl(base_, reference);
  if (!url || !article_.canonical_url().empty()) return;
  article_.set_canonical_url(*url);
  Note("canonical_url", detail);
}

void ArticleFiller::AmpUrl(std::string_view reference,
                           std::string_view detail) {
  const auto url = AbsoluteUrl(base_, reference);
  if (!url || article_.has_amp_url()) return;
  article_.set_amp_url(*url);
  Note("amp_url", detail);
}

void ArticleFiller::NextPage(std::string_view reference,
                             std::string_view detail) {
  const auto url = AbsoluteUrl(base_, reference);
  if (!url || article_.has_next_page()) return;
  article_.set_next_page(*url);
  Note("next_page", detail);
}

void ArticleFiller::Usage(const std::vector<v1::UsageSignal>& signals) {
  if (article_.usage_size() > 0) return;
  for (const v1::UsageSignal& signal : signals) {
    *article_.add_usage() = signal;
  }
}

void ArticleFiller::AccessibleForFree(bool free, std::string_view detail) {
  if (article_.has_is_accessible_for_free()) return;
  article_.set_is_accessible_for_free(free);
  Note("is_accessible_for_free", detail);
}

void ArticleFiller::CopyrightNotice(std::string_view text,
                                    std::string_view detail) {
  const std::string notice = PlainText(text);
  if (notice.empty() || article_.has_copyright_notice()) return;
  article_.set_copyright_notice(notice);
  Note("copyright_notice", detail);
}

void ArticleFiller::Dateline(std::string_view text, std::string_view detail) {
  const std::string dateline = PlainText(text);
  if (dateline.empty() || article_.has_dateline()) return;
  article_.set_dateline(dateline);
  Note("dateline", detail);
}

void ArticleFiller::CommentCount(int64_t count, std::string_view detail) {
  if (count < 0 || article_.has_comment_count()) return;
  article_.set_comment_count(count);
  Note("comment_count", detail);
}

void ArticleFiller::LikeCount(int64_t count, std::string_view detail) {
  if (count < 0 || article_.has_like_count()) return;
  article_.set_like_count(count);
  Note("like_count", detail);
}

void ArticleFiller::ShareCount(int64_t count, std::string_view detail) {
  if (count < 0 || article_.has_share_count()) return;
  article_.set_share_count(count);
  Note("share_count", detail);
}

void ArticleFiller::PageType(v1::Article::PageType type,
                             std::string_view detail) {
  if (article_.page_type() != v1::Article::PAGE_TYPE_UNSPECIFIED) return;
  article_.set_page_type(type);
  Note("page_type", detail);
}

bool ArticleFiller::HasBody() const {
  return article_.blocks_size() > 0 || !article_.article_body().empty();
}

void ArticleFiller::Body(const std::vector<std::string>& paragraphs,
                         std::string_view detail) {
  if (HasBody()) return;
  std::string body;
  for (const std::string& paragraph : paragraphs) {
    if (paragraph.empty()) continue;
    v1::Block* const block = article_.add_blocks();
    block->set_kind(v1::Block::PARAGRAPH);
    block->set_text(paragraph);
    if (!body.empty()) body += '\n';
    body += paragraph;
  }
  if (body.empty()) return;
  article_.set_article_body(body);
  Note("article_body", detail);
}

std::string PlainText(std::string_view text) {
  static const RE2 markup(
      R"(&(?:#\d|#[xX][0-9A-Fa-f]|[A-Za-z]+;)|</?[A-Za-z])");
  if (text.size() > kMaxMarkedUp ||
      !RE2::PartialMatch(ForRegex(text), markup)) {
    return CollapseBlanks(text);
  }
  const Result<Document> document = Document::Parse(text, kSnippetLimits);
  if (!document) return CollapseBlanks(text);
  return InlineText(*document, document->root());
}

std::vector<std::string> SplitList(std::string_view text) {
  static const RE2 separator(R"(\s*(?:,|;|\||，|、|；|｜)\s*)");
  std::vector<std::string> out;
  re2::StringPiece rest = ForRegex(text);
  re2::StringPiece found;
  const auto add = [&out](std::string_view piece) {
    piece = TrimBlanks(piece);
    if (!piece.empty()) out.emplace_back(piece);
  };
  while (out.size() < kMaxListed &&
         separator.Match(rest, 0, rest.size(), RE2::UNANCHORED, &found, 1)) {
    add({rest.data(), static_cast<size_t>(found.data() - rest.data())});
    rest.remove_prefix(
        static_cast<size_t>(found.data() + found.size() - rest.data()));
  }
  if (out.size() < kMaxListed) add(FromRegex(rest));
  return out;
}

std::vector<v1::Person> PeopleOf(std::string_view text) {
  static const RE2 leading_by(
      R"((?i)^(?:by|von|par|por|作者[:：])\s+|^作者[:：])");
  static const RE2 conjunction(R"(\s+(?:and|und|et|y|e|&)\s+)");
  std::string line = PlainText(text);
  RE2::Replace(&line, leading_by, "");
  RE2::GlobalReplace(&line, conjunction, ", ");
  std::vector<v1::Person> people;
  for (const std::string& name : SplitList(line)) {
    people.emplace_back().set_name(name);
  }
  return people;
}

std::string WithoutSiteName(std::string_view title,
                            std::string_view site_name) {
  constexpr std::array<std::string_view, 10> kSeparators = {
      "-", "_", "|", "–", "—", "·", "•", "»", "«", ":"};
  std::string text = PlainText(title);
  const std::string site = PlainText(site_name);
  if (site.empty() || text.size() <= site.size()) return text;
  for (const bool at_end : {true, false}) {
    if (at_end ? !text.ends_with(site) : !text.starts_with(site)) continue;
    std::string_view rest = text;
    rest = at_end ? rest.substr(0, rest.size() - site.size())
                  : rest.substr(site.size());
    rest = TrimBlanks(rest);
    for (const std::string_view separator : kSeparators) {
      const bool found =
          at_end ? rest.ends_with(separator) : rest.starts_with(separator);
      if (!found) continue;
      rest = at_end ? rest.substr(0, rest.size() - separator.size())
                    : rest.substr(separator.size());
      const std::string_view left = TrimBlanks(rest);
      return left.empty() ? text : std::string(left);
    }
  }
  return text;
}

}  // namespace newsmill
