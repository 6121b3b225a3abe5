#include "core/flow/task_id.h"

#include <cstdint>

#include "core/base/id.h"
#include "core/flow/plain_text.h"

namespace newsmill {
namespace {

constexpr size_t kLongestId = 256;

void AppendNumber(int64_t number, std::string* bytes) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes->push_back(static_cast<char>(static_cast<uint64_t>(number) >> shift));
  }
}

// With its length before it, so that no two lists of fields give one string.
void AppendText(std::string_view text, std::string* bytes) {
  AppendNumber(static_cast<int64_t>(text.size()), bytes);
  bytes->append(text);
}

}  // namespace

std::string TaskIdOf(const Message& message) {
  std::string bytes;
  bytes.reserve(message.topic.size() + message.value.size() + 64);
  AppendText(message.topic, &bytes);
  AppendNumber(message.partition, &bytes);
  AppendNumber(message.offset, &bytes);
  AppendNumber(message.append_time.time_since_epoch().count(), &bytes);
  AppendText(message.value, &bytes);

  std::string digest = Sha256(bytes).substr(0, 16);
  digest[6] = static_cast<char>((digest[6] & 0x0f) | 0x80);  // version 8
  digest[8] = static_cast<char>((digest[8] & 0x3f) | 0x80);  // variant
  const std::string hex = HexEncode(digest);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) +
         "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

std::string TraceparentOf(std::string_view task_id) {
  const std::string hex =
      HexEncode(Sha256("traceparent of " + std::string(task_id)));
  return "00-" + hex.substr(0, 32) + "-" + hex.substr(32, 16) + "-01";
}

bool IsTaskId(std::string_view id) {
  return !id.empty() && id.size() <= kLongestId && IsPlainText(id);
}

}  // namespace newsmill
