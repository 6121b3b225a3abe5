#include "fetcher/hosts/address_book.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

using std::chrono_literals::operator""ms;

constexpr Instant kNow{std::chrono::hours(1)};

FetcherConfig Config(int64_t most) {
  FetcherConfig config;
  config.address_concurrency = most;
  config.shared_addresses = {"203.0.113.0/24", "2001:db8::/32"};
  return config;
}

TEST(AddressBook, AnAddressHasRoomForSoManyAndOthersHaveTheirOwn) {
  AddressBook book(Config(2));
  const AddressBook::Place one = book.Enter("a.example", "192.0.2.1", kNow);
  AddressBook::Place two = book.Enter("a.example", "192.0.2.1", kNow);
  EXPECT_TRUE(one);
  EXPECT_TRUE(two);
  EXPECT_FALSE(book.Enter("a.example", "192.0.2.1", kNow));
  EXPECT_TRUE(book.Enter("a.example", "192.0.2.2", kNow));
  two = {};
  EXPECT_TRUE(book.Enter("a.example", "192.0.2.1", kNow));
}

TEST(AddressBook, APlaceThatMovesIsCountedOnce) {
  AddressBook book(Config(1));
  AddressBook::Place first = book.Enter("a.example", "192.0.2.1", kNow);
  {
    const AddressBook::Place second = std::move(first);
    EXPECT_TRUE(second);
    EXPECT_EQ(book.RunningAt("192.0.2.1"), 1);
  }
  EXPECT_EQ(book.RunningAt("192.0.2.1"), 0);
}

TEST(AddressBook, SharedAddressesAreNotCounted) {
  AddressBook book(Config(1));
  for (const char* address : {"203.0.113.7", "2001:db8::7"}) {
    const AddressBook::Place one = book.Enter("a.example", address, kNow);
    EXPECT_TRUE(book.Enter("a.example", address, kNow)) << address;
    EXPECT_EQ(book.RunningAt(address), 0);
  }
}

TEST(AddressBook, RequestsToOneAddressStartADelayApart) {
  FetcherConfig config = Config(9);
  config.address_delay = 100ms;
  AddressBook book(config);
  EXPECT_TRUE(book.Enter("a.example", "192.0.2.1", kNow));
  const auto second = book.Enter("b.example", "192.0.2.1", kNow);
  EXPECT_FALSE(second);
  EXPECT_EQ(second.come_again(), kNow + 100ms);
  const auto third = book.Enter("c.example", "192.0.2.1", kNow);
  EXPECT_EQ(third.come_again(), kNow + 200ms) << "a time of its own";
  EXPECT_TRUE(book.Enter("d.example", "192.0.2.2", kNow));
  EXPECT_TRUE(book.Enter("b.example", "192.0.2.1", kNow + 100ms));
  EXPECT_FALSE(book.Enter("c.example", "192.0.2.1", kNow + 199ms));
  EXPECT_TRUE(book.Enter("c.example", "192.0.2.1", kNow + 200ms));
}

TEST(AddressBook, AHostThatIsKnownWaitsBeforeItConnects) {
  FetcherConfig config = Config(9);
  config.address_delay = 100ms;
  AddressBook book(config);
  EXPECT_EQ(book.MustWait("a.example", kNow), std::nullopt) << "never met";
  EXPECT_TRUE(book.Enter("a.example", "192.0.2.1", kNow));
  EXPECT_EQ(book.MustWait("a.example", kNow + 10ms), kNow + 100ms);
  EXPECT_EQ(book.MustWait("a.example", kNow + 20ms), kNow + 100ms)
      << "the same turn";
  EXPECT_EQ(book.MustWait("a.example", kNow + 100ms), std::nullopt);
  EXPECT_TRUE(book.Enter("a.example", "192.0.2.1", kNow + 110ms))
      << "in the turn that it was given";
  EXPECT_EQ(book.MustWait("a.example", kNow + 120ms), kNow + 200ms);
}

TEST(AddressBook, ATurnThatIsNotUsedIsGivenUp) {
  FetcherConfig config = Config(9);
  config.address_delay = 100ms;
  AddressBook book(config);
  EXPECT_TRUE(book.Enter("a.example", "192.0.2.1", kNow));
  EXPECT_EQ(book.MustWait("a.example", kNow), kNow + 100ms);
  const Instant later = kNow + std::chrono::minutes(2);
  EXPECT_TRUE(book.Enter("b.example", "192.0.2.1", later));
  EXPECT_EQ(book.MustWait("a.example", later), later + 100ms);
}

TEST(AddressBook, AHostThatMovedTakesATurnOfItsNewAddress) {
  FetcherConfig config = Config(9);
  config.address_delay = 100ms;
  AddressBook book(config);
  EXPECT_TRUE(book.Enter("a.example", "192.0.2.1", kNow));
  EXPECT_TRUE(book.Enter("b.example", "192.0.2.2", kNow));
  EXPECT_EQ(book.Enter("a.example", "192.0.2.2", kNow).come_again(),
            kNow + 100ms);
}

TEST(AddressBook, ForgetsHostsThatAreNotMetAnyMore) {
  AddressBook book(Config(1));
  for (int i = 0; i < 10'000; ++i) {
    const Instant now = kNow + std::chrono::minutes(i);
    const std::string name = std::to_string(i) + ".example";
    EXPECT_TRUE(book.Enter(name, "192.0.2." + std::to_string(i % 200), now));
  }
  EXPECT_LT(book.size(), 5000u);
}

}  // namespace
}  // namespace newsmill
