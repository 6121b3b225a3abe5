#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace newsmill {

// A value inside a parsed JSON document. A handle of a pointer and a number: it
// is cheap to copy and shares ownership of the whole document, so a value and
// the views it gives live as long as any handle of that document.
// Immutable; thread-safe.
class JsonValue {
 public:
  enum class Kind : uint8_t {
    kNull,
    kBool,
    kInteger,
    kNumber,  // with a fraction or exponent, or beyond 64 bits
    kString,
    kArray,
    kObject,
  };
  using Member = std::pair<std::string_view, JsonValue>;

  static constexpr size_t kMaxBytes = 8 << 20;

  // kInvalidArgument for what is not one JSON value in valid UTF-8, or is
  // nested deeper than 512; kTooLarge above `max_bytes`.
  static Result<JsonValue> Parse(std::string_view text,
                                 size_t max_bytes = kMaxBytes);

  JsonValue();  // null

  Kind kind() const;
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }

  // The value as what it is; nothing is converted. `number` also takes
  // integers.
  std::optional<bool> boolean() const;
  std::optional<int64_t> integer() const;
  std::optional<double> number() const;
  std::optional<std::string_view> string() const;

  // The value that an RFC 6901 pointer names: "" is this value, "/a/0" the
  // first item of member "a". Empty where there is none, also for a malformed
  // pointer (see IsJsonPointer).
  std::optional<JsonValue> pointer(std::string_view path) const;
  // The first member of that name.
  std::optional<JsonValue> member(std::string_view name) const;

  // Items of an array, members of an object, in document order; empty for all
  // other kinds.
  std::vector<JsonValue> items() const;
  std::vector<Member> members() const;

  // How a field would print it: strings as they are, numbers and booleans in
  // JSON's spelling; empty for null, arrays and objects.
  std::string to_text() const;

 private:
  struct Tree;
  JsonValue(std::shared_ptr<const Tree> tree, uint32_t node);
  std::shared_ptr<const Tree> tree_;
  uint32_t node_ = 0;
};

// Whether `path` is a well-formed RFC 6901 pointer.
bool IsJsonPointer(std::string_view path);

}  // namespace newsmill
