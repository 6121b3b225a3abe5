#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include "tests/fuzz/seeds.h"

namespace newsmill::fuzz {

// A function that takes any bytes and ends the process where a promise does
// not hold for them.
struct Target {
  const char* name;
  void (*run)(std::string_view bytes);
};

inline void Check(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", promise);
  std::abort();
}

// Some bytes tell how to read the rest.
inline char Take(std::string_view* bytes) {
  if (bytes->empty()) return 0;
  const char first = bytes->front();
  bytes->remove_prefix(1);
  return first;
}

// The same sequence of inputs for the same seed. The seeds outlive it.
class Mutator {
 public:
  static constexpr size_t kLongest = 16 << 10;

  Mutator(const Seeds& seeds, uint64_t seed) : seeds_(seeds), random_(seed) {}

  std::string Next() {
    std::string input = seeds_.inputs[Below(seeds_.inputs.size())];
    const size_t steps = 1 + Below(12);
    for (size_t i = 0; i < steps; ++i) Mutate(&input);
    input.resize(std::min(input.size(), kLongest));
    return input;
  }

 private:
  size_t Below(size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void Mutate(std::string* input) {
    const size_t at = Below(input->size() + 1);
    switch (Below(5)) {
      case 0:
        if (at < input->size()) (*input)[at] = static_cast<char>(Below(256));
        break;
      case 1:
        input->erase(at, Below(16));
        break;
      case 2: {
        const std::string piece = input->substr(at, Below(64));
        for (size_t i = Below(20); i > 0; --i) input->insert(at, piece);
        break;
      }
      case 3: {
        const std::string& other = seeds_.inputs[Below(seeds_.inputs.size())];
        input->insert(at, other.substr(Below(other.size())));
        break;
      }
      default:
        input->insert(at, seeds_.pieces[Below(seeds_.pieces.size())]);
    }
  }

  const Seeds& seeds_;
  std::mt19937_64 random_;
};

}  // namespace newsmill::fuzz
