#include "app/cli/command_options.h"

#include <charconv>

#include <CLI/CLI.hpp>

#include "core/base/nearest.h"

namespace newsmill {
namespace {

constexpr int kOptionColumn = 34;
// Far below the type's range, so that nothing a command adds overflows.
constexpr int64_t kMostNumber = 1'000'000'000'000'000;

// Arguments over a CLI11 application.
class CliArguments : public Arguments {
 public:
  explicit CliArguments(CLI::App& app) : app_(app) {}

  void Flag(const std::string& name, bool* target,
            const std::string& help) override {
    app_.add_flag(name, *target, help);
  }
  void Option(const std::string& name, const std::string& value,
              std::string* target, const std::string& help) override {
    app_.add_option(name, *target, help)->option_text(value);
  }
  void Option(const std::string& name, const std::string& value,
              std::vector<std::string>* target,
              const std::string& help) override {
    app_.add_option(name, *target, help)
        ->option_text(value)
        ->allow_extra_args(false);  // one value each time it is given
  }
  void Option(const std::string& name, const std::string& value,
              std::optional<int64_t>* target,
              const std::string& help) override {
    Function(name, value, help, [target, name](const std::string& text) {
      int64_t number = 0;
      const auto [end, error] =
          std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size() ||
          number < 0 || number > kMostNumber) {
        throw CLI::ValidationError(
            name, "'" + text + "' is not a whole number from 0 to " +
                      std::to_string(kMostNumber));
      }
      *target = number;
    });
  }
  void Option(const std::string& name, const std::string& value,
              std::optional<Duration>* target,
              const std::string& help) override {
    Function(name, value, help, [target, name](const std::string& text) {
      const Result<Duration> duration = ParseDuration(text);
      if (!duration) {
        throw CLI::ValidationError(name, duration.error().message);
      }
      *target = *duration;
    });
  }
  void Positional(const std::string& value, std::string* target, bool required,
                  const std::string& help) override {
    app_.add_option(value, *target, help)->required(required)->option_text(" ");
  }
  void Positional(const std::string& value, std::vector<std::string>* target,
                  const std::string& help) override {
    app_.add_option(value, *target, help)->option_text("...");
  }

 private:
  void Function(const std::string& name, const std::string& value,
                const std::string& help,
                const std::function<void(const std::string&)>& set) {
    app_.add_option_function<std::string>(name, set, help)->option_text(value);
  }

  CLI::App& app_;
};

void DeclareGlobal(CLI::App& app, GlobalOptions* options) {
  const std::string group = "Everywhere";
  app.add_option("--config", options->config_file,
                 "configuration (default: ./newsmill.toml, if there)")
      ->option_text("FILE")
      ->group(group);
  app.add_option("--data", options->data_dir,
                 "folder of embedded log and store (default: ./newsmill-data)")
      ->option_text("DIR")
      ->group(group);
  app.add_option("--set", options->sets,
                 "one key of the configuration, such as fetcher.host_delay=2s")
      ->option_text("KEY=VALUE")
      ->allow_extra_args(false)
      ->group(group);
  app.set_help_flag("-h,--help", "this text")->group(group);
}

std::string UnexpectedArgument(const CLI::App& app) {
  const std::string word = app.remaining().empty() ? "" : app.remaining()[0];
  if (!word.starts_with('-')) return "unexpected argument '" + word + "'";
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      known.push_back("--" + name);
    }
  }
  const std::string flag = word.substr(0, word.find('='));
  const std::string nearest = Nearest(flag, known);
  return "unknown option '" + flag + "'" +
         (nearest.empty() ? "" : "; did you mean " + nearest + "?");
}

// The library counts ("At Most 1 required but received 2").
std::string MismatchText(const CLI::App& app,
                         const CLI::ArgumentMismatch& error) {
  for (const CLI::Option* option : app.get_options()) {
    const bool once = option->get_items_expected_max() <= 1;
    if (once && option->count() > 1) {
      return option->get_name() + " is given " +
             std::to_string(option->count()) + " times; expected once";
    }
  }
  return error.what();
}

}  // namespace

OptionsResult ParseOptions(Command& command,
                           const std::vector<std::string>& arguments,
                           GlobalOptions* options) {
  std::string about = command.summary();
  if (!about.ends_with('?')) about += '.';
  CLI::App app(about, "newsmill " + command.name());
  app.get_formatter()->column_width(kOptionColumn);
  CliArguments declared(app);
  command.Declare(declared);
  DeclareGlobal(app, options);
  try {  // the library's border: it speaks in exceptions
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    return {};
  } catch (const CLI::CallForHelp&) {
    return {.help = true, .text = app.help(), .error = ""};
  } catch (const CLI::ExtrasError&) {
    return {.help = false, .text = "", .error = UnexpectedArgument(app)};
  } catch (const CLI::ArgumentMismatch& error) {
    return {.help = false, .text = "", .error = MismatchText(app, error)};
  } catch (const CLI::ParseError& error) {
    return {.help = false, .text = "", .error = error.what()};
  }
}

}  // namespace newsmill
