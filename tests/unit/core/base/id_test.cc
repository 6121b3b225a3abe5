#include "core/base/id.h"

#include <gtest/gtest.h>

#include <set>

namespace newsmill {
namespace {

TEST(UuidV7, CarriesTheTimeVersionAndVariant) {
  const std::string id = NewUuidV7(Timestamp(Duration(0x0123456789ab)));
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id.substr(0, 15), "01234567-89ab-7");
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
}

TEST(UuidV7, IsAnotherOneEachTime) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(NewUuidV7(Timestamp{}));
  EXPECT_EQ(ids.size(), 1000u);
}

TEST(Hash, GivesTheStandardsValues) {
  EXPECT_EQ(HexEncode(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Xxh128Hex(""), "99aa06d3014798d86001c324468d497f");
}

TEST(Traceparent, KeepsTheTraceAndChangesTheSpan) {
  const std::string parent = NewTraceparent();
  const std::string child = ChildTraceparent(parent);
  ASSERT_EQ(child.size(), 55u);
  EXPECT_EQ(child.substr(0, 36), parent.substr(0, 36));
  EXPECT_NE(child.substr(36, 16), parent.substr(36, 16));
}

TEST(Traceparent, StartsATraceWhereTheParentIsMalformed) {
  const std::string zero =
      "00-00000000000000000000000000000000-0123456789abcdef-01";
  for (const std::string& parent :
       {std::string(), std::string("00-xyz"), zero, std::string(55, 'a')}) {
    const std::string child = ChildTraceparent(parent);
    ASSERT_EQ(child.size(), 55u);
    EXPECT_NE(child.substr(3, 32), std::string(32, '0'));
    EXPECT_TRUE(child.starts_with("00-"));
  }
}

}  // namespace
}  // namespace newsmill
