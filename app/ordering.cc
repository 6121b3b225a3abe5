#include "app/ordering.h"

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <mutex>

#include "core/flow/plain_text.h"
#include "fetcher/hosts/orders.h"

namespace newsmill {
namespace {

constexpr Duration kFlushTimeout = std::chrono::seconds(60);

// What became of the records; outlives a producer that was given up.
struct Answers {
  std::mutex mutex;
  size_t written = 0;          // guarded by mutex
  std::optional<Error> error;  // likewise
};

}  // namespace

std::string WhoAmI() {
  const char* user = std::getenv("USER");
  if (user == nullptr || *user == '\0') user = std::getenv("LOGNAME");
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  const std::string name = user == nullptr || *user == '\0'
                               ? "uid " + std::to_string(getuid())
                               : std::string(user);
  return ToValidUtf8(name + "@" + host);
}

Result<void> WriteOrders(Bus& bus, const Topics& topics,
                         const std::vector<v1::Order>& orders) {
  auto producer = bus.NewProducer({"newsmill-orders"});
  if (!producer) return producer.error();
  auto answers = std::make_shared<Answers>();
  for (const v1::Order& order : orders) {
    (*producer)->Produce(EncodeOrder(order, topics.control),
                         [answers](Result<RecordMetadata> result) {
                           const std::lock_guard lock(answers->mutex);
                           if (result) {
                             ++answers->written;
                           } else {
                             answers->error = result.error();
                           }
                         });
  }
  if (auto flushed = (*producer)->Flush(kFlushTimeout); !flushed) {
    return flushed;
  }
  const std::lock_guard lock(answers->mutex);
  if (answers->error) return *answers->error;
  if (answers->written == orders.size()) return {};
  return Error{Code::kUnavailable, "the log did not take all orders"};
}

}  // namespace newsmill
