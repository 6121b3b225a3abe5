#include <utility>

#include "app/commands/commands.h"
#include "app/documents.h"
#include "app/open.h"

namespace newsmill {
namespace {

// Prints one of the documents that are generated. What the user configured has
// no place in it.
class DocumentCommand : public Command {
 public:
  DocumentCommand(std::string name, std::string summary, std::string (*text)())
      : name_(std::move(name)), summary_(std::move(summary)), text_(text) {}

  std::string name() const override { return name_; }
  std::string summary() const override { return summary_; }
  bool hidden() const override { return true; }
  bool reads_settings() const override { return false; }
  void Declare(Arguments&) override {}

  Result<ExitCode> Run(Context& context) override {
    context.out.Write(text_());
    return Finished(context);
  }

 private:
  const std::string name_, summary_;
  std::string (*const text_)();
};

}  // namespace

CommandPtr MakeConfigDefaults() {
  return std::make_unique<DocumentCommand>(
      "config defaults", "Print a configuration file of all keys",
      DefaultConfiguration);
}

CommandPtr MakeConfigReference() {
  return std::make_unique<DocumentCommand>(
      "config reference", "Print docs/configuration.md", ConfigurationMarkdown);
}

CommandPtr MakeDocsOutcomes() {
  return std::make_unique<DocumentCommand>(
      "docs outcomes", "Print docs/outcomes.md", OutcomesMarkdown);
}

CommandPtr MakeDocsRules() {
  return std::make_unique<DocumentCommand>("docs rules", "Print docs/rules.md",
                                           RulesMarkdown);
}

}  // namespace newsmill
