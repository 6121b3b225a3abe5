#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace newsmill {

// What an inflated body is, if it is surely no HTML page: "PDF", "PNG image",
// "JSON", "feed". By its first bytes; the Content-Type is believed only where
// they agree.
std::optional<std::string> ForeignMediaType(std::string_view body,
                                            std::string_view content_type);

// Whether the bytes are no text in `charset`: more control characters than any
// page has that somebody reads (WHATWG MIME Sniffing, section 3, calls them
// binary data bytes).
bool IsBinary(std::string_view body, std::string_view charset);

}  // namespace newsmill
