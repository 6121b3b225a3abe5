#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "parser/rules/finding.h"
#include "parser/rules/rule.h"

// The rule language: TOML, one file per site, sites/<site>/rule.toml.
//
//   schema = 1                      of this language
//   site = "thepaper"               the folder's name
//   revision = 1                    raised with every change (revisions.txt)
//   publisher = { name, alternate_name, url }
//   language = "zh-CN"              BCP 47
//   timezone = "+08:00"             of dates that name none
//   data = { css = "script#x", do = [...] }
//                                   JSON inside the page, for all pointers
//   [url], [fetch]                  read by core/sites
//   [[verdict]]                     name, when: pages that are no article;
//                                   tried in order, before the layouts
//   [[layout]]                      name, when, data, root, page_type; tried in
//                                   order, the first whose conditions hold
//   [layout.fields]                 field = [ source, … ]: the first source
//                                   with a value wins (of people: per role)
//   [layout.body]                   from = [ source, … ], profile = "name"
//   [profile.name]                  how a subtree becomes blocks
//   [post]                          what is made of byline and headline
//
// A source has one of  css = selector,  json = pointer (RFC 6901, below the
// layout's root),  meta = name (name or property, case ignored),
// url_id = true;  and may have  attr = name,  pick = "first" | "last" | "all" |
// n (from 1),  own_text = true,  text_matches = RE2,  each = "text" | "@attr" | pointer | { part =
// place or [places] }  (a value per element or item),  as = { part = place }
// (one value),  role = text,  do = [ steps ].
//
// Steps: strip_prefix:TEXT, match:RE2, split:RE2, replace:RE2=>TEXT, and the conversions date,
// count (1.2k, 3万), bool, not, abs_url, of which the one that the field's type
// asks for stands at the end (field_table.h).
//
// A condition has  css  with  exists, text_is or text_matches;  json  with
// exists, is or non_empty;  or  url_matches.
//
// Fields have the names of newsmill.v1.Article; parts of a message are written
// with a dot: article_section.name, source_organization.name. Images, videos,
// links and people are lists of objects with the parts of their messages.

namespace newsmill::rules {

inline constexpr int64_t kSchema = 1;

// Compiles the text of a rule. What is wrong is added to `findings`, each with
// its line; nullptr when anything is.
std::shared_ptr<const Rule> CompileRule(std::string_view text,
                                        const std::string& file,
                                        Findings* findings);

// The same of a file's text; the file's folder must have the site's name.
std::shared_ptr<const Rule> LoadRuleText(std::string_view text,
                                         const std::string& file,
                                         Findings* findings);

// The same from the file itself.
std::shared_ptr<const Rule> LoadRule(const std::string& file,
                                     Findings* findings);

}  // namespace newsmill::rules
