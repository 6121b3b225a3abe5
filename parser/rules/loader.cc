#include "parser/rules/loader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/id.h"
#include "parser/rules/load_profile.h"
#include "parser/rules/load_source.h"
#include "parser/rules/rule_tables.h"

namespace newsmill::rules {
namespace {

// The reasons that a page's own content can give.
const std::vector<std::pair<std::string, v1::Reason>>& VerdictNames() {
  static const std::vector<std::pair<std::string, v1::Reason>> names = {
      {"REMOVED", v1::REASON_REMOVED},
      {"SOFT_404", v1::REASON_SOFT_404},
      {"EXTERNAL", v1::REASON_EXTERNAL},
      {"LIST", v1::REASON_LIST},
      {"EMPTY_SHELL", v1::REASON_EMPTY_SHELL},
      {"CHALLENGE", v1::REASON_CHALLENGE},
      {"CONSENT", v1::REASON_CONSENT},
      {"LOGIN", v1::REASON_LOGIN},
      {"NO_ARTICLE", v1::REASON_NO_ARTICLE},
  };
  return names;
}

v1::Reason VerdictReason(const std::string& name, int line,
                         Reporter* reporter) {
  std::vector<std::string> known;
  for (const auto& [verdict, reason] : VerdictNames()) {
    if (verdict == name) return reason;
    known.push_back(verdict);
  }
  reporter->Report(line, "[[verdict]]: unknown name \"" + name + "\"" +
                             DidYouMean(name, known));
  return v1::REASON_UNSPECIFIED;
}

VerdictRule LoadVerdict(const TomlNode& table, Reporter* reporter) {
  TableReader reader(table, VerdictTable(), "[[verdict]]", reporter);
  VerdictRule verdict;
  verdict.name = reader.RequiredString("name");
  verdict.reason = VerdictReason(verdict.name, table.line, reporter);
  verdict.when = LoadConditions(&reader);
  reader.Finish();
  return verdict;
}

v1::Article::PageType LoadPageType(TableReader* reader) {
  const TomlNode* node = reader->Get("page_type", TomlNode::Type::kString);
  if (node == nullptr) return v1::Article::PAGE_TYPE_UNSPECIFIED;
  v1::Article::PageType type = v1::Article::PAGE_TYPE_UNSPECIFIED;
  if (!v1::Article::PageType_Parse(node->text, &type) ||
      type == v1::Article::PAGE_TYPE_UNSPECIFIED) {
    reader->reporter().Report(
        node->line, "page_type must be ARTICLE, VIDEO, GALLERY or LIVE");
  }
  return type;
}

// `prefix` is not empty inside the table of a message: article_section.name.
void LoadFields(const TomlNode& table, const std::string& prefix,
                Layout* layout, Reporter* reporter) {
  for (const TomlEntry& entry : table.entries) {
    const std::string name = prefix + entry.key;
    if (entry.value.type == TomlNode::Type::kTable && prefix.empty()) {
      LoadFields(entry.value, name + ".", layout, reporter);
      continue;
    }
    const FieldInfo* field = FindField(name);
    if (field == nullptr) {
      reporter->Report(entry.line, "Article has no field \"" + name +
                                       "\" that a rule may fill" +
                                       DidYouMean(name, FieldNames()));
      continue;
    }
    layout->fields.push_back(LoadField(*field, entry.value, reporter));
  }
}

void LoadBody(const TomlNode& table, const Rule& rule, Layout* layout,
              Reporter* reporter) {
  TableReader reader(table, BodyTable(), "[layout.body]", reporter);
  layout->body = LoadBodySources(&reader);
  const std::string profile = reader.RequiredString("profile");
  const auto found = rule.profiles.find(profile);
  if (found != rule.profiles.end()) {
    layout->profile = &found->second;
  } else if (!profile.empty()) {
    reporter->Report(
        table.line, "[layout.body]: no [profile." + profile + "] in this file");
  }
  reader.Finish();
}

Layout LoadLayout(const TomlNode& table, const Rule& rule, Reporter* reporter) {
  TableReader reader(table, LayoutTable(), "[[layout]]", reporter);
  Layout layout;
  layout.name = reader.RequiredString("name");
  layout.when = LoadConditions(&reader);
  layout.data = LoadData(&reader);
  layout.root = LoadPointer(&reader, "root");
  layout.page_type = LoadPageType(&reader);
  if (const auto* fields = reader.Get("fields", TomlNode::Type::kTable)) {
    LoadFields(*fields, "", &layout, reporter);
  }
  if (const auto* body = reader.Get("body", TomlNode::Type::kTable)) {
    LoadBody(*body, rule, &layout, reporter);
  }
  reader.Finish();
  return layout;
}

// Rows name the layout that read them, so a name may stand once.
void CheckLayoutName(const Rule& rule, int line, Reporter* reporter) {
  const std::string& name = rule.layouts.back().name;
  const auto same = std::count_if(
      rule.layouts.begin(), rule.layouts.end(),
      [&name](const Layout& layout) { return layout.name == name; });
  if (same > 1 && !name.empty()) {
    reporter->Report(line,
                     "[[layout]]: a layout \"" + name + "\" is there already");
  }
}

// The tables of an array of tables.
std::vector<const TomlNode*> Tables(TableReader* reader, const char* key) {
  std::vector<const TomlNode*> tables;
  const TomlNode* list = reader->Get(key, TomlNode::Type::kArray);
  if (list == nullptr) return tables;
  for (const TomlNode& item : list->items) {
    if (item.type == TomlNode::Type::kTable) {
      tables.push_back(&item);
    } else {
      reader->reporter().Report(item.line,
                                std::string(key) + " must be a list of tables");
    }
  }
  return tables;
}

void LoadPublisher(TableReader* reader, Rule* rule) {
  const auto* table = reader->Get("publisher", TomlNode::Type::kTable);
  if (table == nullptr) return;
  TableReader publisher(*table, PublisherTable(), "publisher",
                        &reader->reporter());
  rule->publisher.set_name(publisher.RequiredString("name"));
  rule->publisher.set_alternate_name(publisher.String("alternate_name"));
  rule->publisher.set_url(publisher.String("url"));
  publisher.Finish();
}

// "+08:00" as 480.
void LoadTimezone(TableReader* reader, Rule* rule) {
  const auto* node = reader->Get("timezone", TomlNode::Type::kString);
  if (node == nullptr) return;
  static const RE2 form(R"(([+-])(\d\d):(\d\d))");
  std::string sign;
  int hours = 0;
  int minutes = 0;
  if (!RE2::FullMatch(node->text, form, &sign, &hours, &minutes) ||
      hours > 14 || minutes > 59) {
    reader->reporter().Report(
        node->line, "timezone \"" + node->text + "\": expected \"+08:00\"");
    return;
  }
  rule->names_timezone = true;
  rule->utc_offset_minutes = (sign == "-" ? -1 : 1) * (hours * 60 + minutes);
}

void LoadIdentity(TableReader* reader, Rule* rule) {
  const auto schema = reader->Integer("schema");
  if (!schema || *schema != kSchema) {
    reader->reporter().Report(1,
                              "\"schema\" must be " + std::to_string(kSchema));
  }
  rule->site = reader->RequiredString("site");
  rule->revision = reader->Integer("revision").value_or(0);
  if (rule->revision < 1 || rule->revision >= 1'000'000) {
    reader->reporter().Report(1, "\"revision\" must be a number from 1");
  }
  LoadPublisher(reader, rule);
  rule->language = reader->String("language");
  LoadTimezone(reader, rule);
}

void LoadProfiles(TableReader* reader, Rule* rule) {
  const auto* profiles = reader->Get("profile", TomlNode::Type::kTable);
  if (profiles == nullptr) return;
  for (const TomlEntry& entry : profiles->entries) {
    if (entry.value.type == TomlNode::Type::kTable) {
      rule->profiles.emplace(
          entry.key, LoadProfile(entry.key, entry.value, &reader->reporter()));
    } else {
      reader->reporter().Report(entry.line,
                                "profile." + entry.key + " must be a table");
    }
  }
}

// "skip" or "record".
std::optional<bool> LoadSkip(TableReader* reader, const char* key) {
  const auto* node = reader->Get(key, TomlNode::Type::kString);
  if (node == nullptr) return std::nullopt;
  if (node->text == "skip" || node->text == "record") {
    return node->text == "skip";
  }
  reader->reporter().Report(node->line, std::string("usage.") + key + " \"" +
                                            node->text +
                                            "\": expected \"skip\" or "
                                            "\"record\"");
  return std::nullopt;
}

UsagePolicy LoadUsage(const TomlNode& table, Reporter* reporter) {
  TableReader reader(table, UsageTable(), "usage", reporter);
  UsagePolicy policy;
  policy.skip_noindex = LoadSkip(&reader, "noindex");
  policy.skip_tdm = LoadSkip(&reader, "tdm");
  reader.Finish();
  return policy;
}

bool SelectsScripts(const std::optional<Selector>& selector) {
  return selector && selector->text().find("script") != std::string::npos;
}

// Data is read from what the cut leaves; text of any script is not.
bool ReadsScripts(const Rule& rule) {
  const auto asks = [](const std::vector<Condition>& conditions) {
    return std::any_of(
        conditions.begin(), conditions.end(),
        [](const auto& one) { return SelectsScripts(one.selector); });
  };
  for (const VerdictRule& verdict : rule.verdicts) {
    if (asks(verdict.when)) return true;
  }
  for (const Layout& layout : rule.layouts) {
    if (asks(layout.when)) return true;
    for (const FieldRule& field : layout.fields) {
      for (const Source& source : field.sources) {
        if (SelectsScripts(source.selector)) return true;
      }
    }
  }
  return false;
}

void LoadRuleTable(const TomlNode& table, Rule* rule, Reporter* reporter) {
  TableReader reader(table, TopTable(), "rule", reporter);
  LoadIdentity(&reader, rule);
  reader.Accept("url");    // core/sites
  reader.Accept("fetch");  // core/sites
  rule->data = LoadData(&reader);
  LoadProfiles(&reader, rule);
  for (const TomlNode* verdict : Tables(&reader, "verdict")) {
    rule->verdicts.push_back(LoadVerdict(*verdict, reporter));
  }
  for (const TomlNode* layout : Tables(&reader, "layout")) {
    rule->layouts.push_back(LoadLayout(*layout, *rule, reporter));
    CheckLayoutName(*rule, layout->line, reporter);
  }
  if (const auto* post = reader.Get("post", TomlNode::Type::kTable)) {
    rule->post = LoadPostSteps(*post, reporter);
  }
  if (const auto* usage = reader.Get("usage", TomlNode::Type::kTable)) {
    rule->usage = LoadUsage(*usage, reporter);
  }
  rule->reads_scripts = ReadsScripts(*rule);
  reader.Finish();
}

}  // namespace

std::shared_ptr<const Rule> CompileRule(std::string_view text,
                                        const std::string& file,
                                        Findings* findings) {
  const std::optional<TomlNode> table = ParseToml(text, file, findings);
  if (!table) return nullptr;
  const size_t before = findings->size();
  Reporter reporter(file, findings);
  auto rule = std::make_shared<Rule>();
  rule->file = file;
  rule->sha256 = HexEncode(Sha256(NormalForm(*table, {"revision", "fetch"})));
  LoadRuleTable(*table, rule.get(), &reporter);
  if (findings->size() == before) return rule;
  std::stable_sort(
      findings->begin() + static_cast<std::ptrdiff_t>(before), findings->end(),
      [](const Finding& a, const Finding& b) { return a.line < b.line; });
  return nullptr;
}

std::shared_ptr<const Rule> LoadRuleText(std::string_view text,
                                         const std::string& file,
                                         Findings* findings) {
  auto rule = CompileRule(text, file, findings);
  if (rule == nullptr) return nullptr;
  const std::string folder =
      std::filesystem::absolute(file).parent_path().filename().string();
  if (rule->site == folder) return rule;
  findings->push_back(
      {file, 0,
       "site is \"" + rule->site + "\", but the folder is \"" + folder + "\""});
  return nullptr;
}

std::shared_ptr<const Rule> LoadRule(const std::string& file,
                                     Findings* findings) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) {
    findings->push_back({file, 0, "cannot be read"});
    return nullptr;
  }
  return LoadRuleText(text.str(), file, findings);
}

}  // namespace newsmill::rules
