#pragma once

#include <span>

#include "core/sites/rule_keys.h"

// Every table of a rule and every key in it, declared once: the loader reads no
// other, and docs/rules.md is written from here.

namespace newsmill::rules {

const RuleTable& TopTable();
const RuleTable& PublisherTable();
const RuleTable& DataTable();
const RuleTable& VerdictTable();
const RuleTable& ConditionTable();
const RuleTable& LayoutTable();
const RuleTable& SourceTable();
const RuleTable& BodyTable();
const RuleTable& BodySourceTable();
const RuleTable& ProfileTable();
const RuleTable& CaptionTable();
const RuleTable& SubheadingTable();
const RuleTable& PostTable();
const RuleTable& UsageTable();

// The steps of `do`; not keys, but declared in the same way.
const RuleTable& StepTable();
// The fields of an article that [layout.fields] may fill.
const RuleTable& FieldsTable();

// All of the above and those of core/sites, in the order of the document.
std::span<const RuleTable* const> AllTables();

}  // namespace newsmill::rules
