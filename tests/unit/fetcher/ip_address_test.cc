#include "fetcher/guard/ip_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using ::testing::HasSubstr;

TEST(IpAddress, ReadsBothFamiliesAndWritesThemInOneWay) {
  EXPECT_EQ(IpAddress::Parse("10.0.0.1")->text(), "10.0.0.1");
  EXPECT_EQ(IpAddress::Parse("[2001:DB8:0::1]")->text(), "2001:db8::1");
  EXPECT_EQ(IpAddress::Parse("fe80::1%eth0")->text(), "fe80::1");
  EXPECT_EQ(IpAddress::Parse("::ffff:10.0.0.1")->text(), "10.0.0.1");
  for (const char* text : {"", "10.0.0", "10.0.0.256", "localhost", "::g"}) {
    EXPECT_FALSE(IpAddress::Parse(text)) << text;
  }
}

TEST(IpAddress, FindsTheV4AddressInside) {
  const auto inside = [](const char* text) {
    const auto inner = IpAddress::Parse(text)->EmbeddedV4();
    return inner ? inner->text() : "";
  };
  EXPECT_EQ(inside("::ffff:10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(inside("64:ff9b::10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(inside("2002:0a01:0203::1"), "10.1.2.3");
  EXPECT_EQ(inside("::10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(inside("::1"), "");
  EXPECT_EQ(inside("2001:4860::1"), "");
}

TEST(Cidr, HoldsTheAddressesOfItsBlock) {
  const auto holds = [](const char* block, const char* address) {
    return Cidr::Parse(block)->Contains(*IpAddress::Parse(address));
  };
  EXPECT_TRUE(holds("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(holds("172.16.0.0/12", "172.32.0.0"));
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7", "192.0.2.8"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.1"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(holds("fc00::/7", "fd12::1"));
  EXPECT_TRUE(holds("::/0", "fd12::1"));
}

TEST(Cidr, SaysWhatWasExpected) {
  for (const char* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "x/8",
                           "fd00::/129", "10.0.0.0/8x", ""}) {
    const auto block = Cidr::Parse(text);
    ASSERT_FALSE(block) << text;
    EXPECT_EQ(block.error().code, Code::kBadConfiguration);
    EXPECT_THAT(block.error().message, HasSubstr("such as 10.0.0.0/8"));
  }
}

}  // namespace
}  // namespace newsmill
