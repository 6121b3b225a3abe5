#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/html/json_value.h"

namespace newsmill {

// The JSON-LD of a page as one list of nodes: arrays, @graph and what pages
// nest below a WebPage are laid flat, and a bare reference {"@id": …} stands
// for the node that it names.
class JsonLdGraph {
 public:
  explicit JsonLdGraph(const std::vector<JsonValue>& blocks);

  const std::vector<JsonValue>& nodes() const { return nodes_; }

  // The value of `name` with a reference resolved, once: cycles end here.
  std::optional<JsonValue> Get(const JsonValue& node,
                               std::string_view name) const;
  // The same as a list: the items of an array, or the one value.
  std::vector<JsonValue> List(const JsonValue& node,
                              std::string_view name) const;
  // The first text among the values of `name`: a string, a number, or an
  // object's @value, name or @id.
  std::string Text(const JsonValue& node, std::string_view name) const;

  static std::string TextOf(const JsonValue& value);
  // Whether @type names one of the types, with or without schema.org's address.
  static bool IsA(const JsonValue& node,
                  const std::vector<std::string_view>& types);
  static bool IsArticle(const JsonValue& node);

 private:
  void Add(const JsonValue& value, int depth);
  JsonValue Resolve(const JsonValue& value) const;

  std::vector<JsonValue> nodes_;
  std::map<std::string, JsonValue, std::less<>> by_id_;
};

}  // namespace newsmill
