#include "fetcher/seeds/seed_entry_reader.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "fetcher/seeds/seed_date.h"

namespace newsmill {
namespace {

constexpr size_t kMostLevels = 64;
// Four times what the sitemap protocol allows a URL.
constexpr size_t kLongestText = 8192;

constexpr std::string_view kAtom = "http://www.w3.org/2005/Atom";
constexpr std::string_view kAtomOld = "http://purl.org/atom/ns#";
constexpr std::string_view kDublinCore = "http://purl.org/dc/elements/1.1/";
constexpr std::string_view kFeedburner =
    "http://rssnamespace.org/feedburner/ext/1.0";
constexpr std::string_view kNews =
    "http://www.google.com/schemas/sitemap-news/0.9";

bool IsAtom(std::string_view name_space) {
  return name_space == kAtom || name_space == kAtomOld;
}

// RSS's own elements have no namespace, in RSS 1.0 one of purl.org.
bool IsRss(std::string_view name_space) {
  return name_space.empty() || name_space.starts_with("http://purl.org/rss/") ||
         name_space.starts_with("http://my.netscape.com/") ||
         name_space.starts_with("http://backend.userland.com/");
}

}  // namespace

const Url& SeedEntryReader::base() const {
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    if (level->base) return *level->base;
  }
  return base_;
}

bool SeedEntryReader::Begin(const SeedElement& element) {
  if (levels_.size() >= kMostLevels) {
    document_->problem = "elements stand in each other more than " +
                         std::to_string(kMostLevels) + " deep";
    return false;
  }
  Level level;
  if (element.base) {
    if (auto resolved = base().Resolve(*element.base)) {
      level.base = std::move(*resolved);
    }
  }
  levels_.push_back(std::move(level));
  if (levels_.size() == 1) return BeginRoot(element);
  if (!draft_) return !IsEntry(element) || BeginEntry(element);
  if (field_ != Field::kNone) {
    spoiled_ = true;  // markup where a URL or a date is expected
    return true;
  }
  if (element.name == "link" && IsAtom(element.name_space)) AtomLink(element);
  field_ = levels_.back().field = FieldOf(element);
  text_.clear();
  spoiled_ = false;
  return true;
}

bool SeedEntryReader::BeginRoot(const SeedElement& element) {
  using Kind = SeedDocument::Kind;
  const auto is = [this](Kind kind, const char* format) {
    document_->kind = kind;
    document_->format = format;
    return true;
  };
  if (element.name == "rss") return is(Kind::kFeed, "RSS");
  if (element.name == "RDF") return is(Kind::kFeed, "RSS 1.0");
  if (element.name == "feed") return is(Kind::kFeed, "Atom");
  if (element.name == "urlset") return is(Kind::kSitemap, "sitemap");
  if (element.name == "sitemapindex") {
    return is(Kind::kSitemapIndex, "sitemap index");
  }
  document_->problem = "it is neither a feed nor a sitemap: its root is <" +
                       std::string(element.name.substr(0, 40)) + ">";
  return false;
}

bool SeedEntryReader::IsEntry(const SeedElement& element) const {
  switch (document_->kind) {
    case SeedDocument::Kind::kFeed:
      return element.name == "item" || element.name == "entry";
    case SeedDocument::Kind::kSitemap:
      return element.name == "url";
    case SeedDocument::Kind::kSitemapIndex:
      return element.name == "sitemap";
    case SeedDocument::Kind::kUnknown:
      break;
  }
  return false;
}

bool SeedEntryReader::BeginEntry(const SeedElement& element) {
  if (document_->entries.size() + document_->unreadable >= kMostSeedEntries) {
    document_->problem = "it names more than " +
                         std::to_string(kMostSeedEntries) +
                         ", the most that a sitemap may";
    return false;
  }
  levels_.back().is_entry = true;
  entry_level_ = levels_.size();
  draft_.emplace();
  draft_->about = element.about.value_or("");
  return true;
}

SeedEntryReader::Field SeedEntryReader::FieldOf(
    const SeedElement& element) const {
  const std::string_view name = element.name;
  if (element.name_space == kNews) {
    return name == "publication_date" ? Field::kPublished : Field::kNone;
  }
  // Everything else of an entry stands directly in it: a picture or a source
  // has links and dates of its own.
  if (levels_.size() != entry_level_ + 1) return Field::kNone;
  if (element.name_space == kFeedburner) {
    return name == "origLink" ? Field::kOrigin : Field::kNone;
  }
  if (element.name_space == kDublinCore) {
    return name == "date" ? Field::kPublished : Field::kNone;
  }
  if (IsAtom(element.name_space)) {
    if (name == "updated" || name == "modified") return Field::kChanged;
    return name == "published" || name == "issued" ? Field::kPublished
                                                   : Field::kNone;
  }
  if (document_->kind == SeedDocument::Kind::kFeed) {
    if (!IsRss(element.name_space)) return Field::kNone;
    if (name == "link") return Field::kLink;
    if (name == "pubDate") return Field::kPublished;
    const bool perma = !element.perma || *element.perma != "false";
    return name == "guid" && perma ? Field::kGuid : Field::kNone;
  }
  if (name == "loc") return Field::kLink;
  return name == "lastmod" ? Field::kChanged : Field::kNone;
}

// RFC 4287, section 4.2.7: no rel says alternate; the first one counts.
void SeedEntryReader::AtomLink(const SeedElement& element) {
  if (levels_.size() != entry_level_ + 1 || !element.href) return;
  if (element.rel && *element.rel != "alternate") return;
  if (!draft_->link.empty()) return;
  draft_->link = Trimmed(element.href->substr(0, kLongestText));
  draft_->base = base();
}

void SeedEntryReader::Text(std::string_view text) {
  if (field_ == Field::kNone) return;
  if (text_.size() + text.size() > kLongestText) {
    spoiled_ = true;
    return;
  }
  text_.append(text);
}

void SeedEntryReader::End() {
  if (levels_.empty()) return;
  const Level level = std::move(levels_.back());
  if (level.field != Field::kNone) {
    EndField(level.field);
    field_ = Field::kNone;
  }
  levels_.pop_back();
  if (level.is_entry) EndEntry();
}

void SeedEntryReader::EndField(Field field) {
  if (spoiled_ || !draft_) return;
  const std::string text(Trimmed(text_));
  const auto keep_first = [&](std::string& place) {
    if (!place.empty() || text.empty()) return;
    place = text;
    if (field == Field::kLink) draft_->base = base();
  };
  switch (field) {
    case Field::kNone:
      return;
    case Field::kLink:
      return keep_first(draft_->link);
    case Field::kOrigin:
      return keep_first(draft_->origin);
    case Field::kGuid:
      return keep_first(draft_->guid);
    case Field::kChanged:
      draft_->changed = ParseSeedDate(text);
      return;
    case Field::kPublished:
      draft_->published = ParseSeedDate(text);
      return;
  }
}

void SeedEntryReader::EndEntry() {
  const Draft draft = *std::exchange(draft_, std::nullopt);
  const Url& from = draft.base ? *draft.base : base();
  for (const std::string* link :
       {&draft.origin, &draft.link, &draft.guid, &draft.about}) {
    if (link->empty()) continue;
    // What stands in for a link says nothing relative.
    const bool may_be_relative = link == &draft.link;
    Result<Url> url = may_be_relative ? from.Resolve(*link) : Url::Parse(*link);
    if (!url) continue;
    document_->entries.push_back(
        {std::move(*url), draft.changed ? draft.changed : draft.published});
    return;
  }
  ++document_->unreadable;
}

}  // namespace newsmill
