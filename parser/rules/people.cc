#include "parser/rules/people.h"

#include <algorithm>

#include "parser/html/regex_text.h"
#include "parser/html/text.h"
#include "parser/rules/provenance.h"

namespace newsmill::rules {
namespace {

std::vector<std::string> SplitAt(const RE2& separators, std::string_view text) {
  std::vector<std::string> pieces;
  re2::StringPiece rest = ForRegex(text);
  std::string piece;
  while (RE2::Consume(&rest, separators, &piece)) {
    const std::string_view trimmed = TrimBlanks(piece);
    if (!trimmed.empty()) pieces.emplace_back(trimmed);
  }
  return pieces;
}

bool HasLatinLetters(std::string_view text) {
  static const RE2 latin("[A-Za-z]{2}");
  return RE2::PartialMatch(ForRegex(text), latin);
}

// "甲", "甲 乙" (Chinese names only) and "John Smith".
void AddNames(std::string_view piece, std::vector<std::string>* names) {
  static const RE2 staff_number(R"(_?[A-Za-z]{1,3}\d+$)");
  static const RE2 blanks(R"([\s　]*([^\s　]+)[\s　]*)");
  std::string text(TrimBlanks(piece));
  RE2::Replace(&text, staff_number, "");
  const std::string_view name = TrimBlanks(text);
  if (name.empty()) return;
  if (HasLatinLetters(name)) {
    names->emplace_back(name);
    return;
  }
  for (std::string& part : SplitAt(blanks, name)) {
    names->push_back(std::move(part));
  }
}

void AddAuthor(const std::string& name, const std::string& role,
               v1::Article* article) {
  v1::Person* person = article->add_authors();
  person->set_name(name);
  person->set_role(role);
}

// "甲 通讯员 乙": a role word speaks of the names behind it.
void AddAuthors(const PostSteps& post, std::string_view text, std::string role,
                v1::Article* article) {
  const auto& words = post.byline_role_words;
  for (const std::string& name : ParseNames(text)) {
    if (std::find(words.begin(), words.end(), name) != words.end()) {
      role = name;
    } else {
      AddAuthor(name, role, article);
    }
  }
}

bool ReadPersonForm(const PostSteps& post, const std::string& byline,
                    v1::Article* article) {
  for (const Pattern& pattern : post.byline_person) {
    std::string names;
    if (!RE2::PartialMatch(byline, *pattern, &names)) continue;
    AddAuthors(post, names, "", article);
    return article->authors_size() > 0;
  }
  return false;
}

void SetSource(const std::string& name, v1::Article* article) {
  if (!article->source_organization().name().empty()) return;
  article->mutable_source_organization()->set_name(name);
  NoteDerived("source_organization.name", "byline", article);
}

// "甲/某报" names author and medium, "甲/整理" author and role.
bool ReadSlashForm(const PostSteps& post, const std::string& byline,
                   v1::Article* article) {
  std::string names;
  std::string right;
  if (post.byline_slash == nullptr ||
      !RE2::FullMatch(byline, *post.byline_slash, &names, &right)) {
    return false;
  }
  const std::string medium(TrimBlanks(right));
  const auto& roles = post.byline_slash_roles;
  const bool is_role =
      std::find(roles.begin(), roles.end(), medium) != roles.end();
  AddAuthors(post, names, is_role ? medium : "", article);
  if (!is_role) SetSource(medium, article);
  return true;
}

}  // namespace

std::vector<std::string> ParseNames(std::string_view text) {
  static const RE2 separators(
      R"([、，,；;&/|｜（）()\[\]【】]*([^、，,；;&/|｜（）()\[\]【】]+)[、，,；;&/|｜（）()\[\]【】]*)");
  std::vector<std::string> names;
  for (const std::string& piece : SplitAt(separators, text)) {
    AddNames(piece, &names);
  }
  return names;
}

void ReadByline(const PostSteps& post, v1::Article* article) {
  if (article->byline().empty() || article->authors_size() > 0) return;
  const std::string byline = article->byline();
  const bool people = ReadPersonForm(post, byline, article) ||
                      ReadSlashForm(post, byline, article);
  if (people) {
    NoteDerived("authors", "byline", article);
  } else if (post.byline_organization) {
    SetSource(byline, article);
  }
}

void CompleteHeadline(const PostSteps& post, v1::Article* article) {
  if (post.truncated_headline == nullptr ||
      article->alternative_headline().empty()) {
    return;
  }
  std::string start = article->headline();
  if (!RE2::Replace(&start, *post.truncated_headline, "")) return;
  const std::string& whole = article->alternative_headline();
  if (start.empty() || whole.compare(0, start.size(), start) != 0) return;
  article->set_headline(whole);
  NoteDerived("headline", "alternative_headline", article);
}

}  // namespace newsmill::rules
