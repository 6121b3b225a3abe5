#include "bench/fetch/clients.h"

#include <atomic>
#include <iostream>
#include <memory>
#include <thread>

#include <curl/curl.h>

#include "core/bus/config.h"
#include "fetcher/fetch_handler.h"

namespace newsmill::bench {
namespace {

class AlwaysFresh : public WorkerPort {
 public:
  bool IsFresh(const TopicPartition&) const override { return true; }
  void Reclaim(std::vector<TopicPartition>) override {}
  void Stop(Error error) override { std::cerr << error.message << "\n"; }
  void Wake() override {}
};

class Counter : public SettlementSink {
 public:
  void Settle(Settlement settlement) override {
    if (settlement.when_durable) settlement.when_durable(true);
    pages += settlement.kind == Settlement::Kind::kAck ? 1 : 0;
    ++settled;
  }
  std::atomic<int64_t> pages = 0;
  std::atomic<int64_t> settled = 0;
};

FetcherConfig ConfigFor(const Load& load) {
  FetcherConfig config;
  config.host_delay = Duration(0);
  config.host_delay_jitter = 0;
  config.host_concurrency = std::max<int64_t>(1, load.in_flight / load.hosts);
  config.max_in_flight = load.in_flight;
  config.robots = load.robots ? "obey" : "off";
  config.contact = "bench@example.org";
  config.ca_file = load.ca_file;
  const char* const port = load.ca_file.empty() ? ":80" : ":443";
  for (int64_t i = 0; i < load.hosts; ++i) {
    config.connect_to[load.Host(i) + port] = load.Address(i);
  }
  return config;
}

size_t Keep(char* bytes, size_t size, size_t count, void* body) {
  static_cast<std::string*>(body)->append(bytes, size * count);
  return size * count;
}

struct BareTransfer {
  CURL* easy = nullptr;
  curl_slist* connect_to = nullptr;
  std::string body;
};

void Begin(BareTransfer& transfer, const Load& load, int64_t i) {
  curl_slist_free_all(transfer.connect_to);
  transfer.connect_to =
      curl_slist_append(nullptr, ("::" + load.Address(i)).c_str());
  transfer.body.clear();
  const std::string url = load.Url(i);
  curl_easy_setopt(transfer.easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(transfer.easy, CURLOPT_CONNECT_TO, transfer.connect_to);
}

void SetUp(BareTransfer& transfer, const Load& load) {
  transfer.easy = curl_easy_init();
  CURL* const easy = transfer.easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L * 1024);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Keep);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer.body);
  if (load.ca_file.empty()) return;
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(easy, CURLOPT_CAINFO, load.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
}

}  // namespace

int64_t RunFetcher(const Load& load) {
  BusConfig bus;
  bus.tasks_partitions = 1;
  const FetcherConfig config = ConfigFor(load);
  const SiteCatalogue sites;
  const Topics topics(bus, config.retry_delays);
  auto handler = FetchHandler::Create(config, sites, topics, Clock::System());
  if (!handler) {
    std::cerr << handler.error().message << "\n";
    return 0;
  }
  AlwaysFresh port;
  const auto sink = std::make_shared<Counter>();
  (*handler)->Attach(port);
  const TopicPartition tasks{topics.tasks, 0};
  (void)(*handler)->Assigned({tasks});
  for (int64_t i = 0; i < load.pages;) {
    if (!(*handler)->HasRoom(tasks)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    Message message;
    message.topic = topics.tasks;
    message.offset = i;
    message.append_time = Clock::System().Now();
    message.value = load.Url(i);
    (*handler)->Handle(Delivery(std::move(message), 1, sink));
    ++i;
  }
  while (sink->settled < load.pages) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return sink->pages;
}

int64_t RunBareLibcurl(const Load& load) {
  CURLM* const multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
                    static_cast<long>(2 * load.in_flight));
  std::vector<BareTransfer> transfers(
      static_cast<size_t>(std::min(load.in_flight, load.pages)));
  int64_t begun = 0;
  int64_t pages = 0;
  for (BareTransfer& transfer : transfers) {
    SetUp(transfer, load);
    Begin(transfer, load, begun++);
    curl_multi_add_handle(multi, transfer.easy);
  }
  for (int64_t ended = 0; ended < load.pages;) {
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    while (CURLMsg* const message = curl_multi_info_read(multi, &left)) {
      BareTransfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      ++ended;
      pages += message->data.result == CURLE_OK ? 1 : 0;
      curl_multi_remove_handle(multi, transfer->easy);
      if (begun == load.pages) continue;
      Begin(*transfer, load, begun++);
      curl_multi_add_handle(multi, transfer->easy);
    }
    if (ended < load.pages) curl_multi_poll(multi, nullptr, 0, 100, nullptr);
  }
  for (const BareTransfer& transfer : transfers) {
    curl_easy_cleanup(transfer.easy);
    curl_slist_free_all(transfer.connect_to);
  }
  curl_multi_cleanup(multi);
  return pages;
}

}  // namespace newsmill::bench
