#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "newsmill/v1/article.pb.h"
#include "parser/html/document.h"

// Where on a page a value that was decided stands: sources in TOML, the most
// likely to last first. Guesses, to be tried.

namespace newsmill::rules {

// 'text' or "text" as TOML has it.
std::string TomlString(std::string_view text);

std::vector<std::string> HeadlineSources(const Document& document,
                                         const v1::Article& decided);
std::vector<std::string> DateSources(const Document& document,
                                     const v1::Article& decided);
std::vector<std::string> AuthorSources(const Document& document,
                                       const v1::Article& decided);

// The element that holds the body and how its parts are told apart.
struct BodyProposal {
  std::string selector;
  std::string profile;  // the lines of [profile.article] and its tables
};
std::vector<BodyProposal> BodyProposals(const Document& document,
                                        const v1::Article& decided);

}  // namespace newsmill::rules
