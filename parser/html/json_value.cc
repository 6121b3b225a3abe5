#include "parser/html/json_value.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "parser/html/utf8.h"

namespace newsmill {

// All values in document order, each with the end of what lies inside it;
// strings are pieces of one text.
struct JsonValue::Tree {
  struct Piece {
    size_t offset = 0;
    size_t size = 0;
  };
  struct Node {
    Kind kind = Kind::kNull;
    bool boolean = false;
    uint32_t end = 0;
    int64_t integer = 0;
    double number = 0;
    Piece string;
    Piece key;  // of an object's member
  };

  std::string_view View(Piece piece) const {
    return std::string_view(strings).substr(piece.offset, piece.size);
  }

  std::string strings;
  std::vector<Node> nodes;

  // Recursive, but never deeper than simdjson let the text be.
  void Add(const simdjson::dom::element& element, std::string_view key);
  Piece Put(std::string_view text);
};

namespace {

constexpr size_t kMaxDepth = 512;

using simdjson::dom::element;
using simdjson::dom::element_type;

// "a~1b" -> "a/b"; empty for a malformed token.
std::optional<std::string> UnescapeToken(std::string_view token) {
  std::string out;
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out += token[i];
    } else if (++i < token.size() && (token[i] == '0' || token[i] == '1')) {
      out += token[i] == '0' ? '~' : '/';
    } else {
      return std::nullopt;
    }
  }
  return out;
}

// RFC 6901, section 4: digits without a leading zero.
std::optional<size_t> ReadIndex(std::string_view token) {
  size_t index = 0;
  const char* const end = token.data() + token.size();
  const auto read = std::from_chars(token.data(), end, index);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  if (token.size() > 1 && token[0] == '0') return std::nullopt;
  return index;
}

}  // namespace

JsonValue::Tree::Piece JsonValue::Tree::Put(std::string_view text) {
  const size_t offset = strings.size();
  // No store and no C library takes a NUL inside text.
  for (const char c : text) {
    if (c == '\0') {
      strings += kReplacementCharacter;
    } else {
      strings += c;
    }
  }
  return {offset, strings.size() - offset};
}

void JsonValue::Tree::Add(const element& value, std::string_view key) {
  const size_t at = nodes.size();
  nodes.emplace_back();
  nodes[at].key = Put(key);
  switch (value.type()) {
    case element_type::NULL_VALUE:
      break;
    case element_type::BOOL:
      nodes[at].kind = Kind::kBool;
      nodes[at].boolean = static_cast<bool>(value);
      break;
    case element_type::INT64:
      nodes[at].kind = Kind::kInteger;
      nodes[at].integer = static_cast<int64_t>(value);
      break;
    case element_type::UINT64:
    case element_type::DOUBLE:
      nodes[at].kind = Kind::kNumber;
      nodes[at].number = static_cast<double>(value);
      break;
    case element_type::STRING:
      nodes[at].kind = Kind::kString;
      nodes[at].string = Put(static_cast<std::string_view>(value));
      break;
    case element_type::ARRAY: {
      nodes[at].kind = Kind::kArray;
      const simdjson::dom::array items(value);
      for (const element item : items) Add(item, {});
      break;
    }
    case element_type::OBJECT: {
      nodes[at].kind = Kind::kObject;
      const simdjson::dom::object members(value);
      for (const auto& [name, item] : members) Add(item, name);
      break;
    }
  }
  nodes[at].end = static_cast<uint32_t>(nodes.size());
}

JsonValue::JsonValue() {
  static const std::shared_ptr<const Tree> null_tree = [] {
    auto tree = std::make_shared<Tree>();
    tree->nodes.emplace_back().end = 1;
    return tree;
  }();
  tree_ = null_tree;
}

JsonValue::JsonValue(std::shared_ptr<const Tree> tree, uint32_t node)
    : tree_(std::move(tree)), node_(node) {}

Result<JsonValue> JsonValue::Parse(std::string_view text, size_t max_bytes) {
  if (text.size() > max_bytes) {
    return Error{Code::kTooLarge, "JSON of " + std::to_string(text.size()) +
                                      " bytes; at most " +
                                      std::to_string(max_bytes) + " are read"};
  }
  if (text.empty()) return Error{Code::kInvalidArgument, "not JSON: nothing"};
  simdjson::dom::parser parser;
  simdjson::error_code error =
      parser.allocate(std::max<size_t>(text.size(), 64), kMaxDepth);
  element root;
  if (error == simdjson::SUCCESS) {
    error = parser.parse(text.data(), text.size()).get(root);
  }
  if (error == simdjson::MEMALLOC) {
    return Error{Code::kNoSpace, "no memory to read JSON"};
  }
  if (error != simdjson::SUCCESS) {
    return Error{Code::kInvalidArgument,
                 std::string("not JSON: ") + simdjson::error_message(error)};
  }
  auto tree = std::make_shared<Tree>();
  tree->Add(root, {});
  return JsonValue(std::move(tree), 0);
}

JsonValue::Kind JsonValue::kind() const { return tree_->nodes[node_].kind; }

std::optional<bool> JsonValue::boolean() const {
  if (kind() != Kind::kBool) return std::nullopt;
  return tree_->nodes[node_].boolean;
}

std::optional<int64_t> JsonValue::integer() const {
  if (kind() != Kind::kInteger) return std::nullopt;
  return tree_->nodes[node_].integer;
}

std::optional<double> JsonValue::number() const {
  if (kind() == Kind::kNumber) return tree_->nodes[node_].number;
  if (kind() != Kind::kInteger) return std::nullopt;
  return static_cast<double>(tree_->nodes[node_].integer);
}

std::optional<std::string_view> JsonValue::string() const {
  if (kind() != Kind::kString) return std::nullopt;
  return tree_->View(tree_->nodes[node_].string);
}

std::optional<JsonValue> JsonValue::pointer(std::string_view path) const {
  if (!path.empty() && path[0] != '/') return std::nullopt;
  JsonValue at = *this;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/', 1), path.size());
    const auto token = UnescapeToken(path.substr(1, end - 1));
    if (!token) return std::nullopt;
    std::optional<JsonValue> next;
    if (at.is_object()) {
      next = at.member(*token);
    } else if (at.is_array()) {
      const auto index = ReadIndex(*token);
      const std::vector<JsonValue> items = at.items();
      if (index && *index < items.size()) next = items[*index];
    }
    if (!next) return std::nullopt;
    at = *std::move(next);
    path.remove_prefix(end);
  }
  return at;
}

std::optional<JsonValue> JsonValue::member(std::string_view name) const {
  if (!is_object()) return std::nullopt;
  const Tree& tree = *tree_;
  const uint32_t end = tree.nodes[node_].end;
  for (uint32_t at = node_ + 1; at < end; at = tree.nodes[at].end) {
    if (tree.View(tree.nodes[at].key) == name) return JsonValue(tree_, at);
  }
  return std::nullopt;
}

std::vector<JsonValue> JsonValue::items() const {
  std::vector<JsonValue> out;
  if (!is_array()) return out;
  const uint32_t end = tree_->nodes[node_].end;
  for (uint32_t at = node_ + 1; at < end; at = tree_->nodes[at].end) {
    out.push_back(JsonValue(tree_, at));
  }
  return out;
}

std::vector<JsonValue::Member> JsonValue::members() const {
  std::vector<Member> out;
  if (!is_object()) return out;
  const uint32_t end = tree_->nodes[node_].end;
  for (uint32_t at = node_ + 1; at < end; at = tree_->nodes[at].end) {
    out.emplace_back(tree_->View(tree_->nodes[at].key), JsonValue(tree_, at));
  }
  return out;
}

std::string JsonValue::to_text() const {
  const Tree::Node& node = tree_->nodes[node_];
  switch (node.kind) {
    case Kind::kBool:
      return node.boolean ? "true" : "false";
    case Kind::kInteger:
      return std::to_string(node.integer);
    case Kind::kNumber:
      return fmt::format("{}", node.number);
    case Kind::kString:
      return std::string(tree_->View(node.string));
    case Kind::kNull:
    case Kind::kArray:
    case Kind::kObject:
      break;
  }
  return {};
}

bool IsJsonPointer(std::string_view path) {
  if (!path.empty() && path[0] != '/') return false;
  return UnescapeToken(path).has_value();
}

}  // namespace newsmill
