#include "fetcher/dns/resolver.h"

#include <atomic>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetcher/http/socket_set.h"
#include "tests/support/dns_server.h"
#include "tests/support/manual_clock.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::DnsAnswer;
using testing::DnsServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Status = Resolved::Status;

DnsAnswer Addresses(std::vector<std::string> addresses, uint32_t ttl = 300) {
  DnsAnswer answer;
  answer.addresses = std::move(addresses);
  answer.ttl = ttl;
  return answer;
}

DnsAnswer Rcode(int rcode) {
  DnsAnswer answer;
  answer.rcode = rcode;
  return answer;
}

std::vector<std::string> Texts(const Resolved& resolved) {
  std::vector<std::string> texts;
  for (const IpAddress& address : resolved.addresses) {
    texts.push_back(address.text());
  }
  return texts;
}

// A resolver that asks a name server of the test's, on a clock of the test's.
class ResolverTest : public ::testing::Test {
 protected:
  void Use(DnsServer& server, ResolverOptions options = {}) {
    options.servers = {server.address()};
    Start(std::move(options));
  }
  void Start(ResolverOptions options) {
    auto created = Resolver::Create(
        std::move(options),
        [this](int fd, uint32_t interest) { sockets_.Want(fd, interest); },
        clock_);
    ASSERT_TRUE(created) << created.error().message;
    resolver_ = std::move(*created);
  }

  void Turn() {
    const Duration wait = resolver_->WaitFor(1s);
    for (const SocketSet::Event& event :
         sockets_.Wait(static_cast<int>(wait.count()))) {
      resolver_->Act(event.fd, (event.ready & SocketSet::kRead) != 0,
                     (event.ready & SocketSet::kWrite) != 0);
    }
    resolver_->Deliver();
  }

  Resolved Resolve(const std::string& host) {
    std::optional<Resolved> answer;
    const Resolved* const known = resolver_->Resolve(
        host, [&answer](const Resolved& resolved) { answer = resolved; });
    if (known != nullptr) return *known;
    while (!answer) Turn();
    return *answer;
  }

  ManualClock clock_;
  SocketSet sockets_;
  std::unique_ptr<Resolver> resolver_;
};

TEST_F(ResolverTest, GivesTheAddressesOfBothFamilies) {
  DnsServer server({{"a.example", Addresses({"192.0.2.1", "2001:db8::1"})}});
  Use(server);
  const Resolved resolved = Resolve("a.example");
  EXPECT_EQ(resolved.status, Status::kFound) << resolved.detail;
  EXPECT_THAT(Texts(resolved),
              ::testing::UnorderedElementsAre("192.0.2.1", "2001:db8::1"));
}

TEST_F(ResolverTest, AsksOnceHoweverManyWait) {
  DnsServer server({{"a.example", Addresses({"192.0.2.1"})}});
  Use(server);
  int told = 0;
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(resolver_->Resolve("a.example",
                                 [&told](const Resolved& resolved) {
                                   told += Texts(resolved).size() == 1;
                                 }),
              nullptr);
  }
  while (told < 50) Turn();
  EXPECT_EQ(server.Questions("a.example"), 1);
  EXPECT_EQ(resolver_->lookups(), 1u);
}

TEST_F(ResolverTest, KeepsAnAnswerForItsTimeToLive) {
  DnsServer server({{"a.example", Addresses({"192.0.2.1"}, 100)}});
  Use(server);
  Resolve("a.example");
  clock_.Advance(99s);
  Resolve("a.example");
  EXPECT_EQ(server.Questions("a.example"), 1);
  clock_.Advance(1s);
  Resolve("a.example");
  EXPECT_EQ(server.Questions("a.example"), 2);
}

TEST_F(ResolverTest, BoundsATimeToLiveBothWays) {
  DnsServer server({{"short.example", Addresses({"192.0.2.1"}, 0)},
                    {"long.example", Addresses({"192.0.2.1"}, 1'000'000)}});
  Use(server);
  Resolve("short.example");
  Resolve("long.example");
  clock_.Advance(5s - 1ms);
  Resolve("short.example");
  EXPECT_EQ(server.Questions("short.example"), 1);
  clock_.Advance(1h);
  Resolve("short.example");
  Resolve("long.example");
  EXPECT_EQ(server.Questions("short.example"), 2);
  EXPECT_EQ(server.Questions("long.example"), 2);
}

TEST_F(ResolverTest, KeepsTheAnswerThatThereIsNoSuchName) {
  DnsServer server({{"empty.example", Addresses({})}});
  Use(server);
  const Resolved unknown = Resolve("unknown.example");
  EXPECT_EQ(unknown.status, Status::kNoSuchName);
  EXPECT_THAT(unknown.detail, HasSubstr("unknown.example"));
  EXPECT_EQ(Resolve("empty.example").status, Status::kNoSuchName);
  clock_.Advance(59s);
  Resolve("unknown.example");
  EXPECT_EQ(server.Questions("unknown.example"), 1);
  clock_.Advance(1s);
  Resolve("unknown.example");
  EXPECT_EQ(server.Questions("unknown.example"), 2);
}

TEST_F(ResolverTest, AFailureRestsForAShortWhile) {
  DnsServer server({{"broken.example", Rcode(2)}});
  Use(server);
  EXPECT_EQ(Resolve("broken.example").status, Status::kFailed);
  const int asked = server.Questions("broken.example");
  EXPECT_EQ(Resolve("broken.example").status, Status::kFailed);
  EXPECT_EQ(server.Questions("broken.example"), asked);
  clock_.Advance(5s);
  Resolve("broken.example");
  EXPECT_GT(server.Questions("broken.example"), asked);
}

TEST_F(ResolverTest, GivesUpOnASilentServer) {
  DnsAnswer silent;
  silent.silent = true;
  DnsServer server({{"silent.example", silent}});
  ResolverOptions options;
  options.timeout = 50ms;
  options.tries = 1;
  Use(server, options);
  const Resolved resolved = Resolve("silent.example");
  EXPECT_EQ(resolved.status, Status::kFailed);
  EXPECT_THAT(resolved.detail, HasSubstr("imeout"));
}

TEST_F(ResolverTest, ServersThatFailEveryNameAreOurTrouble) {
  DnsServer server([](const std::string&) { return Rcode(2); });
  Use(server);
  const Resolved resolved = Resolve("a.example");
  EXPECT_EQ(resolved.status, Status::kNoServer);
  EXPECT_THAT(resolved.detail, HasSubstr("for no name at all"));
}

TEST_F(ResolverTest, ServersThatNeverAnswerAreOurTrouble) {
  DnsServer server([](const std::string&) {
    DnsAnswer silent;
    silent.silent = true;
    return silent;
  });
  ResolverOptions options;
  options.timeout = 20ms;
  options.tries = 1;
  Use(server, options);
  EXPECT_EQ(Resolve("a.example").status, Status::kNoServer);
}

// One that knows no root still shows that it answers, by the last name it did.
TEST_F(ResolverTest, AServerOfAClosedNetworkIsKnownByANameThatItAnswered) {
  DnsServer server([](const std::string& name) {
    return name == "a.example" ? Addresses({"192.0.2.1"}) : Rcode(5);
  });
  Use(server);
  EXPECT_EQ(Resolve("a.example").status, Status::kFound);
  clock_.Advance(1s);
  EXPECT_EQ(Resolve("broken.example").status, Status::kFailed);
}

TEST_F(ResolverTest, AServerThatCameToAnEndIsOurTroubleThoughItAnsweredBefore) {
  std::atomic<bool> broken = false;
  DnsServer server([&broken](const std::string&) {
    return broken ? Rcode(2) : Addresses({"192.0.2.1"});
  });
  Use(server);
  EXPECT_EQ(Resolve("a.example").status, Status::kFound);
  broken = true;
  clock_.Advance(1s);
  EXPECT_EQ(Resolve("b.example").status, Status::kNoServer);
  broken = false;
  clock_.Advance(5s);
  EXPECT_EQ(Resolve("b.example").status, Status::kFound);
}

TEST_F(ResolverTest, WhoGivesUpOnANameIsToldWhetherAnyNameIsAnswered) {
  std::atomic<bool> knows_root = false;
  DnsServer server([&knows_root](const std::string& name) {
    DnsAnswer silent;
    silent.silent = true;
    return name.empty() && knows_root ? Addresses({}) : silent;
  });
  ResolverOptions options;
  options.timeout = 50ms;
  options.tries = 6;  // longer than anybody waits here
  Use(server, options);
  const auto ignore = [](const Resolved&) {};
  resolver_->Resolve("a.example", ignore);
  EXPECT_EQ(resolver_->GiveUp("a.example").status, Status::kFailed)
      << "nothing is known yet";
  clock_.Advance(50ms);  // the root is asked for
  Turn();
  clock_.Advance(50ms);
  EXPECT_EQ(resolver_->GiveUp("a.example").status, Status::kNoServer);
  knows_root = true;
  while (resolver_->GiveUp("a.example").status == Status::kNoServer) Turn();
}

TEST_F(ResolverTest, TellsAMachineWithoutANameServerFromABrokenName) {
  ResolverOptions options;
  options.servers = {"255.255.255.255"};  // the kernel lets nobody send there
  Start(options);
  EXPECT_EQ(Resolve("a.example").status, Status::kNoServer);
}

TEST_F(ResolverTest, AnswersSpecialNamesWithoutAsking) {
  DnsServer server([](const std::string&) { return Addresses({"192.0.2.1"}); });
  Use(server);
  EXPECT_THAT(Texts(Resolve("localhost")), ElementsAre("127.0.0.1", "::1"));
  EXPECT_THAT(Texts(Resolve("a.localhost")), ElementsAre("127.0.0.1", "::1"));
  EXPECT_EQ(Resolve("nowhere.invalid").status, Status::kNoSuchName);
  EXPECT_EQ(resolver_->lookups(), 0u);
}

TEST_F(ResolverTest, HoldsNoMoreAnswersThanAllowed) {
  DnsServer server([](const std::string&) { return Addresses({"192.0.2.1"}); });
  ResolverOptions options;
  options.most_entries = 3;
  Use(server, options);
  for (const char* host : {"a", "b", "c"}) {
    Resolve(std::string(host) + ".example");
  }
  Resolve("a.example");  // used again: the next to go is b
  Resolve("d.example");
  EXPECT_EQ(resolver_->cached(), 3u);
  Resolve("a.example");
  EXPECT_EQ(server.Questions("a.example"), 1);
  Resolve("b.example");
  EXPECT_EQ(server.Questions("b.example"), 2);
}

TEST_F(ResolverTest, TriesAnAddressLastThatNobodyCouldConnectTo) {
  DnsServer server({{"a.example", Addresses({"192.0.2.1", "192.0.2.2"})}});
  Use(server);
  const Resolved before = Resolve("a.example");
  resolver_->Demote("a.example", before.addresses.front());
  const Resolved after = Resolve("a.example");
  EXPECT_EQ(after.addresses.front(), before.addresses.back());
  EXPECT_EQ(after.addresses.size(), 2u);
}

TEST_F(ResolverTest, RefusesServersThatAreNone) {
  ResolverOptions options;
  options.servers = {"ns.example"};
  const auto created = Resolver::Create(
      options, [](int, uint32_t) {}, clock_);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, Code::kBadConfiguration);
  EXPECT_THAT(created.error().message, HasSubstr("fetcher.dns_servers"));
}

TEST(AddressCache, ForgetsWhatExpired) {
  AddressCache cache(2);
  const Instant now{1h};
  cache.Put("a.example", Resolved{}, now + 1s);
  EXPECT_NE(cache.Find("a.example", now), nullptr);
  EXPECT_EQ(cache.Find("a.example", now + 1s), nullptr);
  EXPECT_EQ(cache.size(), 0u);
}

}  // namespace
}  // namespace newsmill
