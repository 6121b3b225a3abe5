#include <unistd.h>

#include "app/commands/commands.h"
#include "parser/live_parser.h"
#include "parser/page_trial.h"

namespace newsmill {
namespace {

// What a parser starts to try a page in that may have ended a worker; speaks
// on the socket that is its standard input.
class ParserTrial : public Command {
 public:
  std::string name() const override { return "parser-trial"; }
  std::string summary() const override {
    return "Try pages that may have ended a parser; started by parsers";
  }
  bool hidden() const override { return true; }
  void Declare(Arguments&) override {}

  Result<ExitCode> Run(Context& context) override {
    const Settings& settings = context.settings;
    auto parser = LiveParser::Load(settings.parser, settings.SitePaths());
    if (!parser) return parser.error();
    const auto served =
        ServeTrials(STDIN_FILENO, settings.parser, **parser, context.clock);
    if (!served) return served.error();
    return kExitDone;
  }
};

}  // namespace

CommandPtr MakeParserTrial() { return std::make_unique<ParserTrial>(); }

}  // namespace newsmill
