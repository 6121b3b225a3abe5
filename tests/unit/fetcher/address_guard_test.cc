#include "fetcher/guard/address_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using ::testing::HasSubstr;

struct RefusedCase {
  const char* address;
  const char* is;
};

class RefusedAddress : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedAddress, IsRefusedAsWhatItIs) {
  EXPECT_THAT(AddressGuard().RefusalOf(GetParam().address),
              HasSubstr(GetParam().is))
      << GetParam().address;
}

INSTANTIATE_TEST_SUITE_P(
    NotPublic, RefusedAddress,
    ::testing::Values(
        RefusedCase{"0.0.0.0", "this network"},
        RefusedCase{"10.255.0.1", "private"},
        RefusedCase{"100.64.0.1", "carrier-grade NAT"},
        RefusedCase{"100.100.100.200", "metadata"},
        RefusedCase{"127.0.0.1", "loopback"},
        RefusedCase{"127.255.255.254", "loopback"},
        RefusedCase{"168.63.129.16", "metadata"},
        RefusedCase{"169.254.169.254", "metadata"},
        RefusedCase{"169.254.0.1", "link-local"},
        RefusedCase{"172.16.0.1", "private"},
        RefusedCase{"172.31.255.255", "private"},
        RefusedCase{"192.0.0.192", "reserved"},
        RefusedCase{"192.168.1.1", "private"},
        RefusedCase{"198.18.0.1", "benchmarking"},
        RefusedCase{"224.0.0.1", "multicast"},
        RefusedCase{"240.0.0.1", "reserved"},
        RefusedCase{"255.255.255.255", "broadcast"},
        RefusedCase{"::", "unspecified"}, RefusedCase{"::1", "loopback"},
        RefusedCase{"fc00::1", "private"},
        RefusedCase{"fd00:ec2::254", "metadata"},
        RefusedCase{"fe80::1%eth0", "link-local"},
        RefusedCase{"ff02::1", "multicast"}, RefusedCase{"4000::1", "reserved"},
        RefusedCase{"64:ff9b:1::1", "reserved"},
        RefusedCase{"2001:db8::1", "documentation"},
        RefusedCase{"2001:0:4136:e378::1", "reserved"},  // Teredo
        RefusedCase{"::ffff:10.0.0.1", "private"},
        RefusedCase{"::ffff:a9fe:a9fe", "metadata"},
        RefusedCase{"::10.0.0.1", "private"},
        RefusedCase{"64:ff9b::a9fe:a9fe", "metadata"},
        RefusedCase{"64:ff9b::7f00:1", "loopback"},
        RefusedCase{"2002:7f00:1::1", "loopback"},
        RefusedCase{"2002:c0a8:101::1", "private"},
        RefusedCase{"not an address", "no address"}, RefusedCase{"", "no"}));

TEST(AddressGuard, LetsPublicAddressesPass) {
  for (const char* address :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.1",
        "192.167.255.255", "192.169.0.0", "223.255.255.255", "2606:4700::1111",
        "2a00::1", "64:ff9b::101:101", "2002:101:101::1", "::ffff:1.1.1.1"}) {
    EXPECT_EQ(AddressGuard().RefusalOf(address), "") << address;
  }
}

TEST(AddressGuard, LetsPassWhatTheConfigurationNames) {
  const auto guard = AddressGuard::Create({"10.1.0.0/16", "fd12::/16"});
  ASSERT_TRUE(guard);
  EXPECT_EQ(guard->RefusalOf("10.1.2.3"), "");
  EXPECT_EQ(guard->RefusalOf("::ffff:10.1.2.3"), "");
  EXPECT_EQ(guard->RefusalOf("64:ff9b::10.1.2.3"), "");
  EXPECT_EQ(guard->RefusalOf("fd12::7"), "");
  EXPECT_NE(guard->RefusalOf("10.2.0.1"), "");
  EXPECT_NE(guard->RefusalOf("fd13::7"), "");
}

TEST(AddressGuard, SaysWhatToConfigure) {
  const std::string refusal = AddressGuard().RefusalOf("10.0.0.1");
  EXPECT_THAT(refusal, HasSubstr("10.0.0.1 is a private address (10.0.0.0/8)"));
  EXPECT_THAT(refusal,
              HasSubstr("[fetcher]\nallow_addresses = [\"10.0.0.0/8\"]"));
}

TEST(AddressGuard, RefusesAConfigurationThatIsNoBlock) {
  const auto guard = AddressGuard::Create({"10.0.0.0/8", "intranet"});
  ASSERT_FALSE(guard);
  EXPECT_EQ(guard.error().code, Code::kBadConfiguration);
  EXPECT_THAT(guard.error().message, HasSubstr("fetcher.allow_addresses"));
  EXPECT_THAT(guard.error().message, HasSubstr("\"intranet\""));
}

}  // namespace
}  // namespace newsmill
