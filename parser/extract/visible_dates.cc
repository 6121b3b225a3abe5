#include "parser/extract/visible_dates.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/base/text.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

constexpr size_t kLongestPlace = 400;  // bytes
constexpr size_t kLongestLine = 160;
constexpr int kDatesPerPlace = 3;
constexpr NodeId kBefore = 60;
constexpr NodeId kBehind = 160;

template <size_t N>
bool HasAny(std::string_view text,
            const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != text.npos;
  });
}

bool SaysModified(std::string_view words) {
  static constexpr std::array<std::string_view, 30> kWords = {
      "updated",      "update",         "modified",    "aktualisiert",
      "geändert",     "mis à jour",     "mise à jour", "modifié",
      "actualizado",  "actualización",  "modificado",  "aggiornat",
      "atualizad",    "bijgewerkt",     "gewijzigd",   "opdateret",
      "oppdatert",    "uppdaterad",     "päivitetty",  "aktualizace",
      "aktualizacja", "zaktualizowano", "frissítve",   "güncelle",
      "обновлено",    "оновлено",       "ενημέρωση",   "更新",
      "수정",         "تحديث"};
  return HasAny(words, kWords);
}

bool SaysPublished(std::string_view words) {
  static constexpr std::array<std::string_view, 24> kWords = {
      "publi",      "posted",     "veröffentlicht",
      "erstellt",   "erschienen", "created",
      "geplaatst",  "pubblicat",  "udgivet",
      "julkaistu",  "opublik",    "vydáno",
      "zveřejněno", "yayın",      "опублик",
      "δημοσί",     "发布",       "發布",
      "发表",       "时间",       "입력",
      "등록",       "نشر",        "公開"};
  return HasAny(words, kWords);
}

// Of other things than the article: a birthday, an event, a copyright.
bool SaysOther(std::string_view words) {
  static constexpr std::array<std::string_view, 12> kWords = {
      "©",     "copyright", "(c)",    "born",   "geboren", "geb.",
      "since", "seit",      "joined", "depuis", "member",  "expires"};
  return HasAny(words, kWords);
}

bool MayHoldDate(std::string_view text) {
  int digits = 0;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    // Digits of other scripts are two or three bytes.
    if ((c >= '0' && c <= '9') || byte == 0xD9 || byte == 0xDB ||
        byte == 0xE0) {
      ++digits;
    }
  }
  return digits >= 1;
}

class Search {
 public:
  Search(const Document& document, NodeId heading, const DateContext& context,
         Candidates* found)
      : document_(document),
        heading_(heading),
        context_(context),
        found_(*found) {}

  void Run() {
    for (const NodeId node : found_.date_places) {
      // Of places inside each other the inner one says it again.
      Place(node);
    }
    if (heading_ != kNoNode)
      Lines(Near(heading_, kBefore), heading_ + kBehind, 32);
    if (found_.published.empty()) {
      Lines(0, static_cast<NodeId>(document_.size()), 14);
    }
  }

 private:
  static NodeId Near(NodeId node, NodeId before) {
    return node > before ? node - before : 0;
  }

  void Place(NodeId node) {
    const std::string text = InlineText(document_, node);
    if (text.empty() || text.size() > kLongestPlace || !MayHoldDate(text)) {
      return;
    }
    const bool time = document_.tag(node) == "time";
    ReadDates(node, text, time ? "time" : "[class*=date]", time ? 40 : 38);
  }

  void Lines(NodeId from, NodeId to, int trust) {
    to = std::min(to, static_cast<NodeId>(document_.size()));
    for (NodeId node = from; node < to;) {
      const std::string_view tag = document_.tag(node);
      if (IsHiddenTag(tag)) {
        node = document_.subtree_end(node);
        continue;
      }
      const std::string_view text = document_.text(node);
      if (text.size() >= 6 && text.size() <= kLongestLine &&
          MayHoldDate(text)) {
        ReadDates(node, CollapseBlanks(text), "text", trust);
      }
      ++node;
    }
  }

  void ReadDates(NodeId node, const std::string& text, const char* detail,
                 int trust) {
    size_t from = 0;
    for (int i = 0; i < kDatesPerPlace && from < text.size(); ++i) {
      const auto date =
          FindPageDate(std::string_view(text).substr(from), context_);
      if (!date) return;
      const std::string words =
          AsciiLowered(std::string_view(text).substr(from, date->begin));
      Add(node, *date, words, detail, trust);
      from += date->end;
    }
  }

  void Add(NodeId node, const FoundDate& date, std::string_view words,
           const char* detail, int trust) {
    if (SaysOther(words)) return;
    const bool modified = SaysModified(words) && !SaysPublished(words);
    Candidate candidate;
    candidate.text = date.date.raw();
    candidate.source = v1::Provenance::HTML;
    candidate.detail = detail;
    candidate.node = node;
    candidate.trust = trust + (SaysPublished(words) ? 10 : 0) + Nearness(node);
    // A sentence that mentions a date is no dateline.
    if (words.size() > 60) candidate.trust /= 2;
    candidate.beside = found_.IsBeside(node, heading_);
    Candidates::Add(std::move(candidate),
                    modified ? &found_.modified : &found_.published);
  }

  int Nearness(NodeId node) const {
    if (heading_ == kNoNode) return 0;
    const NodeId distance = node > heading_ ? node - heading_ : heading_ - node;
    if (distance <= kBefore) return 8;
    if (distance <= kBehind) return 4;
    return distance > 10 * kBehind ? -10 : -4;
  }

  const Document& document_;
  const NodeId heading_;
  const DateContext& context_;
  Candidates& found_;
};

}  // namespace

void AddVisibleDates(const Document& document, NodeId heading,
                     const DateContext& context, Candidates* found) {
  Search(document, heading, context, found).Run();
}

}  // namespace newsmill
