#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "newsmill/v1/article.pb.h"
#include "parser/rules/rule.h"

namespace newsmill::rules {

// The names in "甲、乙", "（甲 乙）" or "甲_NB123": split at separators and,
// where no name is of Latin letters, at blanks; without brackets and staff
// numbers. A bare staff number ("HN666") is no name.
std::vector<std::string> ParseNames(std::string_view text);

// Reads the byline that the article has by now: its people become authors; what
// names no person is an organisation and, if the rule says so, the source where
// the page names none. Adds provenance.
void ReadByline(const PostSteps& post, v1::Article* article);

// A headline that was cut ("…") becomes the original title that it starts.
void CompleteHeadline(const PostSteps& post, v1::Article* article);

}  // namespace newsmill::rules
