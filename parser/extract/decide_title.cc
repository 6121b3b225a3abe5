#include "parser/extract/decide_title.h"

#include <algorithm>
#include <array>

#include "parser/extract/article_filler.h"
#include "parser/extract/text_key.h"
#include "parser/html/tag_scan.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

constexpr size_t kLongestTitle = 600;  // bytes
constexpr size_t kMaxPieces = 12;

struct Separator {
  std::string_view text;
  // Sets pieces apart without blanks around it, too.
  bool tight = false;
};

constexpr std::array kSeparators = std::to_array<Separator>({
    {"|", true},
    {"｜", true},
    {"丨", true},
    {"ㅣ", true},
    {"_", true},
    {"»", false},
    {"«", false},
    {"–", false},
    {"—", false},
    {"-", false},
    {"·", false},
    {"•", false},
    {"::", false},
    {"/", false},
    {"~", false},
});

// Labels of a host that are no name of the site.
bool IsPublicLabel(std::string_view label) {
  constexpr std::array<std::string_view, 10> kLabels = {
      "com", "co", "org", "net", "gov", "edu", "ac", "or", "www", "news"};
  return label.size() < 2 ||
         std::find(kLabels.begin(), kLabels.end(), label) != kLabels.end();
}

// A title cut at its separators; a piece keeps where it stands.
struct Piece {
  size_t begin = 0;
  size_t end = 0;
};

bool BlankAt(std::string_view text, size_t at) {
  return at < text.size() && text[at] == ' ';
}

// Han, kana or Hangul ends before or begins at `at`.
bool IdeographAt(std::string_view text, size_t at, bool before) {
  const size_t lead = before ? (at >= 3 ? at - 3 : text.size()) : at;
  if (lead >= text.size()) return false;
  const auto byte = static_cast<uint8_t>(text[lead]);
  // Full-width marks, too.
  const bool wide_mark = byte == 0xEF && lead + 1 < text.size() &&
                         static_cast<uint8_t>(text[lead + 1]) == 0xBC;
  return (byte >= 0xE3 && byte <= 0xED) || wide_mark;
}

std::vector<Piece> Pieces(std::string_view text) {
  std::vector<Piece> pieces;
  size_t begin = 0;
  for (size_t at = 0; at < text.size() && pieces.size() < kMaxPieces;) {
    if (IsAsciiLetter(text[at]) || text[at] == ' ') {  // begins none of them
      ++at;
      continue;
    }
    size_t size = 0;
    for (const Separator& separator : kSeparators) {
      if (!text.substr(at).starts_with(separator.text)) continue;
      const bool apart = at > 0 && BlankAt(text, at - 1) &&
                         BlankAt(text, at + separator.text.size());
      const bool ideographs =
          IdeographAt(text, at, true) ||
          IdeographAt(text, at + separator.text.size(), false);
      if (separator.tight || apart || (separator.text == "-" && ideographs)) {
        size = separator.text.size();
      }
      break;
    }
    if (size > 0) {
      pieces.push_back({begin, at});
      begin = at + size;
    }
    at += std::max<size_t>(size, 1);
  }
  pieces.push_back({begin, text.size()});
  return pieces;
}

std::string_view TextOf(std::string_view text, const std::vector<Piece>& pieces,
                        size_t first, size_t last) {
  return TrimBlanks(
      text.substr(pieces[first].begin, pieces[last].end - pieces[first].begin));
}

std::string WithoutSpaces(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c != ' ') out += c;
  }
  return out;
}

bool NamesSite(std::string_view piece, const SiteNames& names) {
  const std::string key = TextKey(piece);
  if (key.empty()) return true;
  const std::string tight = WithoutSpaces(key);
  return std::any_of(names.keys.begin(), names.keys.end(),
                     [&](const std::string& site) {
                       return key == site || tight == WithoutSpaces(site);
                     });
}

bool NamesSection(std::string_view piece, const SiteNames& names) {
  return std::find(names.sections.begin(), names.sections.end(),
                   TextKey(piece)) != names.sections.end();
}

// Places that copy from each other have one vote together.
enum Family { kStated, kShared, kTitleTag, kHeading, kFamilies };

Family FamilyOf(const Candidate& candidate) {
  if (candidate.detail == "title" || candidate.detail == "WebPage.name") {
    if (candidate.source != v1::Provenance::META) return kTitleTag;
  }
  if (candidate.source == v1::Provenance::JSON_LD) return kStated;
  return candidate.source == v1::Provenance::HTML ? kHeading : kShared;
}

std::string WithoutSoftHyphens(std::string text) {
  constexpr std::string_view kSoftHyphen = "\xC2\xAD";
  for (size_t at = text.find(kSoftHyphen); at != std::string::npos;
       at = text.find(kSoftHyphen, at)) {
    text.erase(at, kSoftHyphen.size());
  }
  return text;
}

struct Part {
  std::string key;
  double share = 0;  // of the whole
};

struct Form {
  std::string text;
  std::string key;
  Family family = kStated;
  bool cut = false;         // ends in an ellipsis
  bool site = false;        // is the site's name
  std::vector<Part> parts;  // runs of its pieces
};

bool IsCut(std::string_view text) {
  return text.ends_with("...") || text.ends_with("…");
}

Form MakeForm(const Candidate& candidate, const SiteNames& names) {
  Form form;
  const std::string plain = PlainText(candidate.text);
  if (plain.size() > kLongestTitle) return form;
  form.text = WithoutSites(plain, names);
  form.key = TextKey(form.text);
  form.family = FamilyOf(candidate);
  form.cut = IsCut(form.text);
  form.site = form.key.empty() || NamesSite(form.text, names);
  const std::vector<Piece> pieces = Pieces(plain);
  for (size_t first = 0; first < pieces.size(); ++first) {
    for (size_t last = first; last < pieces.size(); ++last) {
      if (first == 0 && last + 1 == pieces.size()) continue;
      const std::string_view part = TextOf(plain, pieces, first, last);
      form.parts.push_back(
          {TextKey(part), static_cast<double>(part.size()) /
                              static_cast<double>(plain.size())});
    }
  }
  return form;
}

// How much the place of `other` speaks for `form`.
double Support(const Form& form, const Form& other) {
  if (form.key == other.key) return 1;
  if (other.cut && other.key.size() > 20 && form.key.starts_with(other.key)) {
    return 0.8;
  }
  // A short piece of a long title is a section or the site.
  double support = 0;
  for (const Part& part : other.parts) {
    if (part.key != form.key) continue;
    support = std::max(support, part.share > 0.4 ? 0.9 : 0.1);
  }
  return support;
}

// A word of some length that both have.
bool ShareWord(std::string_view a, std::string_view b) {
  constexpr size_t kWord = 4;
  for (size_t at = 0; at < a.size();) {
    const size_t end = std::min(a.find(' ', at), a.size());
    if (end - at >= kWord && b.find(a.substr(at, end - at)) != b.npos) {
      return true;
    }
    at = end + 1;
  }
  return false;
}

// What a heading is worth alone: the only one of its page that speaks of what
// the page's other titles speak of is what a reader takes for the title.
double HeadingTrust(size_t index, const Candidates& found,
                    const std::vector<Form>& forms) {
  const Candidate& candidate = found.titles[index];
  double trust = candidate.trust;
  const bool beside = found.IsBeside(candidate.node, kNoNode);
  if (candidate.detail != "h1") return beside ? trust / 4 : trust;
  size_t others = 0;
  bool shares = true;
  for (size_t i = 0; i < forms.size(); ++i) {
    if (i == index || forms[i].site) continue;
    if (found.titles[i].detail == "h1" &&
        !found.IsBeside(found.titles[i].node, kNoNode)) {
      ++others;
    }
    if (forms[i].family == kHeading) continue;
    const bool same = ShareWord(forms[i].key, forms[index].key) ||
                      ShareWord(forms[index].key, forms[i].key);
    if (!same) shares = false;
  }
  if (others > 0) trust /= beside ? 4 : 2;
  return shares ? trust : trust / 2;
}

// Where the page shows both halves of its <title> ("The bridge | Ada's blog"),
// the h1 may be either of them: with the first one in the h1 the other is the
// site, and so is a shorter second one.
class TitleHalves {
 public:
  TitleHalves(const Candidates& found, std::vector<Form>* forms)
      : found_(found), forms_(*forms) {}

  void MarkSites(std::string_view title) {
    const std::vector<Piece> pieces = Pieces(title);
    for (size_t i = 0; i + 1 < pieces.size(); ++i) {
      const std::string_view first = TextOf(title, pieces, 0, i);
      const std::string_view second =
          TextOf(title, pieces, i + 1, pieces.size() - 1);
      const std::string first_key = TextKey(first);
      const std::string second_key = TextKey(second);
      if (first_key.empty() || second_key.empty()) continue;
      if (Shows("h1", first_key, false)) {
        Mark("repeated by title", second_key);
      } else if (first.size() > second.size() &&
                 Shows("repeated by title", first_key, false) &&
                 Shows("h1", second_key, true)) {
        Mark("h1", second_key);
      }
    }
  }

 private:
  bool Is(size_t index, std::string_view detail, const std::string& key,
          bool longer) const {
    return found_.titles[index].detail == detail &&
           (forms_[index].key == key ||
            (longer && forms_[index].key.starts_with(key + ' ')));
  }

  bool Shows(std::string_view detail, const std::string& key,
             bool longer) const {
    for (size_t i = 0; i < forms_.size(); ++i) {
      if (Is(i, detail, key, longer)) return true;
    }
    return false;
  }

  void Mark(std::string_view detail, const std::string& key) {
    for (size_t i = 0; i < forms_.size(); ++i) {
      if (Is(i, detail, key, detail == "h1")) forms_[i].site = true;
    }
  }

  const Candidates& found_;
  std::vector<Form>& forms_;
};

void MarkBlogNames(const Candidates& found, std::vector<Form>* forms) {
  for (const Candidate& candidate : found.titles) {
    if (candidate.detail == "title" &&
        candidate.source == v1::Provenance::HTML) {
      TitleHalves(found, forms).MarkSites(PlainText(candidate.text));
    }
  }
}

double Score(size_t index, const std::vector<double>& trusts,
             const std::vector<Form>& forms) {
  const Form& form = forms[index];
  if (form.site) return 0;
  std::array<double, kFamilies> votes = {};
  for (size_t i = 0; i < forms.size(); ++i) {
    double vote = trusts[i];
    if (i != index) vote *= Support(form, forms[i]);
    votes[forms[i].family] = std::max(votes[forms[i].family], vote);
  }
  double score = 0;
  for (const double vote : votes) score += vote;
  return score;
}

}  // namespace

SiteNames NamesOfSite(const Candidates& found, std::string_view host) {
  SiteNames names;
  for (const Candidate& name : found.site_names) {
    std::string key = TextKey(PlainText(name.text));
    if (!key.empty()) names.keys.push_back(std::move(key));
  }
  for (const Candidate& name : found.sections) {
    std::string key = TextKey(PlainText(name.text));
    if (!key.empty()) names.sections.push_back(std::move(key));
  }
  for (const std::string_view prefix : {"www.", "m.", "amp.", "mobile."}) {
    if (host.starts_with(prefix)) host.remove_prefix(prefix.size());
  }
  if (host.empty()) return names;
  names.keys.push_back(TextKey(host));
  // "news.example.co.uk": each label but the last may be the name.
  size_t begin = 0;
  for (size_t dot = host.find('.'); dot != std::string_view::npos;
       dot = host.find('.', begin)) {
    const std::string_view label = host.substr(begin, dot - begin);
    if (!IsPublicLabel(label)) names.keys.push_back(TextKey(label));
    begin = dot + 1;
  }
  return names;
}

std::string WithoutSites(std::string_view title, const SiteNames& names) {
  constexpr size_t kHeadline = 24;  // bytes: eight ideographs
  const std::string_view text = TrimBlanks(title);
  const std::vector<Piece> pieces = Pieces(text);
  size_t first = 0;
  size_t last = pieces.size() - 1;
  while (last > first && NamesSite(TextOf(text, pieces, last, last), names)) {
    --last;
  }
  while (last > first &&
         NamesSection(TextOf(text, pieces, last, last), names)) {
    --last;
  }
  while (first < last && NamesSite(TextOf(text, pieces, first, first), names)) {
    ++first;
  }
  const std::string_view head = TextOf(text, pieces, first, first);
  const std::string_view rest = TextOf(text, pieces, first, last);
  const bool ideographs =
      IdeographAt(head, 0, false) && IdeographAt(head, head.size(), true);
  const bool headline =
      head.size() >= kHeadline && head.size() * 2 >= rest.size();
  return std::string(ideographs && headline ? head : rest);
}

Decision DecideTitle(const Candidates& found, std::string_view host) {
  const SiteNames sites = NamesOfSite(found, host);
  std::vector<Form> forms;
  for (const Candidate& candidate : found.titles) {
    forms.push_back(MakeForm(candidate, sites));
  }
  MarkBlogNames(found, &forms);
  Decision decision;
  decision.scores.resize(forms.size());
  std::vector<double> trusts;
  for (size_t i = 0; i < forms.size(); ++i) {
    trusts.push_back(forms[i].family == kHeading ? HeadingTrust(i, found, forms)
                                                 : found.titles[i].trust);
  }
  for (size_t i = 0; i < forms.size(); ++i) {
    decision.scores[i] = Score(i, trusts, forms);
    if (decision.scores[i] <= 0) continue;
    if (!decision.decided() ||
        decision.scores[i] > decision.scores[decision.winner]) {
      decision.winner = i;
    }
  }
  if (!decision.decided()) return decision;
  decision.value = WithoutSoftHyphens(forms[decision.winner].text);
  return decision;
}

NodeId FindHeading(const Candidates& found, const Decision& title) {
  if (!title.decided()) return kNoNode;
  const std::string key = TextKey(title.value);
  NodeId best = kNoNode;
  int trust = 0;
  for (size_t i = 0; i < found.titles.size(); ++i) {
    const Candidate& candidate = found.titles[i];
    if (candidate.node == kNoNode || candidate.detail == "title") continue;
    const std::string other = TextKey(candidate.text);
    const bool same =
        other == key || (key.size() > 20 && other.find(key) != other.npos);
    // Without its text, an h1 is still the best guess.
    const int worth = same ? candidate.trust + 100
                      : candidate.detail == "h1" && !candidate.beside ? 1
                                                                      : 0;
    if (worth <= trust) continue;
    trust = worth;
    best = candidate.node;
  }
  return best;
}

}  // namespace newsmill
