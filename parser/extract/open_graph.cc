#include "parser/extract/open_graph.h"

#include <charconv>

#include "core/base/text.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

constexpr size_t kMaxRepeated = 100;

void SetSize(std::string_view text, bool width, v1::Image* image) {
  int32_t size = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), size);
  if (read.ec != std::errc() || size <= 0) return;
  width ? image->set_width(size) : image->set_height(size);
}

// Structured properties belong to the last og:image before them.
std::vector<v1::Image> OpenGraphImages(const MetaTable& metas) {
  std::vector<v1::Image> images;
  for (const MetaTable::Entry& entry : metas.entries()) {
    if (entry.name == "og:image" || entry.name == "og:image:url" ||
        entry.name == "og:image:secure_url") {
      const bool same =
          !images.empty() && (images.back().url() == entry.content ||
                              entry.name == "og:image:secure_url");
      if (!same) images.emplace_back().set_url(std::string(entry.content));
    } else if (images.empty()) {
      continue;
    } else if (entry.name == "og:image:width") {
      SetSize(entry.content, true, &images.back());
    } else if (entry.name == "og:image:height") {
      SetSize(entry.content, false, &images.back());
    } else if (entry.name == "og:image:alt") {
      images.back().set_alternate_text(std::string(entry.content));
    }
  }
  return images;
}

std::vector<v1::Image> TwitterImages(const MetaTable& metas) {
  std::string_view url;
  for (const char* name :
       {"twitter:image", "twitter:image:src", "twitter:image0",
        "sailthru.image.full", "parsely-image-url", "thumbnail"}) {
    if (url.empty()) url = metas.First(name);
  }
  std::vector<v1::Image> images;
  if (url.empty()) return images;
  images.emplace_back().set_url(std::string(url));
  if (const auto alt = metas.First("twitter:image:alt"); !alt.empty()) {
    images.back().set_alternate_text(std::string(alt));
  }
  return images;
}

std::vector<v1::Video> OpenGraphVideos(const MetaTable& metas) {
  std::vector<v1::Video> videos;
  for (const char* name : {"og:video:secure_url", "og:video:url", "og:video"}) {
    if (const auto url = metas.First(name); !url.empty() && videos.empty()) {
      videos.emplace_back().set_url(std::string(url));
    }
  }
  return videos;
}

std::vector<std::string> ArticleTags(const MetaTable& metas) {
  std::vector<std::string> tags;
  for (const std::string_view tag : metas.All("article:tag")) {
    for (std::string& word : SplitList(tag)) tags.push_back(std::move(word));
  }
  return tags;
}

void FillTypeAndAccess(const MetaTable& metas, ArticleFiller* fill) {
  const std::string type = AsciiLowered(metas.First("og:type"));
  if (type == "article") fill->PageType(v1::Article::ARTICLE, "og:type");
  if (type.starts_with("video")) fill->PageType(v1::Article::VIDEO, "og:type");
  const std::string tier = AsciiLowered(metas.First("article:content_tier"));
  if (tier == "free" || tier == "locked") {
    fill->AccessibleForFree(tier == "free", "article:content_tier");
  }
}

}  // namespace

MetaTable::MetaTable(const Document& document) {
  for (NodeId node = 0; node < document.size(); ++node) {
    if (document.tag(node) != "meta") continue;
    const std::string_view content =
        TrimBlanks(document.attribute(node, "content").value_or(""));
    if (content.empty()) continue;
    for (const char* by : {"property", "name", "itemprop", "http-equiv"}) {
      const auto name = document.attribute(node, by);
      if (!name || TrimBlanks(*name).empty()) continue;
      std::string key = AsciiLowered(TrimBlanks(*name));
      if (key.starts_with("og:article:")) key.erase(0, 3);
      entries_.push_back({std::move(key), content});
      break;
    }
  }
}

std::string_view MetaTable::First(std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.name == name) return entry.content;
  }
  return {};
}

std::vector<std::string_view> MetaTable::All(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const Entry& entry : entries_) {
    if (out.size() == kMaxRepeated) break;
    if (entry.name == name) out.push_back(entry.content);
  }
  return out;
}

void GatherOpenGraphImages(const MetaTable& metas, Candidates* found) {
  const auto gather = [&](const std::vector<v1::Image>& images,
                          const char* detail, int trust) {
    for (const v1::Image& image : images) {
      ImageCandidate candidate;
      candidate.text = image.url();
      candidate.source = v1::Provenance::OPEN_GRAPH;
      candidate.detail = detail;
      candidate.trust = trust;
      candidate.image = image;
      Candidates::Add(std::move(candidate), &found->images);
    }
  };
  gather(OpenGraphImages(metas), "og:image", 60);
  gather(TwitterImages(metas), "twitter:image", 40);
}

void FillFromOpenGraph(const MetaTable& metas, ArticleFiller* fill) {
  fill->From(v1::Provenance::OPEN_GRAPH);
  const std::string_view site = metas.First("og:site_name");
  for (const char* name : {"og:description", "twitter:description"}) {
    fill->Description(metas.First(name), name);
  }
  v1::Organization publisher;
  publisher.set_name(std::string(site));
  fill->Publisher(publisher, "og:site_name");
  fill->Keywords(ArticleTags(metas), "article:tag");
  fill->Videos(OpenGraphVideos(metas), "og:video");
  FillTypeAndAccess(metas, fill);
}

}  // namespace newsmill
