#include "core/bus/bus.h"

namespace newsmill {

const std::string* Message::FindHeader(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.name == name) return &header.value;
  }
  return nullptr;
}

}  // namespace newsmill
