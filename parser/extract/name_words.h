#pragma once

#include <string_view>

namespace newsmill {

// Vocabulary of bylines in the languages that news is written in. All words in
// lower case.

// "by", "von", "作者": what follows is a name.
bool IsByWord(std::string_view word);
// "posted", "kommentar", "text": may stand before a by-word or a colon.
bool IsLabelWord(std::string_view word);
// "on", "uhr", "mon": of the time that stands in a byline.
bool IsTimeWord(std::string_view word);
// "photo", "bild", "source": what follows is the name of someone else.
bool IsPictureWord(std::string_view word);
// "and", "und", "et": between two names.
bool IsAndWord(std::string_view word);
// "von", "de", "bin": part of a name though it begins small.
bool IsParticle(std::string_view word);
// "editor", "korrespondentin", "redaktion": no name, or the name of a desk.
bool IsRoleWord(std::string_view word);
bool IsGroupWord(std::string_view word);
// "admin", "name", "unknown": what forms and systems put where names belong.
bool IsNoName(std::string_view word);

}  // namespace newsmill
