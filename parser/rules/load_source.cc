#include "parser/rules/load_source.h"

#include <algorithm>

#include "parser/html/json_value.h"
#include "parser/rules/rule_tables.h"

namespace newsmill::rules {
namespace {

const std::vector<std::string>& StepNames() {
  static const std::vector<std::string> names = {
      "strip_prefix", "match", "split", "replace", "date",
      "count",        "bool",  "not",   "abs_url"};
  return names;
}

// "EXPRESSION=>TEXT".
std::optional<Step> LoadReplace(const std::string& argument, int line,
                                Reporter* reporter) {
  const size_t arrow = argument.find("=>");
  if (arrow == std::string::npos || arrow == 0) {
    reporter->Report(line,
                     "step \"replace\" needs an expression and a text: "
                     "\"replace:…=>…\"");
    return std::nullopt;
  }
  Step step;
  step.kind = Step::Kind::kReplace;
  step.text = argument.substr(arrow + 2);
  step.pattern = CompilePattern(argument.substr(0, arrow), line, reporter);
  if (step.pattern == nullptr) return std::nullopt;
  std::string fault;
  if (step.pattern->CheckRewriteString(step.text, &fault)) return step;
  reporter->Report(line,
                   "step \"replace\": text '" + step.text + "': " + fault);
  return std::nullopt;
}

std::optional<Step> LoadStep(const TomlNode& node, Reporter* reporter) {
  const size_t colon = node.text.find(':');
  const std::string name = node.text.substr(0, colon);
  const bool has_argument = colon != std::string::npos;
  const std::string argument =
      has_argument ? node.text.substr(colon + 1) : std::string();

  Step step;
  if (name == "strip_prefix" || name == "match" || name == "split") {
    if (argument.empty()) {
      reporter->Report(node.line, "step \"" + name + "\" needs a text behind " +
                                      "a colon: \"" + name + ":…\"");
      return std::nullopt;
    }
    step.kind = name == "strip_prefix" ? Step::Kind::kStripPrefix
                : name == "match"      ? Step::Kind::kMatch
                                       : Step::Kind::kSplit;
    step.text = argument;
    if (name == "strip_prefix") return step;
    step.pattern = CompilePattern(argument, node.line, reporter);
    if (step.pattern == nullptr) return std::nullopt;
    return step;
  }
  if (name == "replace") return LoadReplace(argument, node.line, reporter);
  const std::pair<const char*, Step::Kind> plain[] = {
      {"date", Step::Kind::kDate},
      {"count", Step::Kind::kCount},
      {"bool", Step::Kind::kBool},
      {"not", Step::Kind::kNot},
      {"abs_url", Step::Kind::kAbsoluteUrl}};
  for (const auto& [plain_name, kind] : plain) {
    if (name != plain_name || has_argument) continue;
    step.kind = kind;
    return step;
  }
  reporter->Report(node.line, "unknown step \"" + node.text + "\"" +
                                  DidYouMean(name, StepNames()));
  return std::nullopt;
}

// The conversions that a field's last step may be; empty: none is needed.
std::vector<Step::Kind> Conversions(FieldType type) {
  switch (type) {
    case FieldType::kDate:
      return {Step::Kind::kDate};
    case FieldType::kCount:
      return {Step::Kind::kCount};
    case FieldType::kBool:
      return {Step::Kind::kBool, Step::Kind::kNot};
    case FieldType::kUrl:
    case FieldType::kImageUrl:
      return {Step::Kind::kAbsoluteUrl};
    default:
      return {};
  }
}

const char* ConversionName(FieldType type) {
  switch (type) {
    case FieldType::kDate:
      return "date";
    case FieldType::kCount:
      return "count";
    case FieldType::kBool:
      return "bool";
    default:
      return "abs_url";
  }
}

void CheckConversion(const FieldInfo& field, const Source& source, int line,
                     Reporter* reporter) {
  const std::vector<Step::Kind> wanted = Conversions(field.type);
  if (wanted.empty() || source.kind == Source::Kind::kUrlId) return;
  if (!source.steps.empty() &&
      std::find(wanted.begin(), wanted.end(), source.steps.back().kind) !=
          wanted.end()) {
    return;
  }
  reporter->Report(line, "field " + std::string(field.name) +
                             ": the last step of \"do\" must be \"" +
                             ConversionName(field.type) + "\"");
}

void CheckPlace(const std::string& place, const Source& source, int line,
                Reporter* reporter) {
  if (source.kind == Source::Kind::kJson) {
    if (IsJsonPointer(place)) return;
    reporter->Report(
        line, "\"" + place + "\" is no JSON pointer (expected \"/key\")");
  } else if (place != "text" && !(place.size() > 1 && place[0] == '@')) {
    reporter->Report(line,
                     "\"" + place + "\": expected \"text\" or \"@attribute\"");
  }
}

void LoadPart(std::string name, const TomlNode& node, Source* source,
              Reporter* reporter) {
  Part part;
  part.name = std::move(name);
  if (node.type == TomlNode::Type::kString) part.places = {node.text};
  for (const TomlNode& item : node.items) {
    if (item.type == TomlNode::Type::kString) part.places.push_back(item.text);
  }
  if (part.places.empty()) {
    reporter->Report(node.line, "expected a place, or a list of places");
  }
  for (const std::string& place : part.places) {
    CheckPlace(place, *source, node.line, reporter);
  }
  source->parts.push_back(std::move(part));
}

// `each` and `as`: how one element or item becomes a value.
void LoadParts(const FieldInfo& field, const TomlNode& node, Source* source,
               Reporter* reporter) {
  const std::vector<std::string> known = field.PartNames();
  if (node.type != TomlNode::Type::kTable) {
    if (!known.empty() && field.type != FieldType::kPeople) {
      reporter->Report(node.line, "field " + std::string(field.name) +
                                      " needs a table of parts");
      return;
    }
    LoadPart("", node, source, reporter);
    return;
  }
  for (const TomlEntry& entry : node.entries) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      reporter->Report(entry.line, "field " + std::string(field.name) +
                                       " has no part \"" + entry.key + "\"" +
                                       DidYouMean(entry.key, known));
      continue;
    }
    LoadPart(entry.key, entry.value, source, reporter);
  }
}

// Which of the four kinds a source is of; false after a report.
bool LoadPlace(TableReader* reader, Source* source) {
  const std::vector<std::string> kinds = {"css", "json", "meta", "url_id"};
  const auto named = std::count_if(
      kinds.begin(), kinds.end(),
      [reader](const std::string& kind) { return reader->Has(kind); });
  const std::string css = reader->String("css");
  const std::string json = LoadPointer(reader, "json");
  const std::string meta = reader->String("meta");
  const bool url_id = reader->Bool("url_id").value_or(false);
  if (named != 1) {
    reader->reporter().Report(
        reader->line(),
        reader->what() + ": expected exactly one of css, json, meta, url_id");
    return false;
  }
  if (reader->Has("css")) {
    source->kind = Source::Kind::kCss;
    source->place = css;
    source->selector = reader->Css("css");
    return source->selector.has_value();
  }
  if (reader->Has("json")) {
    source->kind = Source::Kind::kJson;
    source->place = json;
    return true;
  }
  if (reader->Has("meta")) {
    source->kind = Source::Kind::kMeta;
    source->place = meta;
    return true;
  }
  source->kind = Source::Kind::kUrlId;
  return url_id;
}

void LoadPick(TableReader* reader, Source* source) {
  const TomlNode* node = reader->Get("pick");
  if (node == nullptr) {
    if (source->each) source->pick = Source::Pick::kAll;
    return;
  }
  if (node->type == TomlNode::Type::kInteger && node->integer >= 1 &&
      node->integer < 1000) {
    source->pick = Source::Pick::kNth;
    source->nth = static_cast<int>(node->integer);
  } else if (node->text == "first") {
    source->pick = Source::Pick::kFirst;
  } else if (node->text == "last") {
    source->pick = Source::Pick::kLast;
  } else if (node->text == "all") {
    source->pick = Source::Pick::kAll;
  } else {
    reader->reporter().Report(node->line,
                              reader->what() +
                                  ": \"pick\" must be \"first\", \"last\", "
                                  "\"all\" or a number from 1");
  }
}

// What the other keys of a source say; keys that mean nothing for its kind
// are left to Finish, which reports them as unknown.
Source LoadSource(const FieldInfo& field, const TomlNode& node,
                  Reporter* reporter) {
  TableReader reader(node, SourceTable(),
                     "a source of " + std::string(field.name), reporter);
  Source source;
  LoadPlace(&reader, &source);
  if (const TomlNode* each = reader.Get("each")) {
    source.each = true;
    LoadParts(field, *each, &source, reporter);
  }
  if (const TomlNode* as = reader.Get("as", TomlNode::Type::kTable)) {
    LoadParts(field, *as, &source, reporter);
  }
  if (source.kind == Source::Kind::kCss) {
    source.attribute = reader.String("attr");
    source.own_text = reader.Bool("own_text").value_or(false);
    source.text_matches = reader.Regex("text_matches");
    LoadPick(&reader, &source);
  }
  if (field.type == FieldType::kPeople) source.role = reader.String("role");
  source.steps = LoadSteps(&reader);
  reader.Finish();
  CheckConversion(field, source, node.line, reporter);
  return source;
}

// The one test among `tests` that a condition has.
bool HasOneTest(TableReader* reader, const std::vector<std::string>& tests) {
  const auto count = std::count_if(
      tests.begin(), tests.end(),
      [reader](const std::string& test) { return reader->Has(test); });
  if (count == 1) return true;
  std::string list;
  for (const std::string& test : tests) {
    list += (list.empty() ? "" : ", ") + test;
  }
  reader->reporter().Report(
      reader->line(), reader->what() + ": expected exactly one of " + list);
  return false;
}

void SetExistence(bool exists, Condition* condition) {
  condition->test =
      exists ? Condition::Test::kExists : Condition::Test::kAbsent;
}

void LoadCssCondition(TableReader* reader, Condition* condition) {
  condition->kind = Condition::Kind::kCss;
  condition->selector = reader->Css("css");
  HasOneTest(reader, {"exists", "text_is", "text_matches"});
  if (const auto exists = reader->Bool("exists")) {
    SetExistence(*exists, condition);
  }
  if (const TomlNode* text = reader->Get("text_is", TomlNode::Type::kString)) {
    condition->test = Condition::Test::kIs;
    condition->text = text->text;
  }
  if (Pattern pattern = reader->Regex("text_matches")) {
    condition->test = Condition::Test::kMatches;
    condition->pattern = std::move(pattern);
  }
}

void LoadJsonCondition(TableReader* reader, Condition* condition) {
  condition->kind = Condition::Kind::kJson;
  condition->place = LoadPointer(reader, "json");
  HasOneTest(reader, {"exists", "is", "non_empty"});
  if (const auto exists = reader->Bool("exists")) {
    SetExistence(*exists, condition);
  }
  if (const TomlNode* text = reader->Get("is", TomlNode::Type::kString)) {
    condition->test = Condition::Test::kIs;
    condition->text = text->text;
  }
  if (const auto non_empty = reader->Bool("non_empty")) {
    condition->test =
        *non_empty ? Condition::Test::kNonEmpty : Condition::Test::kEmpty;
  }
}

Condition LoadCondition(const TomlNode& node, Reporter* reporter) {
  TableReader reader(node, ConditionTable(), "a condition", reporter);
  Condition condition;
  if (reader.Has("css")) {
    LoadCssCondition(&reader, &condition);
  } else if (reader.Has("json")) {
    LoadJsonCondition(&reader, &condition);
  } else if (reader.Has("url_matches")) {
    condition.kind = Condition::Kind::kUrl;
    condition.test = Condition::Test::kMatches;
    condition.pattern = reader.Regex("url_matches");
  } else {
    reporter->Report(node.line,
                     "a condition: expected one of css, json, url_matches");
  }
  reader.Finish();
  return condition;
}

}  // namespace

std::string LoadPointer(TableReader* reader, std::string_view key) {
  std::string pointer = reader->String(key);
  if (!IsJsonPointer(pointer)) {
    reader->reporter().Report(
        reader->line(), reader->what() + ": \"" + pointer +
                            "\" is no JSON pointer (expected \"/key/…\")");
    pointer.clear();
  }
  return pointer;
}

FieldRule LoadField(const FieldInfo& field, const TomlNode& list,
                    Reporter* reporter) {
  FieldRule rule;
  rule.field = &field;
  if (list.type != TomlNode::Type::kArray || list.items.empty()) {
    reporter->Report(list.line, "field " + std::string(field.name) +
                                    ": expected a list of sources, "
                                    "[ { css = \"…\" }, … ]");
    return rule;
  }
  for (const TomlNode& item : list.items) {
    if (item.type != TomlNode::Type::kTable) {
      reporter->Report(item.line, "field " + std::string(field.name) +
                                      ": a source must be a table, not " +
                                      TypeName(item.type));
      continue;
    }
    rule.sources.push_back(LoadSource(field, item, reporter));
  }
  return rule;
}

std::vector<Step> LoadSteps(TableReader* reader) {
  std::vector<Step> steps;
  const TomlNode* list = reader->Get("do", TomlNode::Type::kArray);
  if (list == nullptr) return steps;
  for (const TomlNode& item : list->items) {
    if (item.type != TomlNode::Type::kString) {
      reader->reporter().Report(item.line, "a step must be a string");
      continue;
    }
    if (auto step = LoadStep(item, &reader->reporter())) {
      steps.push_back(*std::move(step));
    }
  }
  return steps;
}

std::vector<Condition> LoadConditions(TableReader* reader) {
  std::vector<Condition> conditions;
  const TomlNode* list = reader->Get("when", TomlNode::Type::kArray);
  for (size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
    const TomlNode& item = list->items[i];
    if (item.type == TomlNode::Type::kTable) {
      conditions.push_back(LoadCondition(item, &reader->reporter()));
    } else {
      reader->reporter().Report(item.line, "a condition must be a table");
    }
  }
  if (conditions.empty()) {
    reader->reporter().Report(
        reader->line(), reader->what() + ": \"when\" must name a condition");
  }
  return conditions;
}

std::optional<DataSource> LoadData(TableReader* reader) {
  const TomlNode* node = reader->Get("data", TomlNode::Type::kTable);
  if (node == nullptr) return std::nullopt;
  TableReader data(*node, DataTable(), "data", &reader->reporter());
  const std::string css = data.RequiredString("css");
  auto selector = data.Css("css");
  std::vector<Step> steps = LoadSteps(&data);
  data.Finish();
  if (!selector) return std::nullopt;
  return DataSource{css, *std::move(selector), std::move(steps)};
}

std::vector<BodySource> LoadBodySources(TableReader* reader) {
  std::vector<BodySource> sources;
  const TomlNode* list = reader->Get("from", TomlNode::Type::kArray);
  for (size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
    TableReader source(list->items[i], BodySourceTable(),
                       "a source of the body", &reader->reporter());
    BodySource body;
    if (source.Has("css") == source.Has("json")) {
      reader->reporter().Report(
          source.line(), "a source of the body: expected one of css, json");
    }
    if (source.Has("css")) {
      body.place = source.String("css");
      body.selector = source.Css("css");
    } else {
      body.place = LoadPointer(&source, "json");
      const std::string as = source.RequiredString("as");
      body.as = as == "html" ? BodySource::As::kHtml : BodySource::As::kText;
      if (as != "html" && as != "text") {
        reader->reporter().Report(
            source.line(),
            "a source of the body: \"as\" must be \"html\" or \"text\"");
      }
    }
    source.Finish();
    sources.push_back(std::move(body));
  }
  if (sources.empty()) {
    reader->reporter().Report(reader->line(),
                              reader->what() + ": \"from\" must name a source");
  }
  return sources;
}

}  // namespace newsmill::rules
