#include "app/cli/command_line.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "app/cli/command_options.h"
#include "core/base/nearest.h"

namespace newsmill {
namespace {

constexpr int kNameColumn = 14;
constexpr char kIntroduction[] =
    "newsmill turns article IDs and URLs into article rows.\n"
    "\n"
    "  newsmill enqueue thepaper:2731010        put a task on the log\n"
    "  newsmill run --until-idle 5s             work off what is there\n"
    "  newsmill articles list                   see what came out\n";

bool TakesValue(const std::string& argument) {
  return argument == "--config" || argument == "--data" || argument == "--set";
}

bool IsHelp(const std::string& argument) {
  return argument == "--help" || argument == "-h" || argument == "help";
}

std::string FirstWord(const std::string& name) {
  return name.substr(0, name.find(' '));
}

std::string SecondWord(const std::string& name) {
  const size_t space = name.find(' ');
  return space == std::string::npos ? "" : name.substr(space + 1);
}

std::string HelpLine(const std::string& name, const std::string& summary) {
  std::ostringstream line;
  line << "  " << std::left << std::setw(kNameColumn) << name << summary
       << "\n";
  return line.str();
}

// One reading of the arguments.
class Dispatcher {
 public:
  Dispatcher(const std::vector<std::string>& arguments,
             const std::vector<CommandPtr>& commands,
             const std::vector<CommandGroup>& groups)
      : rest_(arguments), commands_(commands), groups_(groups) {}

  std::variant<Invocation, Answer> Dispatch() {
    const auto word = FindWord(0);
    if (word == rest_.end()) return WithoutCommand();
    const std::string name = *word;
    const size_t at = static_cast<size_t>(word - rest_.begin());
    rest_.erase(word);
    if (name == "help") return Help(at);
    if (Command* command = Find(name)) return Parse(*Further(command, at));
    if (IsGroup(name)) return DispatchGroup(name, at);
    return Unknown("command", name, RootWords(), "newsmill --help");
  }

 private:
  // The first argument from `start` on that is no option and no option's value.
  std::vector<std::string>::iterator FindWord(size_t start) {
    auto at = rest_.begin() + static_cast<std::ptrdiff_t>(start);
    while (at != rest_.end() && at->starts_with('-')) {
      const bool skip_value = TakesValue(*at) && at + 1 != rest_.end();
      at += skip_value ? 2 : 1;
    }
    return at;
  }

  std::variant<Invocation, Answer> WithoutCommand() {
    const bool asked = std::any_of(rest_.begin(), rest_.end(), IsHelp);
    if (asked) return Answer{kExitDone, RootHelp(), ""};
    for (const std::string& argument : rest_) {
      if (argument == "--version") {
        rest_.clear();
        return Parse(*Find("version"));
      }
      if (argument.starts_with('-') && !TakesValue(argument)) {
        return Usage("newsmill: unknown option '" + argument + "'",
                     "newsmill --help");
      }
    }
    return Answer{kExitUsage, RootHelp(), ""};
  }

  // `newsmill help articles list` is `newsmill articles list --help`.
  std::variant<Invocation, Answer> Help(size_t at) {
    if (FindWord(at) == rest_.end()) return Answer{kExitDone, RootHelp(), ""};
    rest_.emplace_back("--help");
    return Dispatch();
  }

  std::variant<Invocation, Answer> DispatchGroup(const std::string& group,
                                                 size_t at) {
    const auto word = FindWord(at);
    if (word == rest_.end()) {
      const bool asked = std::any_of(rest_.begin(), rest_.end(), IsHelp);
      return Answer{asked ? kExitDone : kExitUsage, GroupHelp(group), ""};
    }
    const std::string name = *word;
    rest_.erase(word);
    if (Command* command = Find(group + " " + name)) return Parse(*command);
    return Unknown(group + " command", name, WordsOf(group),
                   "newsmill " + group + " --help");
  }

  std::variant<Invocation, Answer> Parse(Command& command) {
    Invocation invocation{&command, {}};
    const OptionsResult parsed =
        ParseOptions(command, rest_, &invocation.options);
    if (parsed.help) return Answer{kExitDone, parsed.text, ""};
    if (parsed.error.empty()) return invocation;
    const std::string name = "newsmill " + command.name();
    return Usage(name + ": " + parsed.error, name + " --help");
  }

  // `erase KEY` is a command, and `erase status` another one.
  Command* Further(Command* command, size_t at) {
    if (at >= rest_.size()) return command;
    Command* const further = Find(command->name() + " " + rest_[at]);
    if (further == nullptr) return command;
    rest_.erase(rest_.begin() + static_cast<std::ptrdiff_t>(at));
    return further;
  }

  static Answer Usage(const std::string& what, const std::string& help) {
    return {kExitUsage, "", what + "\nSee " + help + ".\n"};
  }

  static Answer Unknown(const std::string& kind, const std::string& word,
                        const std::vector<std::string>& known,
                        const std::string& help) {
    const std::string nearest = Nearest(word, known);
    return Usage(
        "newsmill: unknown " + kind + " '" + word + "'" +
            (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"),
        help);
  }

  Command* Find(const std::string& name) const {
    for (const CommandPtr& command : commands_) {
      if (command->name() == name) return command.get();
    }
    return nullptr;
  }

  bool IsGroup(const std::string& word) const {
    return std::any_of(commands_.begin(), commands_.end(), [&](const auto& c) {
      return c->name().starts_with(word + " ");
    });
  }

  std::vector<std::string> RootWords() const {
    std::vector<std::string> words;
    for (const CommandPtr& command : commands_) {
      if (!command->hidden()) words.push_back(FirstWord(command->name()));
    }
    return words;
  }

  std::vector<std::string> WordsOf(const std::string& group) const {
    std::vector<std::string> words;
    for (const CommandPtr& command : commands_) {
      if (command->hidden() || FirstWord(command->name()) != group) continue;
      words.push_back(SecondWord(command->name()));
    }
    return words;
  }

  std::string GroupHelp(const std::string& group) const {
    std::string help = "Usage: newsmill " + group + " COMMAND\n\n";
    for (const CommandPtr& command : commands_) {
      if (command->hidden() || FirstWord(command->name()) != group) continue;
      help += HelpLine(SecondWord(command->name()), command->summary());
    }
    return help + "\nnewsmill " + group + " COMMAND --help says more.\n";
  }

  // In the order of the groups; a heading is a group whose name has a colon.
  std::string RootHelp() const {
    std::string help = kIntroduction;
    for (const CommandGroup& group : groups_) {
      if (group.name.ends_with(':')) {
        help += "\n" + group.name + "\n";
      } else if (const Command* command = Find(group.name)) {
        help += HelpLine(group.name, command->summary());
      } else {
        help += HelpLine(group.name, group.summary);
      }
    }
    return help +
           "\nnewsmill COMMAND --help says more; every command takes\n"
           "  --config FILE   --data DIR   --set section.key=value\n";
  }

  std::vector<std::string> rest_;
  const std::vector<CommandPtr>& commands_;
  const std::vector<CommandGroup>& groups_;
};

}  // namespace

std::variant<Invocation, Answer> ParseCommandLine(
    const std::vector<std::string>& arguments,
    const std::vector<CommandPtr>& commands,
    const std::vector<CommandGroup>& groups) {
  return Dispatcher(arguments, commands, groups).Dispatch();
}

}  // namespace newsmill
