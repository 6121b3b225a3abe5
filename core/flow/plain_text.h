#pragma once

#include <string>
#include <string_view>

namespace newsmill {

// Whether these bytes are UTF-8 without control characters (C0, DEL, C1).
bool IsPlainText(std::string_view bytes);

// The same text with U+FFFD for each byte that is not UTF-8. A message's string
// fields must be UTF-8, else nobody can read the record again; whoever puts a
// foreign text (a server's, a library's) into one passes it through here.
std::string ToValidUtf8(std::string_view bytes);

}  // namespace newsmill
