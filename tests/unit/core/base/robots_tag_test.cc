#include "core/base/robots_tag.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "agent:name", one each.
std::vector<std::string> Read(std::string_view field) {
  std::vector<std::string> read;
  for (const RobotsDirective& directive : ParseRobotsTag(field)) {
    read.push_back(directive.agent + ":" + directive.name);
  }
  return read;
}

TEST(ParseRobotsTag, ReadsAList) {
  EXPECT_THAT(Read("NoIndex , noarchive,,"),
              ElementsAre(":noindex", ":noarchive"));
  EXPECT_THAT(Read(""), IsEmpty());
  EXPECT_THAT(Read(" , "), IsEmpty());
}

TEST(ParseRobotsTag, AnAgentCountsForWhatFollowsIt) {
  EXPECT_THAT(Read("noindex, SomeBot: noarchive, nosnippet, other-bot:none"),
              ElementsAre(":noindex", "somebot:noarchive", "somebot:nosnippet",
                          "other-bot:none"));
  EXPECT_THAT(Read("somebot: noindex, *: noarchive"),
              ElementsAre("somebot:noindex", ":noarchive"));
}

TEST(ParseRobotsTag, ADirectiveWithAValueIsNoAgent) {
  EXPECT_THAT(Read("max-snippet:-1, noarchive"),
              ElementsAre(":max-snippet", ":noarchive"));
  EXPECT_THAT(Read("somebot: max-image-preview:large"),
              ElementsAre("somebot:max-image-preview"));
}

TEST(ParseRobotsTag, ADateWithACommaHidesNothing) {
  EXPECT_THAT(
      Read("unavailable_after: Fri, 25 Jun 2010 15:00:00 PST, noarchive"),
      ElementsAre(":unavailable_after", ":noarchive"));
}

TEST(ParseRobotsTag, NonsenseIsNoDirective) {
  EXPECT_THAT(Read(":::"), IsEmpty());
  EXPECT_THAT(Read("bot:"), IsEmpty());
}

}  // namespace
}  // namespace newsmill
