#include "core/runtime/log.h"

#include <atomic>
#include <memory>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "core/base/time.h"

namespace newsmill::log {
namespace {

struct State {
  std::atomic<Level> level{Level::kInfo};
  bool json = false;
  std::shared_ptr<spdlog::logger> logger;
};

std::shared_ptr<spdlog::logger> MakeLogger(bool json) {
  spdlog::sink_ptr sink;
  if (json) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_pattern("%v");
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-5!l%$ %v");
  }
  auto logger = std::make_shared<spdlog::logger>("newsmill", std::move(sink));
  logger->set_level(spdlog::level::trace);  // decided before, by Enabled
  logger->flush_on(spdlog::level::trace);
  return logger;
}

bool IsJson(Format format) {
  if (format == Format::kAuto) return isatty(STDERR_FILENO) == 0;
  return format == Format::kJson;
}

// Never destroyed: threads may log until the process ends.
State& GetState() {
  static auto* const shared = [] {
    auto* state = new State();
    state->json = IsJson(Format::kAuto);
    state->logger = MakeLogger(state->json);
    return state;
  }();
  return *shared;
}

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

const char* LevelName(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
  }
  return "error";
}

// Bytes from the network may be no UTF-8 at all.
std::string Dump(const nlohmann::ordered_json& value) {
  return value.dump(-1, ' ', false,
                    nlohmann::ordered_json::error_handler_t::replace);
}

nlohmann::ordered_json ToJson(const Field& field) {
  return std::visit([](const auto& v) { return nlohmann::ordered_json(v); },
                    field.value);
}

std::string JsonLine(Level level, std::string_view sentence, Fields fields) {
  nlohmann::ordered_json line;
  line["time"] = FormatRfc3339(Clock::System().Now());
  line["level"] = LevelName(level);
  line["message"] = sentence;
  for (const Field& field : fields)
    line[std::string(field.name)] = ToJson(field);
  return Dump(line);
}

// Quoted where a reader could not tell where the value ends.
std::string TextValue(const Field& field) {
  const auto* text = std::get_if<std::string>(&field.value);
  if (text == nullptr) return Dump(ToJson(field));
  bool plain = !text->empty();
  for (const unsigned char c : *text) {
    plain = plain && c > ' ' && c < 0x7f && c != '"' && c != '=';
  }
  return plain ? *text : Dump(ToJson(field));
}

std::string TextLine(std::string_view sentence, Fields fields) {
  std::string line(sentence);
  for (const Field& field : fields) {
    line += fmt::format("  {}={}", field.name, TextValue(field));
  }
  return line;
}

void Write(Level level, std::string_view sentence, Fields fields) {
  if (!Enabled(level)) return;
  const State& state = GetState();
  const std::string line = state.json ? JsonLine(level, sentence, fields)
                                      : TextLine(sentence, fields);
  state.logger->log(ToSpdlog(level), spdlog::string_view_t(line));
}

}  // namespace

void Configure(Level level, Format format) {
  State& state = GetState();
  state.level.store(level);
  state.json = IsJson(format);
  state.logger = MakeLogger(state.json);
}

bool Enabled(Level level) { return level >= GetState().level.load(); }

void Debug(std::string_view sentence, Fields fields) {
  Write(Level::kDebug, sentence, fields);
}
void Info(std::string_view sentence, Fields fields) {
  Write(Level::kInfo, sentence, fields);
}
void Warn(std::string_view sentence, Fields fields) {
  Write(Level::kWarn, sentence, fields);
}
void Error(std::string_view sentence, Fields fields) {
  Write(Level::kError, sentence, fields);
}

}  // namespace newsmill::log
