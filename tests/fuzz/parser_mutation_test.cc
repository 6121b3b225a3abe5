// The parser's fuzz targets over a bounded number of mutations from a fixed
// seed, for every run of the tests; libFuzzer goes further on demand.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

#include "tests/fuzz/parser_seeds.h"
#include "tests/fuzz/parser_targets.h"

namespace newsmill::fuzz {
namespace {

constexpr int kRounds = 3000;
constexpr size_t kLongest = 16 << 10;

class Mutator {
 public:
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

class ParserMutations : public testing::TestWithParam<Target> {};

TEST_P(ParserMutations, KeepTheParsersPromises) {
  const Seeds seeds = ParserSeeds(GetParam().name);
  ASSERT_FALSE(seeds.inputs.empty());
  for (const std::string& input : seeds.inputs) GetParam().run(input);
  Mutator mutator(seeds, 20240506);
  for (int i = 0; i < kRounds; ++i) GetParam().run(mutator.Next());
}

TEST_P(ParserMutations, TakeNothingAtAll) {
  GetParam().run({});
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    GetParam().run({&c, 1});
  }
}

INSTANTIATE_TEST_SUITE_P(All, ParserMutations,
                         testing::ValuesIn(ParserTargets().begin(),
                                           ParserTargets().end()),
                         [](const auto& target) {
                           return std::string(target.param.name);
                         });

}  // namespace
}  // namespace newsmill::fuzz
