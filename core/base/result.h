#pragma once

#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

namespace newsmill {

// The closed list of what can go wrong, as a caller has to tell it apart.
// Foreign errors (curl, librdkafka, libpq, SQLite) are translated at the
// border.
enum class Code {
  kInvalidArgument,  // the input is wrong and stays wrong
  kNotFound,
  kOutOfRange,  // an offset that the log does not hold
  kTooLarge,
  kUnsupported,
  kCorrupt,           // bytes that should be readable are not
  kBadConfiguration,  // exit 78
  kFenced,            // another owner took over
  kConflict,          // a transaction lost a race; repeat it
  kUnavailable,       // broker, database or network is not there now
  kTimedOut,
  kNoSpace,  // disk or memory is full
  kCancelled,
  kInternal,  // a bug
};

// A few words for messages: "unavailable".
const char* CodeName(Code code);

// Whether the same call may succeed later without anybody changing it.
constexpr bool IsRetryable(Code code) {
  return code == Code::kConflict || code == Code::kUnavailable ||
         code == Code::kTimedOut || code == Code::kNoSpace;
}

struct Error {
  Code code = Code::kInternal;
  // For a person: what, where, what was expected.
  std::string message;
};

// What a function gives that can fail. The member names are those of
// std::expected, which replaces it once every supported compiler has one.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::move(value)) {}      // NOLINT: like expected
  Result(Error error) : state_(std::move(error)) {}  // NOLINT: like unexpected

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // Asking the wrong side is a broken invariant and ends the process.
  T& value() & { return *Checked(std::get_if<0>(&state_)); }
  const T& value() const& { return *Checked(std::get_if<0>(&state_)); }
  T&& value() && { return std::move(*Checked(std::get_if<0>(&state_))); }
  const Error& error() const { return *Checked(std::get_if<1>(&state_)); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  template <typename P>
  static P* Checked(P* pointer) {
    if (pointer == nullptr) std::abort();
    return pointer;
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error)  // NOLINT: like unexpected
      : error_(std::move(error)), ok_(false) {}

  bool has_value() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const Error& error() const {
    if (ok_) std::abort();
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace newsmill
