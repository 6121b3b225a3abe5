// How a value becomes the C++ type of its key.

#include <algorithm>
#include <utility>

#include "core/runtime/config_layer.h"

namespace newsmill::config {
namespace {

std::string OneOf(const std::vector<std::string>& choices) {
  std::string text = "one of ";
  for (const std::string& choice : choices) {
    if (&choice != &choices.front()) text += ", ";
    text += QuoteToml(choice);
  }
  return text;
}

}  // namespace

Result<void> Layer::Assign(const Key& key, const Value& value) {
  const Result<void> stored = std::visit(
      [&](auto* target) { return Store(key, value, target); }, key.target);
  if (!stored) return stored;
  return Claim(key.name, value);
}

Result<void> Layer::Store(const Key& key, const Value& value, bool* target) {
  const bool* found = std::get_if<bool>(&value.data);
  if (found == nullptr) return WrongType(key.name, value, "true or false");
  *target = *found;
  return {};
}

Result<void> Layer::Store(const Key& key, const Value& value, int64_t* target) {
  const int64_t* found = std::get_if<int64_t>(&value.data);
  if (found == nullptr) return WrongType(key.name, value, "an integer");
  *target = *found;
  return {};
}

Result<void> Layer::Store(const Key& key, const Value& value, double* target) {
  if (const int64_t* integer = std::get_if<int64_t>(&value.data)) {
    *target = static_cast<double>(*integer);
    return {};
  }
  const double* found = std::get_if<double>(&value.data);
  if (found == nullptr) return WrongType(key.name, value, "a number");
  *target = *found;
  return {};
}

Result<void> Layer::Store(const Key& key, const Value& value,
                          std::string* target) {
  const std::optional<std::string> text =
      typed_ || std::holds_alternative<std::string>(value.data) ? TextOf(value)
                                                                : std::nullopt;
  const std::string expected =
      key.choices.empty() ? "a string" : OneOf(key.choices);
  if (!text) return WrongType(key.name, value, expected);
  if (!key.choices.empty() && std::find(key.choices.begin(), key.choices.end(),
                                        *text) == key.choices.end()) {
    return WrongType(key.name, value, expected);
  }
  *target = *text;
  return {};
}

Result<void> Layer::Store(const Key& key, const Value& value,
                          Duration* target) {
  const auto* text = std::get_if<std::string>(&value.data);
  const Result<Duration> duration = text == nullptr
                                        ? Error{Code::kInvalidArgument, ""}
                                        : ParseDuration(*text);
  if (!duration) {
    return WrongType(key.name, value, "a duration such as \"20s\"");
  }
  *target = *duration;
  return {};
}

template <typename Element>
Result<void> Layer::StoreArray(const Key& key, const Value& value,
                               const char* expected,
                               std::vector<Element>* target) {
  const auto* array = std::get_if<Array>(&value.data);
  if (array == nullptr) return WrongType(key.name, value, expected);
  std::vector<Element> elements;
  // Elements have their own types: what was typed is the whole array.
  const std::optional<std::string> typed = std::exchange(typed_, std::nullopt);
  for (const Value& item : *array) {
    Element element{};
    const Result<void> stored = Store(key, item, &element);
    if (!stored) return stored;
    elements.push_back(std::move(element));
  }
  typed_ = typed;
  *target = std::move(elements);
  return {};
}

Result<void> Layer::Store(const Key& key, const Value& value,
                          std::vector<std::string>* target) {
  return StoreArray(key, value, "an array of strings such as [\"a\", \"b\"]",
                    target);
}

Result<void> Layer::Store(const Key& key, const Value& value,
                          std::vector<Duration>* target) {
  return StoreArray(key, value,
                    "an array of durations such as [\"10s\", \"1m\"]", target);
}

Result<void> Layer::Store(const Key& key, const Value& value,
                          std::map<std::string, std::string>* target) {
  const auto* table = std::get_if<Table>(&value.data);
  if (table == nullptr) {
    return WrongType(key.name, value, "a table such as {\"name\" = \"value\"}");
  }
  std::map<std::string, std::string> entries;
  for (const auto& [name, item] : *table) {
    const auto* text = std::get_if<std::string>(&item.data);
    if (text == nullptr) {
      return WrongType(key.name + "." + QuoteToml(name), item, "a string");
    }
    entries[name] = *text;
  }
  *target = std::move(entries);
  return {};
}

}  // namespace newsmill::config
