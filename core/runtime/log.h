#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

// Logs to stderr: lines for people on a terminal, one JSON object a line
// otherwise. A constant sentence, data in fields. INFO is life cycle, WARN
// recovered by itself, ERROR wants a person; a healthy record logs at DEBUG.
// Thread-safe.

namespace newsmill::log {

enum class Level { kDebug, kInfo, kWarn, kError };

struct Field {
  Field(std::string_view field_name, std::string_view v)
      : name(field_name), value(std::string(v)) {}
  Field(std::string_view field_name, const char* v)
      : name(field_name), value(std::string(v)) {}
  Field(std::string_view field_name, const std::string& v)
      : name(field_name), value(v) {}
  Field(std::string_view field_name, bool v) : name(field_name), value(v) {}
  Field(std::string_view field_name, double v) : name(field_name), value(v) {}
  template <typename Integer>
  requires std::is_integral_v<Integer> &&
      (!std::is_same_v<Integer, bool>)Field(std::string_view field_name,
                                            Integer v)
      : name(field_name), value(static_cast<int64_t>(v)) {}

  std::string_view name;
  std::variant<std::string, bool, double, int64_t> value;
};
using Fields = std::initializer_list<Field>;

enum class Format { kAuto, kText, kJson };

// Call once, before other threads start. Without it: INFO, automatic format.
void Configure(Level level, Format format);
bool Enabled(Level level);

void Debug(std::string_view sentence, Fields fields = {});
void Info(std::string_view sentence, Fields fields = {});
void Warn(std::string_view sentence, Fields fields = {});
void Error(std::string_view sentence, Fields fields = {});

}  // namespace newsmill::log
