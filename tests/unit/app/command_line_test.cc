#include "app/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What the last parsed command was given.
struct Given {
  bool json = false;
  std::string key;
  std::vector<std::string> labels, targets;
  std::optional<int64_t> limit;
  std::optional<Duration> wait;
};

class FakeCommand : public Command {
 public:
  FakeCommand(std::string name, Given* given, bool hidden = false)
      : name_(std::move(name)), given_(given), hidden_(hidden) {}

  std::string name() const override { return name_; }
  std::string summary() const override { return "Do " + name_; }
  bool hidden() const override { return hidden_; }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &given_->json, "as JSON");
    arguments.Option("--key", "KEY", &given_->key, "a key");
    arguments.Option("--label", "K=V", &given_->labels, "a label");
    arguments.Option("--limit", "N", &given_->limit, "a limit");
    arguments.Option("--wait", "TIME", &given_->wait, "a time");
    arguments.Positional("TARGET", &given_->targets, "targets");
  }
  Result<ExitCode> Run(Context&) override { return kExitDone; }

 private:
  std::string name_;
  Given* given_;
  bool hidden_;
};

class CommandLineTest : public ::testing::Test {
 protected:
  CommandLineTest() {
    for (const char* name : {"run", "articles list", "articles show"}) {
      commands_.push_back(std::make_unique<FakeCommand>(name, &given_));
    }
    commands_.push_back(
        std::make_unique<FakeCommand>("articles secret", &given_, true));
  }

  std::variant<Invocation, Answer> Parse(
      const std::vector<std::string>& arguments) {
    return ParseCommandLine(
        arguments, commands_,
        {{"Work:", ""}, {"run", ""}, {"articles", "list or show articles"}});
  }
  Invocation Understand(const std::vector<std::string>& arguments) {
    auto parsed = Parse(arguments);
    const auto* answer = std::get_if<Answer>(&parsed);
    EXPECT_EQ(answer, nullptr) << answer->err << answer->out;
    return answer == nullptr ? std::get<Invocation>(parsed) : Invocation{};
  }
  Answer Refuse(const std::vector<std::string>& arguments) {
    auto parsed = Parse(arguments);
    EXPECT_TRUE(std::holds_alternative<Answer>(parsed));
    return std::get<Answer>(parsed);
  }

  Given given_;
  std::vector<CommandPtr> commands_;
};

TEST_F(CommandLineTest, FindsACommandOfOneAndOfTwoWords) {
  EXPECT_EQ(Understand({"run"}).command->name(), "run");
  EXPECT_EQ(Understand({"articles", "show"}).command->name(), "articles show");
  EXPECT_EQ(Understand({"articles", "secret"}).command->name(),
            "articles secret");
}

TEST_F(CommandLineTest, FindsACommandBelowOneOfTheSameName) {
  commands_.push_back(std::make_unique<FakeCommand>("run status", &given_));
  const auto parsed = Parse({"run", "status", "--json"});
  EXPECT_EQ(std::get<Invocation>(parsed).command->name(), "run status");
  const auto other = Parse({"run", "--key", "status", "thing"});
  EXPECT_EQ(std::get<Invocation>(other).command->name(), "run");
  EXPECT_THAT(given_.targets, ElementsAre("thing"));
}

TEST_F(CommandLineTest, TakesGlobalOptionsBeforeAndAfterTheCommand) {
  const Invocation before = Understand(
      {"--data", "D", "--set", "a.b=1", "articles", "--config", "C", "list"});
  EXPECT_EQ(before.command->name(), "articles list");
  EXPECT_EQ(before.options.data_dir, "D");
  EXPECT_EQ(before.options.config_file, "C");
  EXPECT_THAT(before.options.sets, ElementsAre("a.b=1"));
  const Invocation after =
      Understand({"run", "--data=D", "--set", "a.b=1", "--set", "c.d=x"});
  EXPECT_EQ(after.options.data_dir, "D");
  EXPECT_THAT(after.options.sets, ElementsAre("a.b=1", "c.d=x"));
}

TEST_F(CommandLineTest, FillsWhatTheCommandDeclared) {
  Understand({"run", "one", "--json", "--label", "a=1", "two", "--limit", "7",
              "--label", "b=2", "--wait", "1m30s", "--key", "k"});
  EXPECT_TRUE(given_.json);
  EXPECT_EQ(given_.key, "k");
  EXPECT_THAT(given_.labels, ElementsAre("a=1", "b=2"));
  EXPECT_THAT(given_.targets, ElementsAre("one", "two"));
  EXPECT_EQ(given_.limit, 7);
  EXPECT_EQ(given_.wait, Duration(90'000));
}

TEST_F(CommandLineTest, LeavesUntouchedWhatIsNotGiven) {
  Understand({"run"});
  EXPECT_FALSE(given_.limit.has_value());
  EXPECT_FALSE(given_.wait.has_value());
}

TEST_F(CommandLineTest, SuggestsTheNearestCommand) {
  const Answer answer = Refuse({"artcles", "list"});
  EXPECT_EQ(answer.exit_code, kExitUsage);
  EXPECT_THAT(answer.err, HasSubstr("unknown command 'artcles'; did you mean "
                                    "'articles'?"));
  EXPECT_THAT(answer.out, IsEmpty());
}

TEST_F(CommandLineTest, SuggestsTheNearestCommandOfAGroup) {
  const Answer answer = Refuse({"articles", "lst"});
  EXPECT_EQ(answer.exit_code, kExitUsage);
  EXPECT_THAT(answer.err, HasSubstr("did you mean 'list'?"));
}

TEST_F(CommandLineTest, SuggestsNothingThatIsFarOrHidden) {
  EXPECT_THAT(Refuse({"frobnicate"}).err, Not(HasSubstr("did you mean")));
  EXPECT_THAT(Refuse({"articles", "secre"}).err,
              Not(HasSubstr("did you mean")));
}

TEST_F(CommandLineTest, SuggestsTheNearestOption) {
  const Answer answer = Refuse({"run", "--lmit", "3"});
  EXPECT_EQ(answer.exit_code, kExitUsage);
  EXPECT_THAT(answer.err, HasSubstr("newsmill run: unknown option '--lmit'; "
                                    "did you mean --limit?"));
}

TEST_F(CommandLineTest, SaysWhatAValueShouldHaveBeen) {
  for (const char* text : {"many", "-1", "1.5", "", "99999999999999999999"}) {
    const Answer answer = Refuse({"run", "--limit", text});
    EXPECT_EQ(answer.exit_code, kExitUsage) << text;
    EXPECT_THAT(answer.err, HasSubstr("--limit")) << text;
  }
  EXPECT_THAT(Refuse({"run", "--wait", "soon"}).err, HasSubstr("soon"));
}

TEST_F(CommandLineTest, PrintsHelpWhenAsked) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"--help"}, {"-h"}, {"help"}}) {
    const Answer answer = Refuse(arguments);
    EXPECT_EQ(answer.exit_code, kExitDone);
    EXPECT_THAT(answer.out, HasSubstr("Work:"));
    EXPECT_THAT(answer.out, HasSubstr("run           Do run"));
    EXPECT_THAT(answer.out, HasSubstr("articles      list or show articles"));
  }
}

TEST_F(CommandLineTest, PrintsAGroupsHelpWithoutHiddenCommands) {
  const Answer answer = Refuse({"articles", "--help"});
  EXPECT_EQ(answer.exit_code, kExitDone);
  EXPECT_THAT(answer.out, HasSubstr("list          Do articles list"));
  EXPECT_THAT(answer.out, Not(HasSubstr("secret")));
}

TEST_F(CommandLineTest, PrintsACommandsHelp) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"articles", "list", "--help"}, {"help", "articles", "list"}}) {
    const Answer answer = Refuse(arguments);
    EXPECT_EQ(answer.exit_code, kExitDone);
    EXPECT_THAT(answer.out, HasSubstr("--label K=V"));
    EXPECT_THAT(answer.out, HasSubstr("--config FILE"));
  }
}

TEST_F(CommandLineTest, CallsForACommandWithExitCode64) {
  EXPECT_EQ(Refuse({}).exit_code, kExitUsage);
  EXPECT_EQ(Refuse({"articles"}).exit_code, kExitUsage);
  EXPECT_EQ(Refuse({"--frob"}).exit_code, kExitUsage);
}

}  // namespace
}  // namespace newsmill
