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

}  // namespace newsmill
