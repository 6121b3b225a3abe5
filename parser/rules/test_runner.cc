#include "parser/rules/test_runner.h"

#include <algorithm>
#include <filesystem>

#include <google/protobuf/util/json_util.h>

#include "core/base/file.h"
#include "core/sites/site_catalogue.h"
#include "parser/html/json_value.h"
#include "parser/page_parser.h"
#include "parser/rules/saved_pages.h"

namespace newsmill::rules {
namespace {

namespace fs = std::filesystem;

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (c == '\n') {
      out.append("\\n");
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

// One text per value: members sorted, no blanks. JsonValue bounds the depth.
std::string Canonical(const JsonValue& value) {
  if (value.is_array()) {
    std::string out;
    for (const JsonValue& item : value.items()) {
      out += (out.empty() ? "" : ",") + Canonical(item);
    }
    return "[" + out + "]";
  }
  if (value.is_object()) {
    std::vector<JsonValue::Member> members = value.members();
    std::sort(members.begin(), members.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string out;
    for (const auto& [name, member] : members) {
      out += (out.empty() ? "" : ",") + Quoted(name) + ":" + Canonical(member);
    }
    return "{" + out + "}";
  }
  if (const auto text = value.string()) return Quoted(*text);
  return value.is_null() ? "null" : value.to_text();
}

struct Expectation {
  v1::FetchedPage page;
  JsonValue expect;
  std::vector<std::string> not_in_body;
};

Result<Expectation> ReadExpectation(const fs::path& file) {
  const Result<std::string> text = ReadFile(file.string());
  if (!text) return text.error();
  const Result<JsonValue> json = JsonValue::Parse(*text);
  if (!json) return json.error();
  Result<v1::FetchedPage> page = ReadSavedPage(*json, file.parent_path());
  if (!page) return page.error();
  Expectation expectation;
  expectation.page = *std::move(page);
  const auto expect = json->member("expect");
  if (!expect || !expect->is_object()) {
    return Error{Code::kInvalidArgument, "\"expect\" must be an object"};
  }
  expectation.expect = *expect;
  if (const auto list = json->member("not_in_body")) {
    for (const JsonValue& item : list->items()) {
      expectation.not_in_body.push_back(item.to_text());
    }
  }
  return expectation;
}

// What the parser made of a page, as the object that `expect` is held against.
std::string ResultJson(const std::variant<v1::Article, Verdict>& result) {
  if (const auto* verdict = std::get_if<Verdict>(&result)) {
    return "{\"verdict\":" + Quoted(v1::OutcomeKind_Name(verdict->kind)) +
           ",\"reason\":" + Quoted(v1::Reason_Name(verdict->reason)) + "}";
  }
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(
      std::get<v1::Article>(result), &json, options);
  return status.ok() ? json : "{}";
}

std::vector<FieldResult> Compare(const Expectation& expectation,
                                 const JsonValue& got) {
  std::vector<FieldResult> fields;
  for (const auto& [name, want] : expectation.expect.members()) {
    FieldResult field;
    field.field = std::string(name);
    field.want = Canonical(want);
    field.got = Canonical(got.member(name).value_or(JsonValue()));
    field.right = field.want == field.got;
    fields.push_back(std::move(field));
  }
  const auto body = got.member("article_body");
  const std::string text = body ? body->to_text() : "";
  for (const std::string& phrase : expectation.not_in_body) {
    FieldResult field;
    field.field = "not_in_body";
    field.want = phrase;
    field.right = text.find(phrase) == std::string::npos;
    field.got = field.right ? "" : phrase;
    fields.push_back(std::move(field));
  }
  return fields;
}

PageResult TestPage(const PageParser& parser, const fs::path& file) {
  PageResult result;
  result.expectation = file.string();
  const Result<Expectation> expectation = ReadExpectation(file);
  if (!expectation) {
    result.error = expectation.error().message;
    return result;
  }
  const Result<JsonValue> got =
      JsonValue::Parse(ResultJson(parser.Parse(expectation->page)));
  if (!got) {
    result.error = "the result is no JSON: " + got.error().message;
    return result;
  }
  result.fields = Compare(*expectation, *got);
  return result;
}

}  // namespace

bool PageResult::right() const {
  return error.empty() && !fields.empty() &&
         std::all_of(fields.begin(), fields.end(),
                     [](const FieldResult& field) { return field.right; });
}

bool TestReport::right() const {
  return !pages.empty() &&
         std::all_of(pages.begin(), pages.end(),
                     [](const PageResult& page) { return page.right(); });
}

Result<TestReport> TestRule(const std::string& rule_file,
                            const std::string& directory) {
  const fs::path folder = fs::absolute(rule_file).parent_path();
  const std::vector<std::string> sites_path = {folder.parent_path().string()};
  const Result<SiteCatalogue> sites = SiteCatalogue::Load(sites_path);
  if (!sites) return sites.error();
  const auto parser = PageParser::Load(ParserConfig{}, sites_path, *sites);
  if (!parser) return parser.error();
  const auto files =
      Expectations(directory.empty() ? folder / "pages" : fs::path(directory));
  if (!files) return files.error();
  TestReport report;
  report.rule = rule_file;
  for (const fs::path& file : *files) {
    report.pages.push_back(TestPage(**parser, file));
  }
  return report;
}

}  // namespace newsmill::rules
