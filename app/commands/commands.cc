#include "app/commands/commands.h"

namespace newsmill {

std::vector<CommandPtr> AllCommands() {
  using Make = CommandPtr (*)();
  constexpr Make kCommands[] = {
      MakeRun,
      MakeCrawl,
      MakeExtract,
      MakeEnqueue,
      MakeFetcher,
      MakeParser,
      MakeParserTrial,
      MakeSink,
      MakeArticlesList,
      MakeArticlesShow,
      MakeArticlesSimilar,
      MakeArticlesAccept,
      MakeArticlesExport,
      MakeBatchList,
      MakeBatchShow,
      MakeWhere,
      MakeAudit,
      MakeDeadList,
      MakeDeadShow,
      MakeDeadDrop,
      MakeDeadReplay,
      MakeReplayPlan,
      MakeReplayRun,
      MakeReplayStatus,
      MakeReplayList,
      MakeReplayCancel,
      MakeHostsList,
      MakeHostsShow,
      MakeHostsPause,
      MakeHostsResume,
      MakeHostsBlock,
      MakeHostsRate,
      MakeTopicsCreate,
      MakeTopicsCheck,
      MakeTopicsList,
      MakeTopicsLag,
      MakeTopicsPlan,
      MakeTopicsTail,
      MakeRobots,
      MakeRulesNew,
      MakeRulesCheck,
      MakeRulesTest,
      MakeRulesExplain,
      MakeRulesCoverage,
      MakeStoreStatus,
      MakeStoreMigrate,
      MakeConfigCheck,
      MakeConfigShow,
      MakeConfigDefaults,
      MakeConfigReference,
      MakeDocsOutcomes,
      MakeDocsRules,
      MakeVersion,
  };
  std::vector<CommandPtr> commands;
  for (const Make make : kCommands) commands.push_back(make());
  return commands;
}

std::vector<CommandGroup> AllGroups() {
  return {
      {"Work:", ""},
      {"run", ""},
      {"crawl", ""},
      {"extract", ""},
      {"enqueue", ""},
      {"Results:", ""},
      {"articles", "list, show, compare, accept or export what was stored"},
      {"batch", "list or show batches of tasks"},
      {"where", ""},
      {"audit", ""},
      {"dead", "list, show, replay or drop what could not be worked on"},
      {"replay", "work again on what stands on the log"},
      {"Workers, each a process of its own:", ""},
      {"fetcher", ""},
      {"parser", ""},
      {"sink", ""},
      {"Upkeep:", ""},
      {"hosts", "list or show hosts; pause, resume, block or slow them"},
      {"robots", ""},
      {"topics", "plan, create, check, list, tail the log's topics"},
      {"store", "see or migrate the store's schema"},
      {"rules", "write, check, test, explain or count the site rules"},
      {"config", "check or show the configuration"},
      {"version", ""},
  };
}

}  // namespace newsmill
