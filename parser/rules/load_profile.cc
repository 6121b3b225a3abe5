#include "parser/rules/load_profile.h"

#include "parser/rules/rule_tables.h"

namespace newsmill::rules {
namespace {

size_t LoadLength(TableReader* reader, std::string_view key, size_t fallback) {
  const auto value = reader->Integer(key);
  if (!value) return fallback;
  if (*value > 0) return static_cast<size_t>(*value);
  reader->reporter().Report(
      reader->line(),
      reader->what() + ": \"" + std::string(key) + "\" must be at least 1");
  return fallback;
}

// An expression whose groups are used must have them.
void NeedGroups(const Pattern& pattern, int groups, int line,
                const std::string& what, Reporter* reporter) {
  if (pattern == nullptr || pattern->NumberOfCapturingGroups() >= groups) {
    return;
  }
  reporter->Report(line, what + ": expression '" + pattern->pattern() +
                             "' needs " + std::to_string(groups) +
                             (groups == 1 ? " group" : " groups"));
}

void LoadCaption(const TomlNode& table, Profile* profile, Reporter* reporter) {
  TableReader reader(table, CaptionTable(), "caption", reporter);
  profile->captions = reader.CssList("css");
  profile->caption_text = reader.Regex("matches");
  profile->caption_credit = reader.Regex("credit");
  NeedGroups(profile->caption_credit, 1, table.line, "caption.credit",
             reporter);
  profile->caption_max_length = LoadLength(&reader, "max_length", 60);
  reader.Finish();
}

void LoadSubheading(const TomlNode& table, Profile* profile,
                    Reporter* reporter) {
  TableReader reader(table, SubheadingTable(), "subheading", reporter);
  profile->subheadings = reader.CssList("css");
  profile->subheading_max_length = LoadLength(&reader, "max_length", 40);
  profile->subheading_not_ending = reader.String("not_ending");
  reader.Finish();
}

}  // namespace

Profile LoadProfile(const std::string& name, const TomlNode& table,
                    Reporter* reporter) {
  TableReader reader(table, ProfileTable(), "[profile." + name + "]", reporter);
  Profile profile;
  profile.name = name;
  profile.drop = reader.CssList("drop");
  profile.break_at = reader.Strings("break_at");
  profile.image_src = reader.Strings("image_src");
  if (profile.image_src.empty()) profile.image_src = {"src"};
  if (const auto* caption = reader.Get("caption", TomlNode::Type::kTable)) {
    LoadCaption(*caption, &profile, reporter);
  }
  if (const auto* heading = reader.Get("subheading", TomlNode::Type::kTable)) {
    LoadSubheading(*heading, &profile, reporter);
  }
  profile.original_title = reader.RegexList("original_title");
  for (const Pattern& pattern : profile.original_title) {
    NeedGroups(pattern, 1, table.line, "original_title", reporter);
  }
  profile.editor_note = reader.RegexList("editor_note");
  profile.boilerplate = reader.RegexList("boilerplate");
  profile.credits = reader.RegexList("credits");
  profile.dateline = reader.Regex("dateline");
  NeedGroups(profile.dateline, 1, table.line, "dateline", reporter);
  reader.Finish();
  return profile;
}

PostSteps LoadPostSteps(const TomlNode& table, Reporter* reporter) {
  TableReader reader(table, PostTable(), "[post]", reporter);
  PostSteps post;
  post.byline_person = reader.RegexList("byline_person");
  for (const Pattern& pattern : post.byline_person) {
    NeedGroups(pattern, 1, table.line, "byline_person", reporter);
  }
  post.byline_slash = reader.Regex("byline_slash");
  NeedGroups(post.byline_slash, 2, table.line, "byline_slash", reporter);
  post.byline_slash_roles = reader.Strings("byline_slash_roles");
  post.byline_role_words = reader.Strings("byline_role_words");
  if (const auto* node =
          reader.Get("byline_organization", TomlNode::Type::kString)) {
    post.byline_organization = node->text == "source_organization";
    if (!post.byline_organization && node->text != "ignore") {
      reporter->Report(node->line,
                       "byline_organization must be \"source_organization\" "
                       "or \"ignore\"");
    }
  }
  post.truncated_headline = reader.Regex("truncated_headline");
  reader.Finish();
  return post;
}

}  // namespace newsmill::rules
