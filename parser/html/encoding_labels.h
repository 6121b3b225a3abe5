#pragma once

#include <span>
#include <string_view>

#include "parser/html/encoding.h"

namespace newsmill {

struct EncodingLabel {
  std::string_view label;  // lower case
  const Encoding* encoding;
};

// The table of section 4.2 of the WHATWG Encoding Standard, with the names that
// the detector uses besides.
std::span<const EncodingLabel> EncodingLabels();

}  // namespace newsmill
