#include "parser/extract/decide_authors.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "parser/extract/article_filler.h"
#include "parser/extract/byline_markup.h"
#include "parser/extract/names.h"
#include "parser/extract/text_key.h"

namespace newsmill {
namespace {

constexpr double kLeastScore = 14;

enum Family { kStructured, kMeta, kVisible };

// The names of one place.
struct List {
  size_t candidate = 0;  // the first that it is made of
  Family family = kStructured;
  std::vector<v1::Person> people;
  std::set<std::string> keys;
  double score = 0;   // alone
  double agreed = 0;  // with what others say
};

bool IsSite(const std::string& key, const SiteNames& sites) {
  std::string tight;
  for (const char c : key) {
    if (c != ' ') tight += c;
  }
  return std::any_of(sites.keys.begin(), sites.keys.end(),
                     [&](const std::string& site) {
                       std::string other;
                       for (const char c : site) {
                         if (c != ' ') other += c;
                       }
                       return tight == other;
                     });
}

// "TNN", "APA": the short name of an agency.
bool IsAcronym(std::string_view name) {
  return name.size() >= 2 && name.size() <= 5 &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c >= 'A' && c <= 'Z'; });
}

// How much the kinds of its names say for a list.
struct Kinds {
  int persons = 0;
  int singles = 0;
  int groups = 0;
  int sites = 0;

  double factor() const {
    if (persons > 0) return 1;
    if (singles > 0) return 0.75;
    return groups > 0 ? 0.5 : 0.3;
  }
};

class Reader {
 public:
  Reader(const Candidates& found, const SiteNames& sites, NodeId heading)
      : found_(found), sites_(sites), heading_(heading) {}

  std::vector<List> Run() {
    std::vector<List> lists;
    for (size_t i = 0; i < found_.authors.size(); ++i) {
      const PersonCandidate& candidate = found_.authors[i];
      if (i == 0 || candidate.list != found_.authors[i - 1].list) Begin(i);
      Read(candidate);
      const bool last = i + 1 == found_.authors.size() ||
                        found_.authors[i + 1].list != candidate.list;
      if (last && End()) lists.push_back(std::move(list_));
    }
    return lists;
  }

 private:
  void Begin(size_t index) {
    list_ = {};
    list_.candidate = index;
    const Candidate& candidate = found_.authors[index];
    list_.family = candidate.source == v1::Provenance::JSON_LD ? kStructured
                   : candidate.node == kNoNode                 ? kMeta
                                                               : kVisible;
    kinds_ = {};
    groups_.clear();
    labelled_ = mixed_ = false;
  }

  void Read(const PersonCandidate& candidate) {
    const std::string text =
        candidate.node == kNoNode ? PlainText(candidate.text) : candidate.text;
    if (candidate.organization) {
      const bool good = !text.empty() && !ReadNames(text).names.empty();
      if (good) Add({text, NameKind::kGroup}, candidate.url);
      return;
    }
    const Byline byline =
        list_.family == kVisible ? ReadShown(candidate) : ReadNames(text);
    labelled_ = labelled_ || byline.labelled;
    mixed_ = mixed_ || byline.mixed;
    const bool one = byline.names.size() == 1;
    for (const Name& name : byline.names) {
      Add(name, one ? candidate.url : std::string());
    }
  }

  // A link to "the author" names somebody however the name is written: "ada22",
  // "the web team".
  static Byline ReadShown(const PersonCandidate& candidate) {
    constexpr size_t kLongest = 40;  // bytes
    Byline byline = ReadByline(candidate.text);
    const bool said = candidate.detail == "a[rel=author]" ||
                      candidate.detail == "[itemprop=author]";
    if (!byline.names.empty() || !said || candidate.text.size() > kLongest ||
        candidate.text.find('\n') != candidate.text.npos) {
      return byline;
    }
    byline = ReadNames(candidate.text);
    if (byline.names.size() != 1) byline.names.clear();
    byline.mixed = true;
    return byline;
  }

  void Add(const Name& name, const std::string& url) {
    std::string key = TextKey(name.text);
    if (key.empty()) return;
    if (IsSite(key, sites_)) {
      ++kinds_.sites;
    } else if (name.kind == NameKind::kPerson) {
      ++kinds_.persons;
    } else {
      const bool single =
          name.kind == NameKind::kSingle && !IsAcronym(name.text);
      ++(single ? kinds_.singles : kinds_.groups);
      if (!single) groups_.insert(key);
    }
    if (!list_.keys.insert(std::move(key)).second) return;
    v1::Person person;
    person.set_name(name.text);
    person.set_url(url);
    list_.people.push_back(std::move(person));
  }

  bool End() {
    if (list_.people.empty()) return false;
    const bool only_site =
        kinds_.sites == static_cast<int>(list_.people.size());
    // A byline or a tag with the site's name says nothing, with its town
    // neither; a statement that an organisation is the author does.
    const bool says_site =
        kinds_.sites > 0 && kinds_.persons == 0 && kinds_.groups == 0;
    if (says_site && list_.family != kStructured) return false;
    if (!only_site && kinds_.sites > 0) {
      Drop([&](const std::string& key) { return IsSite(key, sites_); });
    }
    // "Ada Byron / WIRE": in what stands on the page an agency behind a person
    // says where she works.
    if (list_.family == kVisible && kinds_.persons > 0 && kinds_.groups > 0) {
      Drop([&](const std::string& key) { return groups_.count(key) > 0; });
    }
    const Candidate& candidate = found_.authors[list_.candidate];
    list_.score = candidate.trust * kinds_.factor();
    if (list_.family == kVisible) list_.score *= PlaceFactor(candidate);
    return true;
  }

  template <typename Unwanted>
  void Drop(Unwanted unwanted) {
    std::vector<v1::Person> kept;
    for (v1::Person& person : list_.people) {
      const std::string key = TextKey(person.name());
      if (unwanted(key)) {
        list_.keys.erase(key);
      } else {
        kept.push_back(std::move(person));
      }
    }
    list_.people = std::move(kept);
  }

  double PlaceFactor(const Candidate& candidate) const {
    constexpr NodeId kNear = 200;
    double factor = candidate.beside ? 0.3 : 1;
    if (labelled_) {
      factor *= 1.25;
    } else {
      if (mixed_) factor *= 0.8;
      if (kinds_.persons == 0) factor *= 0.6;
    }
    if (heading_ == kNoNode) return factor;
    const bool maybe_subject = candidate.detail == kNamedPerson;
    const bool before = candidate.node < heading_;
    const NodeId distance =
        before ? heading_ - candidate.node : candidate.node - heading_;
    if (distance <= kNear / (before ? 2 : 1)) return factor * 1.1;
    if (maybe_subject) return factor * 0.2;
    if (before) return factor * 0.6;
    return distance > 10 * kNear ? factor * 0.6 : factor * 0.9;
  }

  const Candidates& found_;
  const SiteNames& sites_;
  const NodeId heading_;
  List list_;
  Kinds kinds_;
  bool labelled_ = false;
  bool mixed_ = false;
  std::set<std::string> groups_;
};

// The share of names that two lists have in common.
double Common(const List& a, const List& b) {
  size_t common = 0;
  for (const std::string& key : a.keys) common += b.keys.count(key);
  const size_t all = a.keys.size() + b.keys.size() - common;
  return all == 0 ? 0 : static_cast<double>(common) / static_cast<double>(all);
}

// Behind the article, where comments and other articles name people, too: those
// that all links to an author agree on.
const List* OnlyLinked(const std::vector<List>& lists,
                       const Candidates& found) {
  constexpr double kLeast = 6;
  const List* only = nullptr;
  for (const List& list : lists) {
    const std::string_view detail = found.authors[list.candidate].detail;
    if (detail != "a[rel=author]" && detail != "[itemprop=author]") continue;
    if (list.agreed < kLeast) continue;
    if (only != nullptr && only->keys != list.keys) return nullptr;
    only = &list;
  }
  return only;
}

}  // namespace

AuthorsDecision DecideAuthors(const Candidates& found, const SiteNames& sites,
                              NodeId heading) {
  AuthorsDecision decision;
  decision.scores.resize(found.authors.size());
  std::vector<List> lists = Reader(found, sites, heading).Run();
  const List* best = nullptr;
  for (List& list : lists) {
    double votes[3] = {0, 0, 0};
    for (const List& other : lists) {
      if (&other == &list) continue;
      double& vote = votes[other.family];
      vote = std::max(vote, other.score * Common(list, other));
    }
    votes[list.family] = std::max(0.0, votes[list.family] * 0.2);
    list.agreed = list.score + (votes[0] + votes[1] + votes[2]) / 2;
    decision.scores[list.candidate] = list.agreed;
    if (list.agreed < kLeastScore) continue;
    if (best == nullptr || list.agreed > best->agreed) best = &list;
  }
  if (best == nullptr) best = OnlyLinked(lists, found);
  if (best == nullptr) return decision;
  decision.winner = best->candidate;
  decision.people = best->people;
  for (const v1::Person& person : best->people) {
    if (!decision.value.empty()) decision.value += "; ";
    decision.value += person.name();
  }
  return decision;
}

}  // namespace newsmill
