#pragma once

#include <optional>
#include <string_view>

#include "parser/extract/date_patterns.h"

namespace newsmill {

// The first date whose month is a word: "6 May 2024, 7:08 am", "6. Mai 2024 um
// 07:08 Uhr", "2024. május 6.", "le 6 mai 2024 à 7h08", "10:00 AM, May 6,
// 2024". Without `with_year`, one that names no year: "6 de mayo, 07:08".
std::optional<DateParts> FindNamedMonth(std::string_view text, bool with_year);

}  // namespace newsmill
