#pragma once

#include <string>

#include <google/protobuf/message.h>
#include <nlohmann/json_fwd.hpp>

namespace newsmill {

// A message with the field names of its proto file, in their order. As
// protobuf's own mapping, but 64-bit numbers are numbers and times always have
// milliseconds. Absent fields, empty lists and, where presence is not tracked,
// defaults are left out.
nlohmann::ordered_json MessageToJson(const google::protobuf::Message& message);

// On one line; bytes that are not UTF-8 are replaced.
std::string JsonLine(const nlohmann::ordered_json& json);
// Indented.
std::string JsonText(const nlohmann::ordered_json& json);

}  // namespace newsmill
