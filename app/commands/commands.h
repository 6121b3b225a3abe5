#pragma once

#include <vector>

#include "app/cli/command.h"
#include "app/cli/command_line.h"

namespace newsmill {

// Every command, in the order of the help. A further one is a file in this
// folder and a line in commands.cc.
std::vector<CommandPtr> AllCommands();
std::vector<CommandGroup> AllGroups();

CommandPtr MakeArticlesAccept();
CommandPtr MakeArticlesExport();
CommandPtr MakeArticlesHistory();
CommandPtr MakeArticlesList();
CommandPtr MakeArticlesShow();
CommandPtr MakeArticlesSimilar();
CommandPtr MakeAudit();
CommandPtr MakeBatchList();
CommandPtr MakeBatchShow();
CommandPtr MakeConfigCheck();
CommandPtr MakeConfigDefaults();
CommandPtr MakeConfigReference();
CommandPtr MakeConfigShow();
CommandPtr MakeCrawl();
CommandPtr MakeDeadDrop();
CommandPtr MakeDeadList();
CommandPtr MakeDeadShow();
CommandPtr MakeDocsOutcomes();
CommandPtr MakeDocsRules();
CommandPtr MakeEnqueue();
CommandPtr MakeErase();
CommandPtr MakeEraseStatus();
CommandPtr MakeExtract();
CommandPtr MakeFetcher();
CommandPtr MakeHostsBlock();
CommandPtr MakeHostsList();
CommandPtr MakeHostsPause();
CommandPtr MakeHostsRate();
CommandPtr MakeHostsResume();
CommandPtr MakeHostsShow();
CommandPtr MakeOffsetsAdopt();
CommandPtr MakeOffsetsReset();
CommandPtr MakeOffsetsShow();
CommandPtr MakeRevisitsCancel();
CommandPtr MakeRevisitsList();
CommandPtr MakeParser();
CommandPtr MakeParserTrial();
CommandPtr MakeDeadReplay();
CommandPtr MakeReplayCancel();
CommandPtr MakeReplayList();
CommandPtr MakeReplayPlan();
CommandPtr MakeReplayRun();
CommandPtr MakeReplayStatus();
CommandPtr MakeRobots();
CommandPtr MakeRulesCheck();
CommandPtr MakeRulesCoverage();
CommandPtr MakeRulesExplain();
CommandPtr MakeRulesNew();
CommandPtr MakeRulesTest();
CommandPtr MakeRun();
CommandPtr MakeSink();
CommandPtr MakeStoreMigrate();
CommandPtr MakeStoreStatus();
CommandPtr MakeTopicsCheck();
CommandPtr MakeTopicsCreate();
CommandPtr MakeTopicsLag();
CommandPtr MakeTopicsList();
CommandPtr MakeTopicsPlan();
CommandPtr MakeTopicsTail();
CommandPtr MakeVersion();
CommandPtr MakeWhere();

}  // namespace newsmill
