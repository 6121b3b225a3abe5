#include "fetcher/hosts/address_book.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

FetcherConfig Config(int64_t most) {
  FetcherConfig config;
  config.address_concurrency = most;
  config.shared_addresses = {"203.0.113.0/24", "2001:db8::/32"};
  return config;
}

TEST(AddressBook, AnAddressHasRoomForSoManyAndOthersHaveTheirOwn) {
  AddressBook book(Config(2));
  const AddressBook::Place one = book.Enter("192.0.2.1");
  AddressBook::Place two = book.Enter("192.0.2.1");
  EXPECT_TRUE(one);
  EXPECT_TRUE(two);
  EXPECT_FALSE(book.Enter("192.0.2.1"));
  EXPECT_TRUE(book.Enter("192.0.2.2"));
  two = {};
  EXPECT_TRUE(book.Enter("192.0.2.1"));
}

TEST(AddressBook, APlaceThatMovesIsCountedOnce) {
  AddressBook book(Config(1));
  AddressBook::Place first = book.Enter("192.0.2.1");
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
    const AddressBook::Place one = book.Enter(address);
    EXPECT_TRUE(book.Enter(address)) << address;
    EXPECT_EQ(book.RunningAt(address), 0);
  }
}

}  // namespace
}  // namespace newsmill
