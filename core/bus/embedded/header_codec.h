#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/bus/bus.h"

namespace newsmill::embedded {

// Names and values, each after its length (a base-128 number, low bits first).
std::string EncodeHeaders(const std::vector<Header>& headers);
// What EncodeHeaders wrote; stops where the bytes end early.
std::vector<Header> DecodeHeaders(std::string_view bytes);

}  // namespace newsmill::embedded
