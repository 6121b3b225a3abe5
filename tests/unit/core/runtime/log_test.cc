#include "core/runtime/log.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace newsmill::log {
namespace {

using ::testing::HasSubstr;

// What `write` leaves on stderr.
std::string Logged(Level level, Format format,
                   const std::function<void()>& write) {
  testing::internal::CaptureStderr();
  Configure(level, format);
  write();
  std::string text = testing::internal::GetCapturedStderr();
  Configure(Level::kInfo, Format::kAuto);
  return text;
}

TEST(Log, JsonIsOneObjectALine) {
  const std::string text = Logged(Level::kInfo, Format::kJson, [] {
    Warn("Fetch failed.", {{"host", "news.example"},
                           {"attempt", 2},
                           {"seconds", 0.5},
                           {"final", true}});
    Info("Second.");
  });
  const size_t end = text.find('\n');
  const auto line = nlohmann::json::parse(text.substr(0, end));
  EXPECT_EQ(line["level"], "warn");
  EXPECT_EQ(line["message"], "Fetch failed.");
  EXPECT_EQ(line["host"], "news.example");
  EXPECT_EQ(line["attempt"], 2);
  EXPECT_EQ(line["seconds"], 0.5);
  EXPECT_EQ(line["final"], true);
  EXPECT_TRUE(line.contains("time"));
  EXPECT_EQ(nlohmann::json::parse(text.substr(end + 1))["message"], "Second.");
}

TEST(Log, JsonStaysReadableWithBytesThatAreNoUtf8AndWithLineEnds) {
  const std::string text = Logged(Level::kInfo, Format::kJson, [] {
    Info("Odd.", {{"value", std::string("a\xff\"b\nc")}});
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_EQ(nlohmann::json::parse(text)["value"], "a\xEF\xBF\xBD\"b\nc");
}

TEST(Log, TextQuotesWhatWouldBeReadWrongly) {
  const std::string text = Logged(Level::kInfo, Format::kText, [] {
    Error("Fetch failed.",
          {{"host", "a.example"}, {"error", "no\nroute = x"}, {"n", 3}});
  });
  EXPECT_THAT(text, HasSubstr("Fetch failed.  host=a.example  "
                              "error=\"no\\nroute = x\"  n=3\n"));
  EXPECT_THAT(text, HasSubstr(" error Fetch"));
}

TEST(Log, WhatIsBelowTheLevelIsNotWritten) {
  const std::string text = Logged(Level::kWarn, Format::kText, [] {
    EXPECT_FALSE(Enabled(Level::kInfo));
    EXPECT_TRUE(Enabled(Level::kError));
    Info("Hidden.");
    Debug("Hidden.");
  });
  EXPECT_EQ(text, "");
}

TEST(Log, AutomaticFormatIsJsonWhereNobodyWatches) {
  const std::string text =
      Logged(Level::kInfo, Format::kAuto, [] { Info("To a file."); });
  EXPECT_TRUE(nlohmann::json::accept(text)) << text;
}

}  // namespace
}  // namespace newsmill::log
