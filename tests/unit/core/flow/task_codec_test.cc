#include "core/flow/task_codec.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/id.h"
#include "core/flow/plain_text.h"
#include "core/flow/task_id.h"

namespace newsmill {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

const SiteCatalogue& Sites() {
  static const auto* const shared = [] {
    std::string form =
        (std::filesystem::temp_directory_path() / "codec-XXXXXX").string();
    const std::filesystem::path root = mkdtemp(form.data());
    std::filesystem::create_directories(root / "gazette");
    std::ofstream(root / "gazette" / "rule.toml") << R"([url]
hosts = ["www.gazette.example"]
id = ['/story_(\d+)$']
id_form = '\d+'
article_url = "https://www.gazette.example/story_{id}"
)";
    Result<SiteCatalogue> sites = SiteCatalogue::Load({root.string()});
    std::filesystem::remove_all(root);
    return new SiteCatalogue(std::move(sites.value()));
  }();
  return *shared;
}

Message Holding(std::string value, std::vector<Header> headers = {}) {
  Message message;
  message.topic = "newsmill.tasks";
  message.partition = 3;
  message.offset = 42;
  message.append_time = Timestamp(Duration(1'700'000'000'123));
  message.value = std::move(value);
  message.headers = std::move(headers);
  return message;
}

DecodedTask Decode(std::string value, std::vector<Header> headers = {}) {
  return DecodeTask(Holding(std::move(value), std::move(headers)), Sites());
}

Header FetchTaskType() {
  return {"content-type",
          "application/protobuf; messageType=newsmill.v1.FetchTask"};
}

TEST(DecodeTask, ReadsSiteAndIdAsText) {
  const DecodedTask decoded = Decode("gazette:7");
  EXPECT_EQ(decoded.reason, v1::REASON_UNSPECIFIED) << decoded.detail;
  EXPECT_EQ(decoded.task.target(), "gazette:7");
  EXPECT_EQ(decoded.task.site(), "gazette");
  EXPECT_EQ(decoded.task.article_id(), "7");
  EXPECT_EQ(decoded.task.requested_url(),
            "https://www.gazette.example/story_7");
  EXPECT_EQ(decoded.task.url(), decoded.task.requested_url());
  EXPECT_EQ(decoded.task.kind(), v1::FetchTask::ARTICLE);
  EXPECT_EQ(decoded.task.lane(), v1::FetchTask::FRESH);
  EXPECT_EQ(FromProto(decoded.task.accepted_at()),
            Timestamp(Duration(1'700'000'000'123)));
}

TEST(DecodeTask, ReadsAUrlAsText) {
  const DecodedTask decoded = Decode("https://WWW.Gazette.example/story_8#top");
  EXPECT_EQ(decoded.reason, v1::REASON_UNSPECIFIED) << decoded.detail;
  EXPECT_EQ(decoded.task.target(), "https://WWW.Gazette.example/story_8#top");
  EXPECT_EQ(decoded.task.url(), "https://www.gazette.example/story_8");
  EXPECT_EQ(decoded.task.article_id(), "8");
}

TEST(DecodeTask, AllowsOneLineEndAndSpacesAroundText) {
  for (const char* text :
       {"gazette:7\n", "gazette:7\r\n", "  gazette:7 ", " gazette:7 \n"}) {
    const DecodedTask decoded = Decode(text);
    EXPECT_EQ(decoded.reason, v1::REASON_UNSPECIFIED) << text;
    EXPECT_EQ(decoded.task.target(), "gazette:7") << text;
  }
}

TEST(DecodeTask, TextOfSeveralLinesIsMalformed) {
  for (const char* text :
       {"gazette:7\ngazette:8\n", "gazette:7\n\n", "a\tb", "gazette:\x01",
        "gazette:\x7f", "gazette:\xc2\x85", "gazette:\xff"}) {
    const DecodedTask decoded = Decode(text);
    EXPECT_EQ(decoded.reason, v1::REASON_MALFORMED_TASK) << text;
    EXPECT_THAT(decoded.detail, HasSubstr("neither one line of text")) << text;
    EXPECT_THAT(decoded.task.task_id(), Not(IsEmpty())) << text;
  }
}

TEST(DecodeTask, ReadsJsonWithTheNamesOfTheMessage) {
  const DecodedTask decoded = Decode(
      R"({"target":"gazette:7","batch":"b","labels":[{"name":"k","value":"v"}],)"
      R"("lane":"BULK","force":true,"task_id":"mine"})");
  EXPECT_EQ(decoded.reason, v1::REASON_UNSPECIFIED) << decoded.detail;
  EXPECT_EQ(decoded.task.task_id(), "mine");
  EXPECT_EQ(decoded.task.batch(), "b");
  ASSERT_EQ(decoded.task.labels_size(), 1);
  EXPECT_EQ(decoded.task.labels(0).value(), "v");
  EXPECT_EQ(decoded.task.lane(), v1::FetchTask::BULK);
  EXPECT_TRUE(decoded.task.force());
}

TEST(DecodeTask, ReadsJsonWithCamelCaseNames) {
  const DecodedTask decoded =
      Decode(R"({"target":"gazette:7","expiresAt":"2030-01-01T00:00:00Z"})");
  EXPECT_EQ(decoded.reason, v1::REASON_UNSPECIFIED) << decoded.detail;
  EXPECT_TRUE(decoded.task.has_expires_at());
}

TEST(DecodeTask, SaysWhatIsWrongWithJson) {
  const DecodedTask broken = Decode("{\"target\":");
  EXPECT_EQ(broken.reason, v1::REASON_MALFORMED_TASK);
  EXPECT_THAT(broken.detail, HasSubstr("JSON that is no FetchTask"));
  const DecodedTask unknown = Decode(R"({"traget":"gazette:7"})");
  EXPECT_EQ(unknown.reason, v1::REASON_MALFORMED_TASK);
  EXPECT_THAT(unknown.detail, HasSubstr("traget"));
}

TEST(DecodeTask, ReadsAFetchTaskWithAndWithoutHeader) {
  v1::FetchTask task;
  task.set_target("gazette:7");
  task.set_task_id("mine");
  for (const auto& headers :
       {std::vector<Header>{}, std::vector<Header>{FetchTaskType()}}) {
    const DecodedTask decoded = Decode(task.SerializeAsString(), headers);
    EXPECT_EQ(decoded.reason, v1::REASON_UNSPECIFIED) << decoded.detail;
    EXPECT_EQ(decoded.task.task_id(), "mine");
    EXPECT_EQ(decoded.task.url(), "https://www.gazette.example/story_7");
  }
}

TEST(DecodeTask, BelievesTheHeaderBeforeTheFirstByte) {
  // Field 4 alone starts with '"' and is readable text.
  v1::FetchTask task;
  task.set_requested_url("https://www.gazette.example/story_7#45678901234567");
  const std::string value = task.SerializeAsString();
  ASSERT_TRUE(IsPlainText(value));
  EXPECT_EQ(Decode(value, {FetchTaskType()}).reason, v1::REASON_UNSPECIFIED);
  EXPECT_EQ(Decode(value).reason, v1::REASON_INVALID_URL);
}

TEST(DecodeTask, RefusesATruncatedFetchTask) {
  v1::FetchTask task;
  task.set_target("gazette:7");
  std::string value = task.SerializeAsString();
  value.pop_back();
  EXPECT_EQ(Decode(value).reason, v1::REASON_MALFORMED_TASK);
  const DecodedTask labelled = Decode(value, {FetchTaskType()});
  EXPECT_EQ(labelled.reason, v1::REASON_MALFORMED_TASK);
  EXPECT_THAT(labelled.detail, HasSubstr("content-type"));
}

TEST(DecodeTask, RefusesAnotherMessagesType) {
  const DecodedTask decoded = Decode(
      "gazette:7", {{"content-type",
                     "application/protobuf; messageType=newsmill.v1.Article"}});
  EXPECT_EQ(decoded.reason, v1::REASON_MALFORMED_TASK);
  EXPECT_THAT(decoded.detail, HasSubstr("newsmill.v1.Article"));
}

TEST(DecodeTask, IgnoresAContentTypeThatNamesNoMessage) {
  EXPECT_EQ(Decode("gazette:7", {{"content-type", "text/plain"}}).reason,
            v1::REASON_UNSPECIFIED);
}

TEST(DecodeTask, FindsNoTarget) {
  v1::FetchTask only_batch;
  only_batch.set_batch("b");
  for (const std::string& value :
       {std::string(), std::string("\n"), std::string("   "), std::string("{}"),
        only_batch.SerializeAsString(), std::string(R"({"site":"gazette"})")}) {
    EXPECT_EQ(Decode(value).reason, v1::REASON_NO_TARGET) << value;
  }
}

TEST(DecodeTask, TakesUrlOrSiteAndIdWhereTargetIsEmpty) {
  const DecodedTask by_url =
      Decode(R"({"url":"https://www.gazette.example/story_9"})");
  EXPECT_EQ(by_url.reason, v1::REASON_UNSPECIFIED);
  EXPECT_EQ(by_url.task.target(), "https://www.gazette.example/story_9");
  const DecodedTask by_id = Decode(R"({"site":"gazette","articleId":"9"})");
  EXPECT_EQ(by_id.reason, v1::REASON_UNSPECIFIED);
  EXPECT_EQ(by_id.task.target(), "gazette:9");
}

TEST(DecodeTask, TellsWhyATargetCannotBeAsked) {
  EXPECT_EQ(Decode("gazete:7").reason, v1::REASON_UNKNOWN_SITE);
  EXPECT_EQ(Decode("gazette:x").reason, v1::REASON_INVALID_ID);
  EXPECT_EQ(Decode("ftp://gazette.example/").reason, v1::REASON_INVALID_URL);
  EXPECT_EQ(Decode("just some words").reason, v1::REASON_INVALID_URL);
  EXPECT_THAT(Decode("gazete:7").detail, HasSubstr("known: gazette"));
}

TEST(DecodeTask, KeepsTheDetailReadableUtf8) {
  std::string url = "https://gazette.example:x/";
  while (url.size() < 400) url += "é";
  const DecodedTask decoded = Decode(url);
  EXPECT_EQ(decoded.reason, v1::REASON_INVALID_URL);
  v1::Attempt attempt;
  attempt.set_detail(decoded.detail);
  EXPECT_TRUE(v1::Attempt().ParseFromString(attempt.SerializeAsString()));
}

TEST(DecodeTask, RefusesUnknownKindsAndLanes) {
  EXPECT_EQ(Decode(R"({"target":"gazette:7","kind":9})").reason,
            v1::REASON_MALFORMED_TASK);
  v1::FetchTask task;
  task.set_target("gazette:7");
  task.set_lane(static_cast<v1::FetchTask::Lane>(7));
  const DecodedTask decoded = Decode(task.SerializeAsString());
  EXPECT_EQ(decoded.reason, v1::REASON_MALFORMED_TASK);
  EXPECT_THAT(decoded.detail, HasSubstr("lane 7"));
}

TEST(DecodeTask, KeepsWhatAForwardedTaskCarries) {
  v1::FetchTask task;
  task.set_task_id("first");
  task.set_target("gazette:7");
  task.set_requested_url("https://www.gazette.example/old_7");
  task.set_url("https://moved.example/7");
  auto* redirect = task.add_redirects();
  redirect->set_url("https://www.gazette.example/old_7");
  redirect->set_location("https://moved.example/7");
  task.set_attempt(2);
  task.set_traceparent(NewTraceparent());
  *task.mutable_accepted_at() = ToProto(Timestamp(Duration(5)));
  const DecodedTask decoded =
      Decode(task.SerializeAsString(), {FetchTaskType()});
  EXPECT_EQ(decoded.reason, v1::REASON_UNSPECIFIED) << decoded.detail;
  EXPECT_EQ(decoded.task.task_id(), "first");
  EXPECT_EQ(decoded.task.requested_url(), "https://www.gazette.example/old_7");
  EXPECT_EQ(decoded.task.url(), "https://moved.example/7");
  EXPECT_EQ(decoded.task.site(), "gazette");
  EXPECT_EQ(decoded.task.attempt(), 2);
  EXPECT_EQ(decoded.task.traceparent(), task.traceparent());
  EXPECT_EQ(FromProto(decoded.task.accepted_at()), Timestamp(Duration(5)));
}

TEST(DecodeTask, TakesTheRecordsTimeWhereTheTaskNamesNone) {
  for (const int64_t seconds : {int64_t{1} << 62, -(int64_t{1} << 62)}) {
    v1::FetchTask task;
    task.set_target("gazette:7");
    task.mutable_accepted_at()->set_seconds(seconds);
    const DecodedTask decoded =
        Decode(task.SerializeAsString(), {FetchTaskType()});
    EXPECT_EQ(decoded.reason, v1::REASON_UNSPECIFIED) << decoded.detail;
    EXPECT_EQ(FromProto(decoded.task.accepted_at()),
              Timestamp(Duration(1'700'000'000'123)));
  }
}

TEST(DecodeTask, AsksWhatWasRequestedWhereNoRedirectLedElsewhere) {
  const DecodedTask decoded =
      Decode(R"({"target":"gazette:7","url":"https://other.example/"})");
  EXPECT_EQ(decoded.task.url(), "https://www.gazette.example/story_7");
}

TEST(DecodeTask, RefusesAForwardedTaskWithABrokenUrl) {
  EXPECT_EQ(Decode(R"({"target":"gazette:7","requestedUrl":"nowhere"})").reason,
            v1::REASON_INVALID_URL);
}

TEST(DecodeTask, TakesTheIdOfTheHeaderAsIdempotencyKey) {
  EXPECT_EQ(
      Decode("gazette:7", {{"newsmill-task-id", "order-1"}}).task.task_id(),
      "order-1");
  v1::FetchTask task;
  task.set_target("gazette:7");
  task.set_task_id("mine");
  EXPECT_EQ(Decode(task.SerializeAsString(), {{"newsmill-task-id", "other"}})
                .task.task_id(),
            "mine");
}

TEST(DecodeTask, RefusesAnIdThatNobodyCouldRead) {
  const std::string long_id(257, 'x');
  for (const std::string& id :
       {std::string(), std::string("a\nb"), std::string("\xff"), long_id}) {
    const DecodedTask decoded = Decode("gazette:7", {{"newsmill-task-id", id}});
    EXPECT_EQ(decoded.reason, v1::REASON_MALFORMED_TASK) << id;
    EXPECT_EQ(decoded.task.task_id(), TaskIdOf(Holding("gazette:7"))) << id;
  }
  EXPECT_EQ(Decode(R"({"target":"gazette:7","taskId":"a\nb"})").reason,
            v1::REASON_MALFORMED_TASK);
}

TEST(DecodeTask, ContinuesTheTraceOfTheHeader) {
  const std::string trace = NewTraceparent();
  EXPECT_EQ(Decode("gazette:7", {{"traceparent", trace}}).task.traceparent(),
            trace);
  EXPECT_THAT(Decode("gazette:7", {{"traceparent", "junk"}}).task.traceparent(),
              MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-01"));
}

TEST(DecodeTask, GivesTheSameTwice) {
  for (const char* value :
       {"gazette:7", "{\"target\":\"gazette:7\"}", "\x01"}) {
    EXPECT_EQ(Decode(value).task.SerializeAsString(),
              Decode(value).task.SerializeAsString());
  }
}

TEST(TaskId, DependsOnEverythingThatTellsRecordsApart) {
  const Message base = Holding("gazette:7");
  std::vector<Message> others(6, base);
  others[1].topic = "other.tasks";
  others[2].partition = 4;
  others[3].offset = 43;
  others[4].append_time += Duration(1);
  others[5].value = "gazette:8";
  std::set<std::string> ids;
  for (const Message& message : others) ids.insert(TaskIdOf(message));
  EXPECT_EQ(ids.size(), others.size());
  EXPECT_THAT(*ids.begin(), MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-"
                                         "[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(TaskId, IsTheSameOnEveryMachineAndForEver) {
  EXPECT_EQ(TaskIdOf(Holding("gazette:7")),
            "e8777a86-6597-8195-86a6-4a9826ca9f92");
}

TEST(SetTarget, AsksForTheTargetAsTheRecordOfTextWould) {
  const Result<Target> target = Sites().Resolve("gazette:7");
  ASSERT_TRUE(target) << target.error().message;
  v1::FetchTask task;
  SetTarget(*target, "gazette:7", &task);
  const v1::FetchTask understood = Decode("gazette:7").task;
  EXPECT_EQ(task.target(), "gazette:7");
  EXPECT_EQ(task.url(), "https://www.gazette.example/story_7");
  EXPECT_EQ(task.requested_url(), understood.requested_url());
  EXPECT_EQ(task.site(), understood.site());
  EXPECT_EQ(task.article_id(), understood.article_id());
}

TEST(EncodeTask, KeysByHostAndLabelsTheRecord) {
  v1::FetchTask task = Decode("gazette:7").task;
  const Record record = EncodeTask(task, "newsmill.tasks");
  EXPECT_EQ(record.topic, "newsmill.tasks");
  EXPECT_EQ(record.key, "www.gazette.example");
  Message message = Holding(record.value, record.headers);
  EXPECT_EQ(*message.FindHeader("newsmill-task-id"), task.task_id());
  EXPECT_EQ(*message.FindHeader("traceparent"), task.traceparent());
  EXPECT_EQ(DecodeTask(message, Sites()).task.SerializeAsString(),
            task.SerializeAsString());
}

TEST(EncodeTask, KeysByThePortThatIsNotTheSchemesOwn) {
  v1::FetchTask task;
  task.set_url("http://127.0.0.1:8080/x");
  EXPECT_EQ(EncodeTask(task, "t").key, "127.0.0.1:8080");
  task.set_url("no url");
  EXPECT_EQ(EncodeTask(task, "t").key, std::nullopt);
}

TEST(ToValidUtf8, ReplacesOnlyWhatIsBroken) {
  EXPECT_EQ(ToValidUtf8("plain 新闻"), "plain 新闻");
  EXPECT_EQ(ToValidUtf8("a\xff新\xe6\x96"),
            "a\xef\xbf\xbd新\xef\xbf\xbd"
            "\xef\xbf\xbd");
}

}  // namespace
}  // namespace newsmill
