#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parser/html/selector.h"

namespace newsmill {

struct CssCompound;

struct CssAttribute {
  enum class Match : uint8_t {
    kExists,
    kEquals,     // =
    kWord,       // ~=
    kDash,       // |=
    kPrefix,     // ^=
    kSuffix,     // $=
    kSubstring,  // *=
  };
  std::string name;  // lower case
  Match match = Match::kExists;
  std::string value;
  bool ignore_case = false;
};

struct CssPseudo {
  enum class Kind : uint8_t { kNth, kOnlyChild, kEmpty, kNot, kIs };
  Kind kind = Kind::kNth;
  // kNth: position a*n + b for some n >= 0, counted from 1.
  int a = 0;
  int b = 0;
  bool of_type = false;
  bool from_end = false;
  // kNot, kIs.
  std::vector<CssCompound> list;
};

struct CssCompound {
  std::string tag;  // lower case; empty for any
  std::vector<std::string> ids;
  std::vector<std::string> classes;
  std::vector<CssAttribute> attributes;
  std::vector<CssPseudo> pseudos;
};

enum class CssCombinator : uint8_t { kDescendant, kChild, kNext, kSubsequent };

// compounds[i] and compounds[i + 1] are joined by combinators[i].
struct CssComplex {
  std::vector<CssCompound> compounds;
  std::vector<CssCombinator> combinators;
};

struct Selector::Impl {
  std::string text;
  std::vector<CssComplex> list;
};

}  // namespace newsmill
