#include "app/cli/format.h"

#include <unistd.h>

#include <csignal>

#include <gtest/gtest.h>

#include "app/cli/table.h"
#include "app/cli/text_width.h"

namespace newsmill {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(FormatCount, GroupsThousands) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1000), "1,000");
  EXPECT_EQ(FormatCount(1234567), "1,234,567");
  EXPECT_EQ(FormatCount(-1000), "-1,000");
  EXPECT_EQ(FormatCount(-100), "-100");
}

TEST(Counted, KnowsOneFromMany) {
  EXPECT_EQ(Counted(1, "task"), "1 task");
  EXPECT_EQ(Counted(0, "task"), "0 tasks");
  EXPECT_EQ(Counted(2000, "task"), "2,000 tasks");
}

TEST(FormatSpan, NamesTheTwoLargestUnits) {
  EXPECT_EQ(FormatSpan(Duration(0)), "0 s");
  EXPECT_EQ(FormatSpan(milliseconds(250)), "250 ms");
  EXPECT_EQ(FormatSpan(milliseconds(4999)), "4 s");
  EXPECT_EQ(FormatSpan(seconds(61)), "1 min 1 s");
  EXPECT_EQ(FormatSpan(hours(51)), "2 d 3 h");
  EXPECT_EQ(FormatSpan(hours(48) + seconds(5)), "2 d");
}

TEST(Names, DropTheirPrefix) {
  EXPECT_EQ(ReasonName(v1::REASON_TIMED_OUT), "TIMED_OUT");
  EXPECT_EQ(ReasonName(static_cast<v1::Reason>(12345)), "12345");
  EXPECT_EQ(KindName(v1::OUTCOME_KIND_UNSPECIFIED), "OPEN");
  EXPECT_EQ(KindName(v1::STORED), "STORED");
}

TEST(Names, EveryReasonHasASentence) {
  const auto* reasons = v1::Reason_descriptor();
  for (int i = 1; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<v1::Reason>(reasons->value(i)->number());
    EXPECT_TRUE(ReasonSentence(reason).ends_with('.')) << ReasonName(reason);
  }
}

TEST(TextWidth, CountsColumnsOfATerminal) {
  EXPECT_EQ(TextWidth("abc"), 3);
  EXPECT_EQ(TextWidth("新闻"), 4);
  EXPECT_EQ(TextWidth("e\xcc\x81"), 1) << "a combining accent takes none";
  EXPECT_EQ(TextWidth(""), 0);
}

TEST(FitText, CutsAtACharacter) {
  EXPECT_EQ(FitText("新闻报道", 8), "新闻报道");
  EXPECT_EQ(FitText("新闻报道", 7), "新闻报…");
  EXPECT_EQ(FitText("新闻报道", 6), "新闻…");
  EXPECT_EQ(FitText("abcdef", 4), "abc…");
}

TEST(FitText, LetsNoControlCharacterThrough) {
  EXPECT_EQ(FitText("a\nb\x1b[2Jc", 20), "a b [2Jc");
  EXPECT_EQ(FitText("a\xff", 20), "a\xef\xbf\xbd");
}

// What the table writes to a stream that is no terminal.
std::string Printed(const Table& table, bool terminal, int width) {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* stream = open_memstream(&text, &size);
  Output out(stream, terminal, false, width);
  table.Print(out);
  std::fclose(stream);
  std::string printed(text, size);
  std::free(text);
  return printed;
}

TEST(Table, AlignsColumnsByTheirWidth) {
  Table table({{"NAME"}, {"N", Table::Align::kRight}, {"NOTE"}});
  table.Add({{"新闻"}, {"7"}, {"x"}});
  table.Add({{"a"}, {"1,000"}, {""}});
  EXPECT_EQ(Printed(table, false, 0),
            "NAME      N  NOTE\n"
            "新闻      7  x\n"
            "a     1,000\n");
}

TEST(Table, CutsTheLastColumnToTheTerminal) {
  Table table({{"KEY"}, {"TEXT", Table::Align::kLeft, 200}});
  table.Add({{"k"}, {std::string(100, 'x')}});
  EXPECT_EQ(Printed(table, true, 25),
            "KEY  TEXT\nk    " + std::string(19, 'x') + "…\n");
  EXPECT_EQ(Printed(table, false, 25),
            "KEY  TEXT\nk    " + std::string(100, 'x') + "\n");
}

TEST(Output, StopsQuietlyWhenTheReaderWentAway) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  std::FILE* stream = fdopen(ends[1], "w");
  setvbuf(stream, nullptr, _IONBF, 0);
  Output out(stream, false, false, 80);
  EXPECT_FALSE(out.Write("text"));
  EXPECT_FALSE(out.open());
  EXPECT_FALSE(out.failed());
  EXPECT_FALSE(out.Write("more"));
  std::fclose(stream);
}

TEST(Output, KnowsAFullDiskFromAReaderThatWentAway) {
  std::FILE* stream = std::fopen("/dev/full", "w");
  ASSERT_NE(stream, nullptr);
  setvbuf(stream, nullptr, _IONBF, 0);
  Output out(stream, false, false, 80);
  EXPECT_FALSE(out.Write("text"));
  EXPECT_TRUE(out.failed());
  std::fclose(stream);
}

TEST(Output, ColoursOnlyWhereColoursAreWanted) {
  EXPECT_EQ(Output(stdout, true, false, 80).Styled(Style::kRed, "x"), "x");
  EXPECT_EQ(Output(stdout, true, true, 80).Styled(Style::kRed, "x"),
            "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace newsmill
