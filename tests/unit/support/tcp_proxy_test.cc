#include "tests/support/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/process/free_port.h"

namespace newsmill::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Says on each connection what it hears, until it is closed.
class Echo {
 public:
  Echo() : port_(process::FreePort()) {
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = Loopback(port_);
    if (bind(fd_, reinterpret_cast<const sockaddr*>(&address),
             sizeof address) != 0 ||
        listen(fd_, 8) != 0) {
      std::abort();
    }
    thread_ = std::thread([this] {
      std::vector<std::thread> connections;
      for (int c = accept(fd_, nullptr, nullptr); c >= 0;
           c = accept(fd_, nullptr, nullptr)) {
        connections.emplace_back([c] {
          char bytes[4096];
          for (ssize_t n = 0; (n = recv(c, bytes, sizeof bytes, 0)) > 0;) {
            send(c, bytes, static_cast<size_t>(n), MSG_NOSIGNAL);
          }
          close(c);
        });
      }
      for (std::thread& connection : connections) connection.join();
    });
  }
  ~Echo() {
    shutdown(fd_, SHUT_RDWR);
    thread_.join();
    close(fd_);
  }
  std::string port() const { return std::to_string(port_); }

 private:
  const int port_;
  int fd_ = -1;
  std::thread thread_;
};

class Client {
 public:
  explicit Client(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    const sockaddr_in address = Loopback(port);
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address),
                         sizeof address) == 0;
  }
  ~Client() { close(fd_); }
  bool connected() const { return connected_; }
  void Say(const std::string& bytes) {
    ASSERT_EQ(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              std::ssize(bytes));
  }
  std::string Hear(size_t count) {
    std::string heard(count, '\0');
    const ssize_t n = recv(fd_, heard.data(), count, MSG_WAITALL);
    error_ = n < 0 ? errno : 0;
    heard.resize(n < 0 ? 0 : static_cast<size_t>(n));
    return heard;
  }
  // Nothing is there to be heard.
  bool Silent() const {
    char byte = 0;
    return recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
  }
  int error() const { return error_; }

 private:
  const int fd_;
  bool connected_ = false;
  int error_ = 0;
};

class TcpProxyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = TcpProxy::Start(echo_.port());
    ASSERT_TRUE(started) << started.error().message;
    proxy_ = std::move(*started);
  }
  Echo echo_;
  std::unique_ptr<TcpProxy> proxy_;  // goes before who it stands before
};

TEST_F(TcpProxyTest, PassesEverythingBothWays) {
  Client client(proxy_->port());
  std::string much;
  for (int i = 0; i < 300'000; ++i) much += static_cast<char>(i % 251);
  std::thread say([&] { client.Say(much); });
  EXPECT_TRUE(client.Hear(much.size()) == much);
  say.join();
}

TEST_F(TcpProxyTest, ResetsWhatIsCutAndTakesNewConnections) {
  Client client(proxy_->port());
  client.Say("a");
  EXPECT_EQ(client.Hear(1), "a");
  proxy_->Cut();
  EXPECT_EQ(client.Hear(1), "");
  EXPECT_EQ(client.error(), ECONNRESET);
  Client again(proxy_->port());
  again.Say("b");
  EXPECT_EQ(again.Hear(1), "b");
}

TEST_F(TcpProxyTest, LeavesAHalfOpenConnectionWithoutAWord) {
  Client client(proxy_->port());
  client.Say("a");
  EXPECT_EQ(client.Hear(1), "a");
  proxy_->HalfOpen();
  client.Say("b");
  Client other(proxy_->port());
  other.Say("c");
  EXPECT_EQ(other.Hear(1), "c");
  EXPECT_TRUE(client.Silent());
  proxy_->Cut();
  EXPECT_EQ(client.Hear(1), "");
  EXPECT_EQ(client.error(), ECONNRESET);
}

TEST_F(TcpProxyTest, DelaysAndNarrowsWhatTheServerSays) {
  Client client(proxy_->port());
  proxy_->Set({.delay = milliseconds(150)});
  auto begin = steady_clock::now();
  client.Say("a");
  EXPECT_EQ(client.Hear(1), "a");
  EXPECT_GE(steady_clock::now() - begin, milliseconds(150));
  proxy_->Set({.bytes_per_second = 10'000});
  begin = steady_clock::now();
  client.Say(std::string(3000, 'b'));
  EXPECT_EQ(client.Hear(3000), std::string(3000, 'b'));
  EXPECT_GE(steady_clock::now() - begin, milliseconds(200));
}

TEST_F(TcpProxyTest, KeepsBackAnAnswerAndWhatFollows) {
  Client client(proxy_->port());
  proxy_->KeepBack("MARK");
  client.Say("before");
  EXPECT_EQ(client.Hear(6), "before");
  client.Say("the MARK");
  const Result<void> kept = proxy_->AwaitKeptBack(seconds(60));
  ASSERT_TRUE(kept) << kept.error().message;
  client.Say("after");
  Client other(proxy_->port());
  other.Say("MARK");
  EXPECT_EQ(other.Hear(4), "MARK") << "once";
  EXPECT_TRUE(client.Silent());
  EXPECT_EQ(proxy_->AwaitKeptBack(milliseconds(0)).has_value(), true);
  proxy_->KeepBack("never");
  EXPECT_FALSE(proxy_->AwaitKeptBack(milliseconds(1)));
}

TEST_F(TcpProxyTest, ResetsWhatTheServerDoesNotTake) {
  proxy_->SetServer("/nowhere/socket");
  Client client(proxy_->port());
  EXPECT_EQ(client.Hear(1), "");
  proxy_->SetServer(echo_.port());
  Client again(proxy_->port());
  again.Say("a");
  EXPECT_EQ(again.Hear(1), "a");
  proxy_->Set({.closed = true});
  Client closed(proxy_->port());
  EXPECT_EQ(closed.Hear(1), "");
}

}  // namespace
}  // namespace newsmill::testing
