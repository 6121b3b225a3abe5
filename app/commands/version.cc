#include <curl/curl.h>
#include <google/protobuf/stubs/common.h>
#include <libpq-fe.h>
#include <librdkafka/rdkafka.h>
#include <sqlite3.h>
#include <unicode/uversion.h>
#include <nlohmann/json.hpp>

#include "app/cli/message_json.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "parser/page_parser.h"

namespace newsmill {
namespace {

using Versions = std::vector<std::pair<std::string, std::string>>;

std::string IcuVersion() {
  UVersionInfo info;
  u_getVersion(info);
  char text[U_MAX_VERSION_STRING_LENGTH];
  u_versionToString(info, text);
  return text;
}

std::string PqVersion() {
  const int number = PQlibVersion();  // 150020 is 15.20
  return std::to_string(number / 10000) + "." + std::to_string(number % 10000);
}

// Of the libraries that are linked now, not of the headers it was built with.
Versions Libraries() {
  return {
      {"librdkafka", rd_kafka_version_str()},
      {"libcurl", curl_version_info(CURLVERSION_NOW)->version},
      {"protobuf",
       google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION)},
      {"SQLite", sqlite3_libversion()},
      {"libpq", PqVersion()},
      {"ICU", IcuVersion()},
  };
}

class Version : public Command {
 public:
  std::string name() const override { return "version"; }
  std::string summary() const override {
    return "Print the versions of the program and of its libraries";
  }
  bool reads_settings() const override { return false; }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    json_ ? PrintJson(context.out) : PrintPeople(context.out);
    return Finished(context);
  }

 private:
  static void PrintJson(Output& out) {
    nlohmann::ordered_json json = {{"newsmill", NEWSMILL_VERSION},
                                   {"parser_revision", kParserRevision}};
    for (const auto& [library, version] : Libraries()) {
      json["libraries"][library] = version;
    }
    out.Line(JsonLine(json));
  }

  static void PrintPeople(Output& out) {
    out.Line("newsmill " NEWSMILL_VERSION ", parser revision " +
             std::to_string(kParserRevision));
    for (const auto& [library, version] : Libraries()) {
      out.Line("  " + library + " " + version);
    }
  }

  bool json_ = false;
};

}  // namespace

CommandPtr MakeVersion() { return std::make_unique<Version>(); }

}  // namespace newsmill
