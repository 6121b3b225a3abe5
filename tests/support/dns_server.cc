#include "tests/support/dns_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <thread>

namespace newsmill::testing {
namespace {

constexpr uint16_t kTypeA = 1;
constexpr uint16_t kTypeAaaa = 28;
constexpr size_t kHeaderBytes = 12;

void Put16(std::string& out, uint32_t value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value));
}

// The address in the form of this type of record; empty: it is of another.
std::string Data(const std::string& address, uint16_t type) {
  std::array<char, 16> bytes{};
  const int family = type == kTypeA ? AF_INET : AF_INET6;
  if (inet_pton(family, address.c_str(), bytes.data()) != 1) return "";
  return {bytes.data(), type == kTypeA ? size_t{4} : size_t{16}};
}

struct Question {
  std::string name;
  uint16_t type = 0;
  size_t end = 0;  // of the question in the message
};

Question Parse(std::string_view message) {
  Question question;
  size_t at = kHeaderBytes;
  while (at < message.size() && message[at] != 0) {
    const auto length = static_cast<size_t>(message[at]);
    if (!question.name.empty()) question.name += '.';
    for (const char c : message.substr(at + 1, length)) {
      question.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    at += length + 1;
  }
  if (at + 5 > message.size()) return {};
  question.type =
      static_cast<uint16_t>(static_cast<uint8_t>(message[at + 1]) << 8 |
                            static_cast<uint8_t>(message[at + 2]));
  question.end = at + 5;
  return question;
}

// RFC 1035, section 4.
std::string Reply(std::string_view message, const Question& question,
                  const DnsAnswer& answer) {
  std::string records;
  uint32_t count = 0;
  for (const std::string& address : answer.addresses) {
    const std::string data = Data(address, question.type);
    if (data.empty()) continue;
    ++count;
    Put16(records, 0xC000 | kHeaderBytes);  // the question's name
    Put16(records, question.type);
    Put16(records, 1);
    Put16(records, answer.ttl >> 16);
    Put16(records, answer.ttl & 0xFFFF);
    Put16(records, static_cast<uint32_t>(data.size()));
    records += data;
  }
  std::string reply(message.substr(0, 2));
  Put16(reply, 0x8180 | static_cast<uint32_t>(answer.rcode));
  Put16(reply, 1);
  Put16(reply, count);
  Put16(reply, 0);
  Put16(reply, 0);
  reply += message.substr(kHeaderBytes, question.end - kHeaderBytes);
  return reply + records;
}

}  // namespace

class DnsServer::Impl {
 public:
  explicit Impl(Answerer answerer) : answerer_(std::move(answerer)) {
    socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    stop_ = eventfd(0, EFD_CLOEXEC);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof any;
    auto* const address = reinterpret_cast<sockaddr*>(&any);
    if (bind(socket_, address, size) != 0 ||
        getsockname(socket_, address, &size) != 0) {
      std::abort();
    }
    port_ = ntohs(any.sin_port);
    thread_ = std::thread([this] { Run(); });
  }

  ~Impl() {
    const uint64_t one = 1;
    (void)!write(stop_, &one, sizeof one);
    thread_.join();
    close(socket_);
    close(stop_);
  }

  int port() const { return port_; }

  int Questions(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = questions_.find(name);
    return found == questions_.end() ? 0 : found->second;
  }

 private:
  void Run() {
    while (true) {
      std::array<pollfd, 2> watched = {
          {{socket_, POLLIN, 0}, {stop_, POLLIN, 0}}};
      poll(watched.data(), watched.size(), -1);
      if (watched[1].revents != 0) return;
      AnswerOne();
    }
  }

  void AnswerOne() {
    std::array<char, 4096> buffer{};
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    auto* const address = reinterpret_cast<sockaddr*>(&peer);
    const ssize_t got =
        recvfrom(socket_, buffer.data(), buffer.size(), 0, address, &size);
    if (got < static_cast<ssize_t>(kHeaderBytes)) return;
    const std::string_view message(buffer.data(), static_cast<size_t>(got));
    const Question question = Parse(message);
    const DnsAnswer answer = answerer_(question.name);
    if (question.type == kTypeA) {
      const std::lock_guard lock(mutex_);
      ++questions_[question.name];
    }
    if (answer.silent || question.type == 0) return;
    const std::string reply = Reply(message, question, answer);
    (void)!sendto(socket_, reply.data(), reply.size(), 0, address, size);
  }

  const Answerer answerer_;
  int socket_ = -1;
  int stop_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, int> questions_;  // guarded by mutex_
  std::thread thread_;
};

DnsServer::DnsServer(Answerer answerer)
    : impl_(std::make_unique<Impl>(std::move(answerer))) {}

DnsServer::DnsServer(std::map<std::string, DnsAnswer> names)
    : DnsServer([names = std::move(names)](const std::string& name) {
        const auto found = names.find(name);
        if (found != names.end()) return found->second;
        DnsAnswer unknown;
        unknown.rcode = 3;
        return unknown;
      }) {}

DnsServer::~DnsServer() = default;

std::string DnsServer::address() const {
  return "127.0.0.1:" + std::to_string(impl_->port());
}

int DnsServer::Questions(const std::string& name) const {
  return impl_->Questions(name);
}

}  // namespace newsmill::testing
