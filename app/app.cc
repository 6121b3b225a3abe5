#include "app/app.h"

#include "app/cli/command_line.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "app/settings.h"
#include "core/runtime/log.h"

namespace newsmill {
namespace {

log::Level LevelOf(const std::string& name) {
  if (name == "debug") return log::Level::kDebug;
  if (name == "warn") return log::Level::kWarn;
  return name == "error" ? log::Level::kError : log::Level::kInfo;
}

log::Format FormatOf(const std::string& name) {
  if (name == "text") return log::Format::kText;
  return name == "json" ? log::Format::kJson : log::Format::kAuto;
}

ExitCode Fail(const Error& error) {
  Output& err = Output::Error();
  Output::Standard().Flush();
  err.Line(err.Styled(Style::kRed, "newsmill:") + " " + error.message);
  return ExitCodeFor(error.code);
}

int Print(const Answer& answer) {
  Output& out = Output::Standard();
  out.Write(answer.out);
  out.Flush();
  Output::Error().Write(answer.err);
  if (out.failed()) return Fail(OutputFailed());
  return answer.exit_code;
}

}  // namespace

int RunProgram(const std::vector<std::string>& arguments) {
  const std::vector<CommandPtr> commands = AllCommands();
  auto parsed = ParseCommandLine(arguments, commands, AllGroups());
  if (const auto* answer = std::get_if<Answer>(&parsed)) return Print(*answer);
  auto& invocation = std::get<Invocation>(parsed);

  Settings settings;
  const auto environment = ProcessEnvironment(&invocation.options);
  if (invocation.command->reads_settings()) {
    const auto loaded =
        LoadSettings(invocation.options, environment, &settings);
    if (!loaded) return Fail(loaded.error());
  }
  log::Configure(LevelOf(settings.logging_level),
                 FormatOf(settings.logging_format));

  Context context{settings, Output::Standard(), Output::Error(),
                  Clock::System()};
  const Result<ExitCode> code = invocation.command->Run(context);
  Output::Error().EndProgress();
  if (!code) return Fail(code.error());
  Output::Standard().Flush();
  return *code;
}

}  // namespace newsmill
