// A sink that freezes itself inside a transaction, at the point that
// NEWSMILL_FAULT_SINK_STOP names, and tells on standard output what became of
// its batch. For postgres_store_test.
//
// usage: frozen_sink URL SCHEMA

#include <unistd.h>

#include <cstdio>

#include "tests/contract/store_fixture.h"

namespace {

using namespace newsmill;

StoreBatch MakeBatch() {
  StoreBatch batch;
  for (int i = 0; i < 200; ++i) {
    const std::string key = "k" + std::to_string(1000 + i);
    // Newer than what the successor writes: it would win if it came through.
    batch.articles.push_back(
        MakeArticle(key, 5000, "frozen", std::string(2000, 'x')));
    batch.articles.back().set_task_id("frozen-" + key);
  }
  return batch;
}

int Run(const char* url, const char* schema) {
  SinkConfig config;
  config.backend = "postgres";
  config.url = url;
  config.schema = schema;
  config.session_timeout = std::chrono::seconds(2);
  auto store = OpenStore(config, "");
  if (!store) {
    std::printf("error %s\n", store.error().message.c_str());
    return 1;
  }
  Owner owner(**store);
  owner.Claim();
  std::printf("claimed\n");
  std::fflush(stdout);
  Result<BatchResult> result = owner.Commit(MakeBatch(), 200);
  while (!result && IsRetryable(result.error().code)) {
    usleep(50'000);
    result = owner.Commit(MakeBatch(), 200);
  }
  std::printf("ended %s\n", result ? "ok" : CodeName(result.error().code));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: frozen_sink URL SCHEMA\n", stderr);
    return 64;
  }
  return Run(argv[1], argv[2]);
}
